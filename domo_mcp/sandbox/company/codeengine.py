"""The company's Code Engine packages, and what its app calls some of their functions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.codeengine.definitions import (
    Function,
    FunctionAlias,
    Package,
    PackageGrant,
    Permission,
    Type,
    Variable,
    Version,
)
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, TOMAS
from domo_mcp.sandbox.records import Record

PRICING, TEXT_TOOLS, SALES_LOOKUP, ORDER_CHECKS, PAYROLL, BOARD_PACK = (
    f"5a1e0000-0000-4000-8005-{number:012d}" for number in range(1, 7)
)


def packages(now: datetime) -> Iterator[Record]:
    """Give packages and aliases."""
    made = now - timedelta(days=300)
    yield _pricing(made)
    yield _text_tools(made)
    yield _sales_lookup(made)
    yield _order_checks(made)
    yield _payroll(made)
    yield _board_pack(made)
    yield _alias("discountedPrice", PRICING, "1.1.0", "discountedPrice", listPrice="price", rebate="discount")
    yield _alias("regionRevenue", SALES_LOOKUP, "2.0.0", "regionRevenue", region="region", year="year")
    yield _alias("findOrder", ORDER_CHECKS, "1.0.0", "findOrder", orderId="orderId")


def _pricing(made: datetime) -> Package:
    price = _function(
        "discountedPrice",
        "What a quantity of something costs after a discount.",
        _of("price", "decimal"),
        _of("discount", "decimal"),
        _of("quantity", "number", nullable=True),
        gives=_of("total", "decimal"),
    )
    margin = _function(
        "margin",
        "What is left of a price after its cost, in euro and in percent.",
        _of("price", "decimal"),
        _of("cost", "decimal"),
        gives=_of("margin", "object"),
    )
    best = _function(
        "bestPrice",
        "The lowest of some prices.",
        _of("prices", "decimal", is_list=True),
        gives=_of("best", "decimal", nullable=True),
    )
    return _package(
        PRICING,
        "Pricing",
        "Prices, discounts and margins as sales calculates them.",
        made,
        (("1.0.0", (price,)), ("1.1.0", (price, margin)), ("1.2.0", (price, margin, best))),
        owner=DANA,
        draft="1.2.0",
        may={ALEX: "EXECUTE", PRIYA: "EXECUTE"},
    )


def _text_tools(made: datetime) -> Package:
    functions = (
        _function("slug", "A title as it can stand in an address.", _of("text", "text"), gives=_of("slug", "text")),
        _function(
            "similarity",
            "How alike two texts are, 0 to 1.",
            _of("left", "text"),
            _of("right", "text"),
            gives=_of("score", "decimal"),
        ),
        _function(
            "topWords",
            "The words of four letters or more that occur most often in some texts.",
            _of("texts", "text", is_list=True),
            _of("most", "number"),
            gives=_of("words", "text", is_list=True),
        ),
    )
    return _package(
        TEXT_TOOLS,
        "Text Tools",
        "Small helps with texts.",
        made,
        (("1.0.0", functions),),
        owner=ALEX,
        language="PYTHON",
    )


def _sales_lookup(made: datetime) -> Package:
    revenue = _function(
        "regionRevenue",
        "Revenue and number of orders of a region, of all years or of one.",
        _of("region", "text"),
        _of("year", "number", nullable=True),
        gives=_of("figures", "object"),
    )
    rows = _function("rowCount", "Rows of a dataset.", _of("dataset", "dataset"), gives=_of("rows", "number"))
    return _package(
        SALES_LOOKUP,
        "Sales Lookup",
        "Figures of Sales Orders for workflows and apps.",
        made,
        (("1.0.0", (revenue,)), ("2.0.0", (revenue, rows))),
        owner=DANA,
        may={ALEX: "EXECUTE", TOMAS: "EXECUTE"},
    )


def _order_checks(made: datetime) -> Package:
    key = _of("orderId", "text")
    functions = (
        _function("findOrder", "One order; fails where there is none.", key, gives=_of("order", "object")),
        _function("countOrders", "Orders of a region.", _of("region", "text"), gives=_of("orders", "number")),
        _function("touchOrder", "Marks an order as seen.", key, gives=_of("seen", "boolean")),
        _function("wait", "Waits, to try how callers bear it.", _of("seconds", "decimal"), gives=_of("s", "decimal")),
    )
    return _package(
        ORDER_CHECKS,
        "Order Checks",
        "Checks on orders; some of them have faults that nobody has noticed.",
        made,
        (("1.0.0", functions),),
        owner=ALEX,
    )


def _payroll(made: datetime) -> Package:
    raising = _function(
        "raiseSalaries", "Raises all salaries.", _of("percent", "decimal"), gives=_of("percent", "decimal")
    )
    return _package(
        PAYROLL,
        "Payroll",
        "Salaries; who may see this package need not be able to run it.",
        made,
        (("1.0.0", (raising,)),),
        owner=ADMIN,
        may={ALEX: "VIEW"},
    )


def _board_pack(made: datetime) -> Package:
    raising = _function("slug", "Title of a board paper.", _of("text", "text"), gives=_of("slug", "text"))
    return _package(BOARD_PACK, "Board Pack", "For the board alone.", made, (("1.0.0", (raising,)),), owner=ADMIN)


def _package(  # noqa: PLR0913, PLR0917 - what tells one package from another
    key: str,
    name: str,
    description: str,
    made: datetime,
    versions: tuple[tuple[str, tuple[Function, ...]], ...],
    owner: int,
    language: str = "JAVASCRIPT",
    draft: str = "",
    may: dict[int, Permission] | None = None,
) -> Package:
    days = [milliseconds(made + timedelta(days=30 * place)) for place in range(len(versions))]
    return Package.model_validate(
        {
            "id": key,
            "name": name,
            "description": description,
            "language": language,
            "owner_id": owner,
            "created": days[0],
            "updated": days[-1],
            "versions": tuple(
                Version(version=number, created=day, released=None if number == draft else day, functions=functions)
                for (number, functions), day in zip(versions, days, strict=True)
            ),
            "grants": tuple(PackageGrant(user_id=user, permission=what) for user, what in (may or {}).items()),
        }
    )


def _function(name: str, description: str, *inputs: Variable, gives: Variable) -> Function:
    return Function(name=name, display_name=_words(name), description=description, inputs=inputs, output=gives)


def _of(name: str, kind: Type, *, is_list: bool = False, nullable: bool = False) -> Variable:
    return Variable(name=name, display_name=_words(name), type=kind, is_list=is_list, nullable=nullable)


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).capitalize()


def _alias(alias: str, package: str, version: str, function: str, **parameters: str) -> FunctionAlias:
    return FunctionAlias(id=alias, package_id=package, version=version, function=function, parameters=parameters)
