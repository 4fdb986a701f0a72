"""Tickets: what stands for a change between its preview and the yes, signed, short-lived, good for one use.

A ticket has up to three forms. The model reads the first one; a panel beside the conversation (an MCP App) holds the
other two, its yes and its no. They are one ticket: whichever is used first ends all three. None can be made from
another without the state's key, so the form that comes back tells whose answer it is.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

from pydantic import JsonValue

from domo_mcp.errors import TicketRefused
from domo_mcp.guard.keys import Keys, plain_text
from domo_mcp.state import State
from domo_mcp.state.tickets import SealedTicket

Form = Literal["ticket", "app", "no"]
"""Whose answer a ticket is: the model's, that of a person at a panel, and that person's no."""

_ID_BYTES = 10
_TICKET = re.compile(r"([tan])-([a-z2-7]{16})([a-z2-7]{24})")
_FORMS: Mapping[str, Form] = {"t": "ticket", "a": "app", "n": "no"}
_AGAIN = "Call the tool again for a new preview and ticket; nothing was changed."
_DAY_S = 86_400


@dataclass(frozen=True)
class Pending:
    """A change that waits for a yes: the call that proposed it, and what its preview showed (`digest`, `summary`)."""

    principal: str
    instance: str
    tool: str
    arguments: Mapping[str, JsonValue]
    digest: str
    summary: str


class Tickets:
    """Tickets of one server, or of all replicas that share a state and its key. `clock` gives Unix seconds."""

    def __init__(self, state: State, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock

    async def issue(self, pending: Pending, *, life_s: float) -> str:
        """A ticket for `pending`: 42 characters, good for `life_s` seconds. The arguments stay here, sealed.

        Raises StateUnavailable.
        """
        await self._state.tickets.forget(self._now())
        ticket_id = plain_text(secrets.token_bytes(_ID_BYTES))
        expires = self._now() + round(life_s)
        sealed = self._keys.seal(json.dumps(asdict(pending)), _bound(ticket_id, expires))
        await self._state.tickets.add(SealedTicket(ticket_id, self._keys.id, sealed, expires))
        return self._written("t", ticket_id)

    def of_panel(self, ticket: str) -> tuple[str, str]:
        """The yes and the no of a panel for the change that `ticket` stands for; no model may ever read them."""
        ticket_id = self._id_of(ticket)
        return self._written("a", ticket_id), self._written("n", ticket_id)

    def form(self, token: str) -> Form:
        """Whose answer a ticket is that was read."""
        return _FORMS[token.strip()[:1]]

    async def read(self, token: str, *, principal: str, instance: str, summary: str) -> Pending:
        """What a ticket stands for. It is still good afterwards: `use` it before acting.

        Raises TicketRefused where it is not one of ours, expired or used, was given to another principal or for another
        instance, or where `summary` is not the sentence that its preview showed; StateUnavailable.
        """
        pending = self._unsealed(await self._kept(token))
        if pending.principal != principal:
            raise TicketRefused("This ticket was not given to you.", "Make the change yourself to get your own.")
        if pending.instance != instance:
            raise TicketRefused(f"This ticket is for instance {pending.instance}.", "Name that instance.")
        if pending.summary != summary.strip():
            raise TicketRefused(
                "The summary is not the one of the ticket's preview; nothing was changed.",
                "Repeat the preview's summary word for word.",
            )
        return pending

    async def use(self, token: str) -> bool:
        """Mark a ticket as used; False where it was used before, by whoever, or is none."""
        ticket_id = self._id_of(token)
        return bool(ticket_id) and await self._state.tickets.use(ticket_id, self._now())

    async def once(self, what: str, life_s: float = _DAY_S) -> bool:
        """Mark any id as used for `life_s` seconds; False where it is already. Raises StateUnavailable."""
        await self._state.tickets.forget(self._now())
        return await self._state.tickets.once(what, self._now(), self._now() + round(life_s))

    def keyed(self, digest: str) -> str:
        """A digest that only who has the key can make: what it was made of cannot be found by guessing."""
        return self._keys.keyed(digest)

    async def _kept(self, token: str) -> SealedTicket:
        shaped = _TICKET.fullmatch(token.strip())
        kept = await self._state.tickets.get(shaped[2]) if shaped else None
        if kept and kept.key_id != self._keys.id:
            raise TicketRefused("This ticket was signed with another key.", f"Replicas share one state.key. {_AGAIN}")
        if not self._id_of(token):
            raise TicketRefused("This is not a ticket of this server.", "Pass the preview's ticket, unchanged.")
        if kept is None or kept.expires <= self._now():
            raise TicketRefused("This ticket has expired.", _AGAIN)
        if kept.used:
            raise TicketRefused("This ticket was used already.", "See list_changes for what it did.")
        return kept

    def _unsealed(self, kept: SealedTicket) -> Pending:
        text = self._keys.unseal(kept.sealed, _bound(kept.id, kept.expires))
        if text is None:
            raise TicketRefused("This ticket was tampered with where it was kept.", _AGAIN)
        return Pending(**json.loads(text))

    def _id_of(self, token: str) -> str:
        """The id in a ticket that we signed, empty for any other text."""
        shaped = _TICKET.fullmatch(token.strip())
        if shaped is None:
            return ""
        good = hmac.compare_digest(token.strip(), self._written(shaped[1], shaped[2]))
        return shaped[2] if good else ""

    def _written(self, form: str, ticket_id: str) -> str:
        signed = ticket_id if form == "t" else f"{form} {ticket_id}"
        return f"{form}-{ticket_id}{self._keys.signature(signed)}"

    def _now(self) -> int:
        return int(self._clock())

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self._state.key, "ticket")


def _bound(ticket_id: str, expires: int) -> str:
    return f"{ticket_id} {expires}"
