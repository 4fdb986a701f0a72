"""One Domo instance, ready to use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Literal, Self

import httpx
from starlette.types import ASGIApp

from domo_mcp.client.ai import Ai
from domo_mcp.client.app_datasets import AppDatasets
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.auth import AppSession, ClientCredentials, SignIn
from domo_mcp.client.codeengine import CodeEngine
from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.data_api import DataApi
from domo_mcp.client.dataset_administration import DatasetAdministration
from domo_mcp.client.datasets import Datasets
from domo_mcp.client.embedded import Embedded
from domo_mcp.client.files import Files
from domo_mcp.client.filesets import FileSets
from domo_mcp.client.limits import USUAL_LIMITS, Limits
from domo_mcp.client.people import People
from domo_mcp.client.public_datasets import PublicDatasets
from domo_mcp.client.query import Query
from domo_mcp.client.seen_datasets import SeenDatasets
from domo_mcp.client.session import Session
from domo_mcp.client.streams import Streams
from domo_mcp.client.surface import PUBLIC_ORIGIN, AppFramework, Product, PublicApi, Surface
from domo_mcp.client.uploads import Uploads
from domo_mcp.client.wire import Timeouts
from domo_mcp.client.workflows import Workflows
from domo_mcp.errors import ConfigError
from domo_mcp.sql import ColumnRules

_NO_RULES = ColumnRules()
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")  # a name or an address


@dataclass(frozen=True)
class Aliases:
    """The names that an app's manifest gives its datasets, workflows and Code Engine functions."""

    datasets: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domo:
    """One instance: its services, by the name they have in the documents.

    `aliases` are those of an app, `rules` what columns may show, `columns` what that means for one dataset.
    """

    name: str
    url: str
    surface: Surface
    session: Session
    aliases: Aliases
    rules: ColumnRules
    columns: ColumnPolicy
    datasets: Datasets
    administration: DatasetAdministration
    query: Query
    data_api: DataApi
    ai: Ai
    people: People
    code_engine: CodeEngine
    appdb: AppDb
    files: Files
    workflows: Workflows
    filesets: FileSets
    uploads: Uploads
    streams: Streams

    @classmethod
    @asynccontextmanager
    async def connect(  # noqa: PLR0913 - one for each thing that can be configured, all but three with a default
        cls,
        name: str,
        url: str,
        auth: SignIn,
        *,
        surface: Literal["product", "app"] = "product",
        aliases: Aliases | Sequence[str] = (),
        limits: Limits = USUAL_LIMITS,
        timeout_s: float = 30.0,
        call_timeout_s: float = 50.0,
        rules: ColumnRules = _NO_RULES,
        app: ASGIApp | None = None,
    ) -> AsyncIterator[Self]:
        """Open the connections to `url`, an origin such as `https://acme.domo.com`; they close with the block.

        `surface` is "app" for an app session, which knows datasets by `aliases`; client credentials have a surface of
        their own at `https://api.domo.com`. No request is sent yet. `timeout_s` bounds one request, `call_timeout_s` a
        call with all its tries and waits. `rules` hold for all that `query` and `data_api` send and `datasets` tells;
        `app` answers in place of the network. Raises `ConfigError` for a URL that is not such an origin, or a sign-in
        that the surface does not take.
        """
        transport = Embedded(app) if app else None
        origin = _origin(url, embedded=app is not None)
        place = _surface(auth, surface, origin)
        timeouts = Timeouts(request_s=timeout_s, call_s=call_timeout_s)
        async with Session(origin, auth, limits=limits, timeouts=timeouts, transport=transport) as session:
            given = aliases if isinstance(aliases, Aliases) else Aliases(tuple(aliases))
            yield cls._on(session, name, origin, place, given, rules)

    @cached_property
    def reading(self) -> Self:
        """The same instance for who only reads: no service of it can send a change."""
        return self._on(self.session.reading(), self.name, self.url, self.surface, self.aliases, self.rules)

    @classmethod
    def _on(cls, session: Session, name: str, url: str, surface: Surface, aliases: Aliases, rules: ColumnRules) -> Self:
        datasets = _datasets(session, surface, aliases.datasets)
        appdb = AppDb(session.discreet() if rules else session, surface)
        policy = ColumnPolicy(rules, surface, datasets, appdb)
        return cls(
            name=name,
            url=url,
            surface=surface,
            session=session,
            aliases=aliases,
            rules=rules,
            columns=policy,
            datasets=SeenDatasets(datasets, policy) if rules else datasets,
            administration=DatasetAdministration(session, surface),
            query=Query(session, surface, policy),
            data_api=DataApi(session, surface, policy),
            ai=Ai(session, surface),
            people=People(session, surface),
            code_engine=CodeEngine(session, surface, aliases.packages),
            appdb=appdb,
            files=Files(session, surface),
            workflows=Workflows(session, surface),
            filesets=FileSets(session, surface),
            uploads=Uploads(session, surface),
            streams=Streams(session, surface),
        )


def _surface(auth: SignIn, wanted: Literal["product", "app"], origin: str) -> Surface:
    if (wanted == "app") is not isinstance(auth, AppSession):
        raise ConfigError(
            "The App-Framework surface takes an app session and nothing else; other surfaces take none.",
            'Set surface = "app" together with auth kind = "app-session".',
        )
    if wanted == "app":
        return AppFramework()
    if not isinstance(auth, ClientCredentials):
        return Product()
    if origin.endswith(".domo.com") and origin != PUBLIC_ORIGIN:
        raise ConfigError("Client credentials are not for an instance's own host.", f"Set its url to {PUBLIC_ORIGIN}.")
    return PublicApi()


def _datasets(session: Session, surface: Surface, aliases: Sequence[str]) -> Datasets:
    match surface:
        case AppFramework():
            return AppDatasets(session, surface, aliases)
        case PublicApi():
            return PublicDatasets(session, surface)
        case _:
            return Datasets(session, surface)


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
