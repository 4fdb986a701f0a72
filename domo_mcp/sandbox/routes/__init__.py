"""Domo's HTTP paths, one module per service, under the names the services have everywhere in this package."""
