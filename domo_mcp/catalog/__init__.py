"""What the data means: which dataset a name stands for, what its columns are, which ones matter to a question."""

from domo_mcp.catalog.datasets import Catalog
from domo_mcp.catalog.settings import CatalogSettings

__all__ = ["Catalog", "CatalogSettings"]
