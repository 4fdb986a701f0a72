"""One Domo instance, ready to use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

import httpx
from starlette.types import ASGIApp

from domo_mcp.client.ai import Ai
from domo_mcp.client.auth import SignIn
from domo_mcp.client.datasets import Datasets
from domo_mcp.client.limits import USUAL_LIMITS, Limits
from domo_mcp.client.people import People
from domo_mcp.client.query import Query
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.client.wire import Timeouts
from domo_mcp.errors import ConfigError
from domo_mcp.sql import ColumnRules

_NO_RULES = ColumnRules()
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")  # a name or an address


@dataclass(frozen=True)
class Domo:
    """One instance: its services, by the name they have in the documents."""

    name: str
    url: str
    session: Session
    datasets: Datasets
    query: Query
    ai: Ai
    people: People

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        name: str,
        url: str,
        auth: SignIn,
        *,
        limits: Limits = USUAL_LIMITS,
        timeout_s: float = 30.0,
        call_timeout_s: float = 50.0,
        rules: ColumnRules = _NO_RULES,
        app: ASGIApp | None = None,
    ) -> AsyncIterator[Self]:
        """Open the connections to `url`, an origin such as `https://acme.domo.com`; they close with the block.

        No request is sent yet. `timeout_s` bounds one request, `call_timeout_s` a call with all its tries and waits.
        `rules` hold for every statement that `query` sends; `app` answers in place of the network. Raises
        `ConfigError` for a URL that is not such an origin.
        """
        transport = httpx.ASGITransport(app, raise_app_exceptions=False) if app else None
        origin = _origin(url, embedded=app is not None)
        timeouts = Timeouts(request_s=timeout_s, call_s=call_timeout_s)
        async with Session(origin, auth, limits=limits, timeouts=timeouts, transport=transport) as session:
            surface = Product()
            datasets = Datasets(session)
            yield cls(
                name=name,
                url=origin,
                session=session,
                datasets=datasets,
                query=Query(session, surface, datasets, rules),
                ai=Ai(session, surface),
                people=People(session, surface),
            )


def _origin(url: str, *, embedded: bool) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    extra = parsed.userinfo or parsed.query or parsed.fragment or parsed.path not in {"", "/"}
    if not _HOST.fullmatch(parsed.host) or parsed.scheme not in {"https", "http"} or extra:
        raise ConfigError("The instance's URL is not an origin.", "Write it like https://acme.domo.com.")
    if parsed.scheme == "http" and not embedded and not _is_local(parsed.host):
        raise ConfigError("A token is not sent over plain http.", "Write the instance's URL with https://.")
    return url.rstrip("/")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
