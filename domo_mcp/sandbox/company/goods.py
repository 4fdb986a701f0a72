"""What the company sells."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import below, code, day, money, nth, pick, roll
from domo_mcp.sandbox.company.plan import DANA, Described, Plan

CATEGORIES = ("Tents", "Backpacks", "Footwear", "Apparel", "Cooking", "Navigation")
NOUNS = ("Tent", "Backpack", "Boots", "Jacket", "Stove", "Compass")
MODELS = (
    "Alpine Pro", "Ridge", "Summit", "Fjord", "Tundra", "Canyon", "Glacier", "Meadow", "Boreal", "Granite",
    "Harbor", "Lynx", "Cascade", "Drift", "Ember", "Falcon", "Juniper", "Kestrel", "Nomad", "Pioneer",
)  # fmt: skip
BRANDS = ("Northwind", "Trailhead", "Peakline", "Wildfell")
BASE_PRICES = (240, 120, 110, 130, 60, 35)
PRODUCTS = len(CATEGORIES) * len(MODELS)
FAULTY_PRODUCT = f"{MODELS[0]} {NOUNS[0]}"


def _by_category(index: str) -> str:
    return f"{list(BASE_PRICES)}[1 + {index} % {len(CATEGORIES)}]"


CATALOGUE = f"""
    SELECT p, {code("P", 3, "p + 1")} AS product_id,
        {nth(MODELS, f"p // {len(NOUNS)}")} || ' ' || {nth(NOUNS, "p")} AS product,
        {nth(CATEGORIES, "p")} AS category, list_price,
        {money(f"list_price * (0.44 + 0.12 * {roll(21, 'p')})")} AS unit_cost
    FROM (SELECT p::INTEGER AS p, {money(f"{_by_category('p')} * (0.75 + 0.6 * {roll(22, 'p')}) + 0.9")} AS list_price
          FROM range({PRODUCTS}) AS r(p))"""


def _products(today: date) -> str:
    return f"""
        SELECT product_id, product, category, {pick(BRANDS, 23, "p")}, list_price, unit_cost,
            {day(today)} - 1200 - {below(1500, 24, "p")}, {below(900, 25, "p")},
            CASE WHEN p > 30 AND {roll(26, "p")} < 0.12 THEN 'Yes' ELSE 'No' END,
            CASE WHEN p > 0 AND {roll(27, "p")} < 0.1 THEN NULL
                ELSE round(CASE WHEN p = 0 THEN 2.4 ELSE 3.3 + 1.6 * {roll(28, "p")} END, 1) END
        FROM ({CATALOGUE}) ORDER BY p"""


PRODUCT_PLAN = Plan(
    number=2,
    name="Products",
    description="The catalogue of Northwind Trail: every product with its prices, stock and rating.",
    unit="One row is one product.",
    owner=DANA,
    columns=(
        Described("Product ID", "STRING", "Identifier of the product", ("SKU", "article number")),
        Described("Product Name", "STRING", "Name shown in the shop", ("product", "item", "article")),
        Described("Category", "STRING", "Product category", ("product group", "product line")),
        Described("Brand", "STRING", "Brand printed on the product", ("label", "make")),
        Described("List Price", "DECIMAL", "Price before discount, in euro", ("price", "retail price")),
        Described("Unit Cost", "DECIMAL", "Cost of one piece, in euro", ("purchase price",)),
        Described("Launch Date", "DATE", "First day on sale", ("launched", "release date")),
        Described("Stock", "LONG", "Pieces in all warehouses now", ("inventory", "on hand")),
        Described("Discontinued", "STRING", "Yes when the product is no longer sold", ("phased out",)),
        Described(
            "Rating", "DOUBLE", "Average customer rating, 1 to 5; empty without reviews", ("stars", "review score")
        ),
    ),
    select=_products,
    cards=(("Stock by Category", "badge_vert_bar"), ("Best Rated Products", "badge_basic_table")),
    tags=("catalogue",),
    alias="products",
)
