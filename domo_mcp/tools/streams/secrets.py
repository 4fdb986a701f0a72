"""Which parts of a stream's settings are secrets, told by the name, the place or the look of a value. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.sql.columns import MASK

if TYPE_CHECKING:
    from domo_mcp.client.streams import Setting

_KEY_OF = r"(api|access|account|client|consumer|encryption|master|private|shared|signing|storage|subscription)"
_NAME = re.compile(
    r"pass(word|wd|phrase|code)?$|pass(word|wd|phrase)|pwd|secret|token|credential|private|signature|bearer|"
    rf"{_KEY_OF}[\W_]*key|authori[sz]ation|cookie|jwt|webhook|connection[\W_]*(string|url)|"
    r"(^|[\W_])(key|auth|headers?|pin|dsn|sas|sig|session)$",
    re.IGNORECASE,
)
_KIND = re.compile(r"secret|private|credential|password|encrypt", re.IGNORECASE)
_IN_TEXT = re.compile(
    r"(?<=://)(?P<url>[^/?#\s]{1,2000})(?=@)|"
    r"(?<=hooks\.slack\.com/services/)(?P<hook>[\w/]+)|"
    r"(?P<user>(?<![\w/.])[\w.%+-]{1,100}[:/](?!\*\*\*@)[^\s:/@]{1,200})(?=@)|"
    r"\b(?:set-)?(?:authorization|cookie)[\"']?\s*[:=]\s*[\"']?(?P<header>[^\r\n\"']+)|"
    r"\bbearer\s+(?P<bearer>[\w.~+/=-]+)|"
    r"(?P<jwt>\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*)|"
    r"(?P<pem>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*)|"
    rf"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|signature|{_KEY_OF.replace('(', '(?:')}[\W_]?key)"
    r"[\"']?\s*[:=]\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s&;,\"'})]+))|"
    r"(?<![\w.])(?:pass|auth|code|key|pin|session|sig)=(?P<short>[^\s&;,\"'})]+)",
    re.IGNORECASE,
)


def shown(name: str, value: JsonValue, category: str = "") -> JsonValue:
    """A setting's value as anybody may see it: its secrets are asterisks."""
    return _masked(name, value, category, [])


def secrets_in(name: str, value: JsonValue, category: str = "") -> list[str]:
    """The texts that are not shown of a setting's value."""
    found: list[str] = []
    _masked(name, value, category, found)
    return found


def is_secret(setting: Setting) -> bool:
    """Whether something of a setting is not shown."""
    return shown(setting.name, setting.value, setting.category) != setting.value


def _masked(name: str, value: JsonValue, category: str, found: list[str]) -> JsonValue:
    if value is None or value == "":
        return value
    if _NAME.search(name) or _KIND.search(category):
        found += _texts(value)
        return MASK
    if isinstance(value, dict):
        names = _part_names(value)
        return {key: _masked(names[key], part, "", found) for key, part in value.items()}
    if isinstance(value, list):
        return [_masked(name, part, "", found) for part in value]
    return _masked_text(value, found) if isinstance(value, str) else value


def _part_names(value: Mapping[str, JsonValue]) -> dict[str, str]:
    """What each part is called; in {"name" or "key": N, "value": V} it is V that is called N."""
    names = {key: key for key in value}
    teller = next((key for key in ("name", "key") if isinstance(value.get(key), str)), None)
    if teller and "value" in value:
        names |= {"value": str(value[teller]), teller: ""}
    return names


def _masked_text(text: str, found: list[str]) -> str:
    """A text without its secrets; one that is JSON with those of its parts."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            parsed: JsonValue = json.loads(text)
        except (ValueError, RecursionError):
            parsed = None
        if parsed is not None:
            masked = _masked("", parsed, "", found)
            return text if masked == parsed else json.dumps(masked, ensure_ascii=False)
    return _IN_TEXT.sub(lambda match: _without(match, found), text)


def _without(match: re.Match[str], found: list[str]) -> str:
    """What was matched with asterisks for the secret in it."""
    place, secret = next((key, part) for key, part in match.groupdict().items() if part is not None)
    if not secret:
        return match[0]
    found += [secret, *([secret.rpartition(":")[2]] if place in {"url", "user"} else [])]
    start, end = (position - match.start() for position in match.span(place))
    return f"{match[0][:start]}{MASK}{match[0][end:]}"


def _texts(value: JsonValue) -> Iterator[str]:
    """All texts in a value that is a secret as a whole."""
    if isinstance(value, dict | list):
        parts: Sequence[JsonValue] = list(value.values()) if isinstance(value, dict) else value
        for part in parts:
            yield from _texts(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
