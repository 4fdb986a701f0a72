"""Where each of Domo's services is, on each surface: one module per service, and nowhere else a path."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules


@dataclass(frozen=True)
class Place:
    """One endpoint: what it is, and its path on each surface that has it; `{}` stands for an id.

    `product` is below `https://{instance}.domo.com`, `app` below an app's host, `public` below `https://api.domo.com`.
    """

    what: str
    product: str | None = None
    app: str | None = None
    public: str | None = None


def by_service() -> dict[str, tuple[Place, ...]]:
    """All endpoints by the name of their module, which is that of the service."""
    names = [module.name for module in iter_modules(__path__)]
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {
        name: tuple(value for value in vars(module).values() if isinstance(value, Place))
        for name, module in modules.items()
    }
