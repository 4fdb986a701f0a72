from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest

from domo_mcp.client.answers import Answer
from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.failures import clean, failure, retry_after
from domo_mcp.errors import (
    Blocked,
    Conflict,
    DomoError,
    DomoFailed,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    SignInFailed,
    WrongInstance,
)
from domo_mcp.untrusted import plain

BLOCK_PAGE = b"<!DOCTYPE html><html><head><title>Domo - Blocked</title></head></html>"


def failed(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, path: str = "/api/data/v3/datasources/1"
) -> DomoError:
    error = failure(Answer(path, status, httpx.Headers(headers), body, ("secret-token-1",), DeveloperToken.renewal))
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, b'{"status":400,"message":"Data import failed."}', Rejected, "Domo said (400): Data import failed."),
        (400, b"'limit' param must be nonnegative and <= 50. actual=100", Rejected, "<= 50. actual=100"),
        (400, b'{"message":"Infrastructure problem (403): Access is denied"}', Forbidden, "Access is denied"),
        (401, b"", SignInFailed, "status 401 and no reason"),
        (403, b'{"status":403,"toe":"694M4LH50R-CFNR0-N0VD2"}', Forbidden, "status 403 and no reason"),
        (403, b'{"message":"API Rate limit reached."}', RateLimited, "API Rate limit reached."),
        (403, b'"You may not see this FileSet"', Forbidden, "You may not see this FileSet"),
        (404, b'{"status":404,"statusReason":"Not Found"}', NotFound, "Not Found"),
        (409, b"{}", Conflict, "409"),
        (410, b"{}", NotFound, "410"),
        (413, b"", Rejected, "413"),
        (416, b"", Rejected, "416"),
        (423, b'{"message":"An export is running"}', Conflict, "An export is running"),
        (429, b"slow down", RateLimited, "slow down"),
        (500, b'{"message":null,"statusReason":"Internal Server Error"}', DomoFailed, "Internal Server Error"),
        (503, b"<html><body>Service Unavailable</body></html>", DomoFailed, "status 503 and no reason"),
        (400, b'{"message":{"nested":["x"]},"statusReason":7}', Rejected, "status 400 and no reason"),
        (400, b'["a list"]', Rejected, '["a list"]'),
        (400, b"\xff\xfe\x00", Rejected, "400"),
    ],
)
def test_each_answer_becomes_the_error_that_tells_what_to_do(
    status: int, body: bytes, kind: type[DomoError], said: str
) -> None:
    error = failed(status, body)
    assert type(error) is kind
    assert said in plain(error.message)
    assert error.status == status


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_no_error(status: int) -> None:
    assert failure(Answer("/api", status, {}, b"{}")) is None


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_block_page_is_blocked_whatever_its_status(status: int) -> None:
    error = failed(status, BLOCK_PAGE, {"content-type": "text/html"})
    assert isinstance(error, Blocked)
    assert "network address" in error.message


@pytest.mark.parametrize(
    ("headers", "body"),
    [({"location": "https://acme.domo.com/whitelist/blocked?ip=1"}, b""), ({}, b"see /whitelist/blocked")],
)
def test_a_redirect_to_the_block_page_is_blocked(headers: Mapping[str, str], body: bytes) -> None:
    assert isinstance(failed(303, body, headers), Blocked)


def test_another_redirect_is_a_wrong_host_and_its_target_is_not_repeated() -> None:
    error = failed(302, b"", {"location": "https://evil.example/"})
    assert isinstance(error, WrongInstance)
    assert "evil" not in str(error)


def test_a_403_to_who_am_i_means_the_wrong_instance() -> None:
    assert isinstance(failed(403, path="/api/content/v2/users/me"), WrongInstance)


def test_a_bad_token_names_the_variable_to_renew() -> None:
    assert "DOMO_DEVELOPER_TOKEN" in failed(401).hint


def test_the_trace_id_is_kept_for_domos_support() -> None:
    error = failed(404, b'{"toe":"8VGVLIN8CI-EODB4-G3CUS"}')
    assert error.toe == "8VGVLIN8CI-EODB4-G3CUS"
    assert "8VGVLIN8CI-EODB4-G3CUS" in str(error)


def test_java_exceptions_and_user_ids_of_the_envelope_stay_out() -> None:
    text = str(failed(500, b'{"message":"Broke","exception":"com.domo.Secret","userId":"27","path":"/internal"}'))
    assert "Broke" in text
    assert not any(part in text for part in ("com.domo", "27", "internal"))


@pytest.mark.parametrize("part", [b"message", b"toe", b"statusReason"])
def test_a_token_that_domo_echoes_is_redacted(part: bytes) -> None:
    text = str(failed(400, b'{"' + part + b'":"bad header secret-token-1"}'))
    assert "secret-token-1" not in text
    assert "[secret]" in text


def test_a_token_across_the_cut_leaves_no_half() -> None:
    text = clean("x" * 290 + "secret-token-1" * 3, ("secret-token-1",))
    assert len(text) == 300
    assert "secret-" not in text


def test_messages_are_short_and_on_one_line() -> None:
    text = clean("a\x00b\r\nc\u202ed\x1b[31m" + "e" * 500, ())
    assert len(text) == 300
    assert text.startswith("a b c d [31m")
    assert text.isprintable()


@pytest.mark.parametrize(
    ("status", "expected"), [(429, True), (403, True), (503, False), (500, False), (400, False), (404, False)]
)
def test_only_a_rate_limit_says_that_domo_did_nothing(status: int, expected: bool) -> None:
    assert failed(status, b'{"message":"API Rate limit reached."}').surely_unprocessed is expected


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:00:09 GMT", 9.0),
        ("Sun, 22 Nov 2026 12:00:09 -0000", 9.0),
        ("Sun, 22 Nov 2020 12:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("1e9", None),
        ("\u0663", None),
        ("9" * 400, 999999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
