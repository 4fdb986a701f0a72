"""Datasets of a test's own in a sandbox, and what the catalog asks of Domo about them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from domo_mcp.catalog.datasets import Catalog
from domo_mcp.catalog.kept import Shelf
from domo_mcp.catalog.notes import Notes
from domo_mcp.catalog.permits import Everything, Permits
from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.domo import Domo
from domo_mcp.client.limits import Limits
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.records import ColumnNote, Dataset, Grant
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column, ColumnType
from domo_mcp.sql import ColumnRules
from tests.columns.conftest import Recorder

ALEX = 1001
TOKEN, ADMIN_TOKEN = "sandbox-token", "sandbox-admin-token"

_UNLIMITED = Limits(concurrency=8, per_minute=1_000_000, ai_per_hour=1_000_000)


@dataclass(frozen=True)
class Shop:
    """A sandbox whose requests are written down."""

    store: Store
    sent: Recorder

    @classmethod
    def on(cls, store: Store) -> Shop:
        """A sandbox application on a store."""
        return cls(store, Recorder(sandbox_app(store)))

    def add(
        self,
        number: int,
        name: str,
        types: dict[str, ColumnType],
        rows: Iterable[Sequence[object]] = (),
        *,
        readers: Sequence[int] = (ALEX,),
        **fields: Any,
    ) -> str:
        """A dataset, Alex's unless others read it; its id."""
        key = f"5a1e0000-0000-4000-8777-{number:012d}"
        self.store.warehouse.create(key, [Column(*column) for column in types.items()])
        self.store.warehouse.insert(key, rows)
        record: dict[str, Any] = {
            "id": key,
            "name": name,
            "description": "",
            "unit": None,
            "owner_id": readers[0],
            "provider": "api",
            "created": 0,
            "updated": 1_700_000_000_000,
            "columns": tuple(ColumnNote(name=column, description="") for column in types),
            "grants": tuple(Grant(user_id=reader, level="OWNER") for reader in readers),
        }
        self.store.put(Dataset(**{**record, **fields}))
        return key

    def change(self, key: str, **fields: Any) -> None:
        """Change what Domo says of a dataset."""
        record = self.store.get(Dataset, key)
        assert record
        self.store.put(record.model_copy(update=fields))

    def statements(self) -> list[str]:
        """The SQL that was sent so far."""
        return [json.loads(body)["sql"] for path, body in self.sent.sent if "/query/v1/execute/" in path]

    def about(self, part: str) -> list[str]:
        """The paths with `part` that were asked for so far."""
        return [path for path, _ in self.sent.sent if part in path]

    @asynccontextmanager
    async def catalog(
        self,
        *,
        token: str = TOKEN,
        shelf: Shelf | None = None,
        rules: ColumnRules | None = None,
        notes: str = "",
        permits: Permits | None = None,
        **settings: Any,
    ) -> AsyncIterator[Catalog]:
        """A catalog of a new process."""
        more: dict[str, Any] = {"rules": rules} if rules else {}
        async with Domo.connect(
            "x", "https://x.invalid", DeveloperToken(token), app=self.sent, call_timeout_s=5, limits=_UNLIMITED, **more
        ) as domo:
            yield Catalog(domo.reading, CatalogSettings(**settings), permits or Everything(), shelf, Notes(notes))
