"""What the Data API cannot be asked."""

import httpx
import pytest

GROUPED = 'column "reps" must appear in the GROUP BY clause or be used in an aggregate function'


@pytest.mark.parametrize(
    ("alias", "query", "message"),
    [
        ("dataAlias", "fields=beastModeAlias", 'column "beastModeAlias" does not exist'),
        ("dataAlias", "useBeastMode=true&fields=qty,reps&groupby=qty", GROUPED),
        ("summed", "useBeastMode=true&fields=beastModeAlias,reps", GROUPED),
        ("summed", "useBeastMode=true&fields=reps,beastModeAlias&sum=beastModeAlias&groupby=reps", "nesting"),
        ("summed", "useBeastMode=true&fields=reps&filter=beastModeAlias > 5", "Invalid use of an aggregate function"),
        ("dataAlias", "groupby=reps&orderby=qty", "You cannot order on an aggregation"),
        ("dataAlias", "sum=qty&orderby=qty descending", "You cannot order on an aggregation"),
        ("dataAlias", "fields=nothing", 'column "nothing" does not exist'),
        ("dataAlias", "fields=first,", "'fields' has an empty field name"),
        ("dataAlias", "dategrain=qty by month", 'column "qty" is not a date'),
        ("dataAlias", "dategrain=date by hour", "'dategrain' must be a date field by day, week, month, quarter, year"),
        ("dataAlias", "filter=qty last 3 months", 'column "qty" is not a date'),
        ("dataAlias", "filter=date last many months", "Cannot parse filter near 'many months'"),
        ("dataAlias", "filter=date todate decade", "Cannot parse filter near 'decade'"),
        ("dataAlias", "filter=first", "Cannot parse filter near 'first'"),
        ("dataAlias", "filter=first = 'O''Hara'", "Cannot parse filter near 'first = 'O''Hara''"),
        ("dataAlias", "filter=qty in (1, 2)", "in takes a list of values"),
        ("dataAlias", "filter=qty in []", "Cannot parse filter"),
        ("dataAlias", "filter=qty > [1]", "'>' takes one value, not a list"),
        ("dataAlias", "filter=qty <", "Cannot parse filter near 'qty <'"),
        ("dataAlias", f"filter=first = {'x' * 10_000}", "The filter is longer than 10000 characters"),
        ("dataAlias", "limit=-1", "'limit' param must be a nonnegative number. actual=-1"),
        ("dataAlias", "limit=1&limit=2", "'limit' is given more than once"),
        ("dataAlias", "calendar=lunar", "'calendar' must be fiscal or standard. actual=lunar"),
        ("dataAlias", "having=qty", "Unknown query operator 'having'"),
    ],
)
async def test_what_cannot_be_asked_is_400_with_the_reason(
    http: httpx.AsyncClient, alias: str, query: str, message: str
) -> None:
    response = await http.get(f"/data/v1/{alias}?{query}")
    assert (response.status_code, response.json()["statusReason"]) == (400, "Bad Request")
    assert message in response.json()["message"]
