"""Where the company sells."""

from __future__ import annotations

from domo_mcp.sandbox.company.dice import nth, text

COUNTRIES: dict[str, dict[str, tuple[str, ...]]] = {
    "North": {"Norway": ("Oslo", "Bergen"), "Sweden": ("Stockholm", "Gothenburg"), "Denmark": ("Copenhagen", "Aarhus")},
    "South": {"Spain": ("Madrid", "Valencia"), "Italy": ("Milan", "Turin")},
    "East": {"Poland": ("Krakow", "Gdansk"), "Czechia": ("Prague", "Brno"), "Romania": ("Cluj", "Brasov")},
    "West": {"France": ("Lyon", "Grenoble"), "Ireland": ("Dublin", "Galway")},
    "Central": {"Germany": ("Munich", "Leipzig"), "Austria": ("Innsbruck", "Graz"), "Switzerland": ("Zurich", "Bern")},
}
REGIONS = tuple(COUNTRIES)
ALL_COUNTRIES = tuple(country for countries in COUNTRIES.values() for country in countries)


def region(index: str) -> str:
    """Give the region at an expression from 0."""
    return nth(REGIONS, index)


def country(region_index: str, index: str) -> str:
    """Give a country of the region at `region_index`, chosen by `index`; both are expressions from 0."""
    cases = " ".join(f"WHEN {n} THEN {nth(tuple(c), index)}" for n, c in enumerate(COUNTRIES.values()))
    return f"CASE ({region_index}) {cases} END"


def city(country_name: str, index: str) -> str:
    """Give a city of the country that an expression names, chosen by `index`."""
    towns = {name: cities for countries in COUNTRIES.values() for name, cities in countries.items()}
    cases = " ".join(f"WHEN {text(name)} THEN {nth(cities, index)}" for name, cities in towns.items())
    return f"CASE {country_name} {cases} END"
