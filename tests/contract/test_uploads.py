"""Rows for Domo's datasets. Domo's documents have no deletion of a dataset: so on the sandbox only."""

from __future__ import annotations

import pytest

from tests.contract.service import Open, new_id, on_product

COLUMNS = [{"name": "Friend", "type": "STRING"}, {"name": "Attending", "type": "STRING"}]


@on_product
async def test_rows_that_were_sent_are_there(writing: Open) -> None:
    async with writing() as domo:
        if domo.live:
            pytest.skip(reason="no dataset that a test makes can be deleted")
        dataset = new_id(await domo.change("create_dataset", name="contract test", columns=COLUMNS))
        await domo.change("append_rows", dataset=dataset, rows=[["Jae and Oleksii, why", "hello,\nit is the way"]])
        await domo.change("append_rows", dataset=dataset, rows=[{"Attending": "yes", "Friend": "Ann"}])
        sql = "SELECT * FROM table ORDER BY Friend"
        rows = await domo.rows("run_sql", dataset=dataset, sql=sql)
        assert [list(row.values()) for row in rows] == [
            ["Ann", "yes"],
            ["Jae and Oleksii, why", "hello,\nit is the way"],
        ]
        await domo.change("replace_rows", dataset=dataset, rows=[["Bo", "no"]])
        rows = await domo.rows("run_sql", dataset=dataset, sql=sql)
        assert [list(row.values()) for row in rows] == [["Bo", "no"]]
