"""Secrets in the settings of streams: told by name, by place, and by the look of what stands in a text."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from domo_mcp.tools.streams.secrets import secrets_in, shown

KEPT = "hunter22+Hunter="
SECRETS: list[tuple[str, JsonValue]] = [
    ("url", f"jdbc:postgresql://h/db?user=a&password={KEPT}&ssl=true"),
    ("url", f"https://a:{KEPT}@h/db"),
    ("url", f"jdbc:oracle:thin:scott/{KEPT}@h:1521"),
    ("config", json.dumps({"user": "a", "password": KEPT})),
    ("config", f"user: a\npassword: {KEPT}\n"),
    ("config", f"{{broken json 'secret': '{KEPT}'"),
    ("headers", [{"name": "Authorization", "value": KEPT}]),
    ("request", [{"name": "Authorization", "value": KEPT}]),
    ("request", json.dumps([{"key": "X-Api-Key", "value": KEPT}])),
    ("request", f"Authorization: Basic {KEPT}"),
    ("request", f"curl -H 'Bearer {KEPT}'"),
    ("sas_url", f"https://x.blob.core.windows.net/c?sv=1&sig={KEPT}"),
    ("endpoint", f"https://api.x.com/v1?api_key={KEPT}"),
    ("endpoint", f"https://api.x.com/v1?key={KEPT}"),
    ("endpoint", f"https://api.x.com/v1?access_token={KEPT}"),
    ("connection", f"Server=h;Uid=a;Pwd={KEPT};"),
    *((name, KEPT) for name in ("authorization", "apikey", "clientKey", "cookie", "pin", "dsn", "connectionString")),
    *((name, KEPT) for name in ("webhook", "aws_credential", "Private Key", "session")),
    ("pin", [1, {"x": KEPT}]),
]
PLAIN: list[tuple[str, JsonValue]] = [
    ("query", "SELECT a.key, b.token_count FROM a JOIN b ON a.customer_key = b.customer_key WHERE pin > 3"),
    ("query", "SELECT * FROM t WHERE mail = 'jane@example.com'"),
    ("config", '{"rows": 3,  "keys": ["a"]}'),
    ("url", "https://api.example.com/v1/monkeys?keyword=tokens&page=2"),
    ("to", "jane@example.com, joe@example.com"),
    ("fetch_size", 100),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_is_asterisks_and_counts_as_one(name: str, value: JsonValue) -> None:
    told = shown(name, value)
    assert "***" in json.dumps(told)
    assert KEPT.rstrip("=") not in json.dumps(told)
    assert any(KEPT in text for text in secrets_in(name, value))
    assert shown(name, told) == told


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_what_is_no_secret_stays_as_it_is(name: str, value: JsonValue) -> None:
    assert shown(name, value) == value
    assert not secrets_in(name, value)
