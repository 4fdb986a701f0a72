"""Where Workflows are: by a model's id on the product surface, by the alias of an app's manifest in an app."""

from __future__ import annotations

from domo_mcp.client.places import Place

MODELS = Place("the list of workflows", product="api/workflow/v1/models")
MODEL = Place("a workflow", product="api/workflow/v1/models/{}")
DEFINITION = Place("the definition of a workflow", product="api/workflow/v2/models/{}/versions/{}/definition")
START = Place(
    "starting a workflow", product="api/workflow/v1/instances/message", app="domo/workflow/v1/models/{}/start"
)
STATUS = Place("the status of a workflow instance", product="api/workflow/v1/instances/{}/status")
INSTANCE = Place("a workflow instance", app="domo/workflow/v1/models/{}/instance/{}")
TRANSACTIONS = Place("the results of a workflow instance", product="api/workflow/v1/instances/transactions")
EXECUTIONS = Place("the instances of a workflow", product="api/workflow/v2/executions")
METRICS = Place("the metrics of a workflow", app="domo/workflow/v1/models/{}/overall")
CANCEL = Place("cancelling a workflow instance", product="api/workflow/v1/instances/{}/cancel")
