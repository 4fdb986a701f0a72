"""What went wrong, read from an answer; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from domo_mcp.client.answers import Answer
from domo_mcp.client.places.people import ME
from domo_mcp.client.surface import AppFramework, Product
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
    TimedOut,
    WrongInstance,
)
from domo_mcp.untrusted import foreign

_LONGEST_MESSAGE = 300
_ME = Product().at(ME)
_APP_ME = AppFramework().at(ME)
_BLOCK_PAGE = b"<title>domo - blocked"


class _Envelope(BaseModel):
    """Domo's error body; every field is optional (ErrorResponse of the Filesets OpenAPI document)."""

    model_config = ConfigDict(extra="ignore")
    message: object = None
    statusReason: object = None  # noqa: N815 - Domo's spelling
    toe: object = None


_ENVELOPE = TypeAdapter[_Envelope | str](_Envelope | str)


def failure(answer: Answer) -> DomoError | None:
    """Read the error that an answer stands for, None where it is a success.

    The messages of Domo are shortened, cleaned of control characters and of the session's secrets.
    """
    if _is_block_page(answer):
        return _blocked(answer.status)
    if answer.status < 300:
        return None
    if answer.status < 400:
        return _moved(answer.status)
    envelope = _envelope(answer)
    said, toe = _said(envelope, answer), _text(envelope.toe, answer.secrets, 80)
    return _kind(answer, said, toe or None)


def wordless(error: DomoError) -> DomoError:
    """The same error without what Domo said, which may name a hidden column or quote its values."""
    return type(error)(
        f"Domo answered with status {error.status}; its words are kept back, as policy hides columns.",
        error.hint,
        status=error.status,
        toe=error.toe,
        retry_after=error.retry_after,
        surely_unprocessed=error.surely_unprocessed,
    )


def clean(text: str, secrets: Sequence[str], longest: int = _LONGEST_MESSAGE) -> str:
    """One line without control characters or secrets, at most `longest` characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    for secret in secrets:
        line = line.replace(secret, "[secret]")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value[:12])
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _kind(answer: Answer, said: str, toe: str | None) -> DomoError:
    status = answer.status
    if status == 429 or (status == 403 and "rate limit" in said.lower()):
        wait = retry_after(answer.headers.get("retry-after"), answer.came)
        hint = "Wait a little before the next call."
        return RateLimited(said, hint, status=status, toe=toe, retry_after=wait, surely_unprocessed=True)
    if status == 400 and "infrastructure problem (403)" in said.lower():
        return Forbidden(said, _FORBIDDEN, status=status, toe=toe)
    if status == 403 and answer.path == _ME:
        return WrongInstance(said, _WRONG_INSTANCE, status=status, toe=toe)
    if status == 401 or (status == 403 and answer.path == _APP_ME):
        return SignInFailed(said, answer.renewal, status=status, toe=toe)
    if status >= 500:
        wait = retry_after(answer.headers.get("retry-after"), answer.came)
        hint = "The fault is Domo's; try again later."
        return DomoFailed(said, hint, status=status, toe=toe, retry_after=wait)
    kind, hint = _BY_STATUS.get(status, (Rejected, ""))
    return kind(said, hint, status=status, toe=toe)


_FORBIDDEN = "The token's user may not do this; someone who owns the object or an admin can grant it."
_WRONG_INSTANCE = "Is the host of the instance right, and was the token made on that instance?"
_GAVE_UP = "Somebody on the way gave up waiting; Domo may act on it yet."
_BY_STATUS: Mapping[int, tuple[type[DomoError], str]] = {
    403: (Forbidden, _FORBIDDEN),
    404: (NotFound, "Check the id; what the token's user may not see is often not found either."),
    408: (TimedOut, _GAVE_UP),
    409: (Conflict, "Something else holds it at the moment; look at its state, then try again."),
    410: (NotFound, "It was there once and is gone."),
    413: (Rejected, "What was sent is too large for Domo; send less at a time."),
    423: (Conflict, "It is locked by something that runs; try again when that is done."),
    425: (TimedOut, _GAVE_UP),
    499: (TimedOut, _GAVE_UP),
}


def _envelope(answer: Answer) -> _Envelope:
    try:
        found = _ENVELOPE.validate_json(answer.body)
    except ValidationError:
        text = "" if answer.is_html else answer.body.decode("utf-8", "replace")
        return _Envelope(message=text)
    return found if isinstance(found, _Envelope) else _Envelope(message=found)


def _said(envelope: _Envelope, answer: Answer) -> str:
    for part in (envelope.message, envelope.statusReason):
        if text := _text(part, answer.secrets, _LONGEST_MESSAGE):
            return f"Domo said ({answer.status}): {foreign(text, len(text))}{'' if text[-1] in '.!?…' else '.'}"
    return f"Domo answered with status {answer.status} and no reason."


def _text(value: object, secrets: Sequence[str], longest: int) -> str:
    return clean(value, secrets, longest) if isinstance(value, str) else ""


def _is_block_page(answer: Answer) -> bool:
    if 300 <= answer.status < 400:
        return "whitelist/blocked" in answer.headers.get("location", "") or b"whitelist/blocked" in answer.body
    return answer.is_html and _BLOCK_PAGE in answer.body[:65536].lower()


def _blocked(status: int) -> Blocked:
    hint = "An admin can add the address in Domo under Admin > Security > Network security; or use the company's VPN."
    return Blocked("The Domo instance does not accept calls from this network address.", hint, status=status)


def _moved(status: int) -> WrongInstance:
    message = "The host sends API calls elsewhere, which is not followed: a token must not travel."
    return WrongInstance(message, _WRONG_INSTANCE, status=status)
