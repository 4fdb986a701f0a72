"""However a text spells a secret, it is taken out, and what stands around it stays as it is."""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from domo_mcp.telemetry import SecretFilter

SECRETS = ["0123456789abcdef", 'to"ken+a/b=c d\\e~x', "pass'word/ü 💥", '"quoted"', "\\back\\"]


def spellings(secret: str) -> list[str]:
    """Texts with the secret in them, and something around it."""
    line = io.StringIO()
    csv.writer(line).writerow(["before", secret, 'a "b"'])
    nested = json.dumps({"a": secret})
    found = [f"x{secret}x", repr(secret), quote(secret), quote(secret, safe="").lower(), quote_plus(secret)]
    found += [line.getvalue(), json.dumps(line.getvalue())]
    for ascii_only in (True, False):
        nested = json.dumps({"a": secret}, ensure_ascii=ascii_only)
        found += [nested, json.dumps([nested]), json.dumps([json.dumps([nested])])]
    for before in range(4):
        whole = b"." * before + secret.encode() + b"..."
        found += [base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode()]
    return found


@pytest.mark.parametrize("secret", SECRETS)
def test_every_spelling_is_hidden(secret: str) -> None:
    masking = SecretFilter()
    masking.add([secret])
    assert [text for text in spellings(secret) if "[hidden]" not in masking.hidden(text)] == []


@pytest.mark.parametrize("secret", SECRETS)
def test_json_stays_json(secret: str) -> None:
    masking = SecretFilter()
    masking.add([secret])
    for around in ("", '"', "\\", "/", "x"):
        value = {"a": f"{around}{secret}{around}", "b": json.dumps([f"{secret}{around}"]), "c": "kept"}
        shown = json.loads(masking.hidden(json.dumps(value)))
        assert json.loads(shown["b"])
        assert shown["c"] == "kept"
        assert "[hidden]" in shown["a"]


def test_nothing_else_is_hidden() -> None:
    masking = SecretFilter()
    text = json.dumps({"rows": [["West", 1.5, 'say "hi"', "C:\\data", "a+b/c"]] * 50})
    assert masking.hidden(text) == text
    masking.add(SECRETS)
    assert masking.hidden(text) == text


@pytest.mark.parametrize("text", ["\\" * 100_000, '"' * 100_000, '\\"' * 50_000, "%5C" * 30_000, "to" * 50_000])
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    masking = SecretFilter()
    masking.add([*SECRETS, '\\"\\"a\\"\\"\\b'])
    began = time.perf_counter()
    masking.hidden(text)
    assert time.perf_counter() - began < 2
