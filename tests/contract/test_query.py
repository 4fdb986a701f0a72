"""Asking datasets: Domo's Query with SQL, SQL API and Data API."""

from __future__ import annotations

import pytest

from tests.contract.service import Open


async def test_sql_and_the_data_api_count_alike(reading: Open) -> None:
    async with reading() as domo:
        if domo.surface == "app":
            if not domo.datasets:
                pytest.skip(reason="the instance has no aliases of datasets")
            dataset = domo.datasets[0]
        else:
            dataset = (await domo.rows("search_datasets", limit=1))[0]["id"]
        ((counted,),) = [
            row.values() for row in await domo.rows("run_sql", dataset=dataset, sql="SELECT COUNT(*) FROM table")
        ]
        rows = await domo.rows("query_data", dataset=dataset, limit=2)
        assert int(counted) >= len(rows)
        if rows:
            column = next(iter(rows[0]))
            sql = f"SELECT COUNT(`{column}`) FROM table"
            ((given,),) = [row.values() for row in await domo.rows("run_sql", dataset=dataset, sql=sql)]
            assert int(given) <= int(counted)
