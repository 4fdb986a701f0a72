"""Where Code Engine is: an app names one function by its alias, an instance a package, a version and a function."""

from __future__ import annotations

from domo_mcp.client.places import Place

SEARCH = Place("the list of Code Engine packages", product="api/search/v1/query")
PACKAGE = Place("Code Engine packages", product="api/codeengine/v2/packages/{}")
VERSION = Place("versions of Code Engine packages", product="api/codeengine/v2/packages/{}/versions/{}")
FUNCTION = Place("Code Engine functions", product="api/codeengine/v2/packages/{}/versions/{}/functions/{}")
ALIAS = Place("Code Engine functions of an app", app="domo/codeengine/v2/packages/{}")
