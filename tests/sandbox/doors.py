"""Several clients of one sandbox."""

from __future__ import annotations

from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Doors:
    """Ways into AppDB: the product surface and an app, each as Alex and as an administrator."""

    alex: httpx.AsyncClient
    admin: httpx.AsyncClient
    app: httpx.AsyncClient
    admin_app: httpx.AsyncClient
