"""Everything that can go wrong, as one tree. Each error says what happened and, in `hint`, what to do next.

* DomoMcpError
    * ConfigError            the configuration cannot be used; the process ends with exit code 2
    * Refused                this server will not do it: policy, limits, missing access
        * TicketRefused      a ticket that confirms nothing: forged, expired, used, somebody else's
    * StateUnavailable       the store of journal and tickets cannot be used
    * InvalidInput           an argument that a caller can correct
        * UnknownName        no dataset, column, … of that name; carries the nearest real ones
        * SqlRefused         not exactly one readable SELECT, or outside the dataset's schema
    * CannotAnswer           the AI service understood the request and has no answer for it
    * DomoError              Domo answered, or failed to; carries `status` and `toe`
        * SignInFailed       401: token wrong, expired or revoked
        * Forbidden          403, or a 400 that hides one
        * WrongInstance      no such instance, or a token of another one
        * Blocked            an HTML or 303 block page: the caller's address is not allowed
        * NotFound           404
        * Rejected           400 and other 4xx: Domo understood and said no
        * FunctionFailed     a Code Engine function ran, and has no result
        * Conflict           409, 423: something else is in the way at the moment
        * RateLimited        429, or a 403 that says so
        * DomoFailed         5xx
        * Unreachable        no connection, or it broke; nothing came back
        * TimedOut           no answer in time
        * UnreadableAnswer   an answer that is not what the documents promise
        * AnswerTooLarge     more bytes than one answer may have
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domo_mcp.untrusted import foreign, plain


class DomoMcpError(Exception):
    """Base of every error of this package.

    `message` says what happened, `hint` what to do next; neither ever holds a secret or a stack trace.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return plain(self.text())

    def text(self) -> str:
        """All of it, what is foreign in it marked."""
        return f"{self.message} {self.hint}".strip()


class ConfigError(DomoMcpError):
    """The configuration cannot be used."""


class Refused(DomoMcpError):
    """This server will not do it."""


class TicketRefused(Refused):
    """A ticket that confirms nothing."""


class StateUnavailable(DomoMcpError):
    """The store that keeps the journal and the tickets cannot be used; what needs it does not happen."""


class InvalidInput(DomoMcpError):
    """An argument that the caller can correct."""


class UnknownName(InvalidInput):
    """A name that stands for nothing, or for several things."""


class SqlRefused(InvalidInput):
    """SQL that this server does not send."""


class CannotAnswer(DomoMcpError):
    """The AI service has no answer for the request, and said why."""


class DomoError(DomoMcpError):
    """Domo answered with an error, or did not answer.

    `status` is the HTTP status, None where none came. `toe` is Domo's trace id ("thread of execution") to quote to
    Domo's support (error envelope of the FileSets OpenAPI document). `surely_unprocessed` is true where Domo cannot
    have acted on the request.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        toe: str | None = None,
        retry_after: float | None = None,
        surely_unprocessed: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.toe = toe
        self.retry_after = retry_after
        self.surely_unprocessed = surely_unprocessed

    def text(self) -> str:
        """All of it with the trace id, what is foreign in it marked."""
        trace = f"(Domo's trace id: {foreign(self.toe, 80)})" if self.toe else ""
        return " ".join(part for part in (self.message, self.hint, trace) if part)


class SignInFailed(DomoError):
    """401: the token is wrong, expired or revoked."""


class Forbidden(DomoError):
    """403: the token's user may not do this; also a 400 that hides a 403."""


class WrongInstance(DomoError):
    """The instance name is wrong, or the token belongs to another instance."""


class Blocked(DomoError):
    """The instance does not accept calls from this network address."""


class NotFound(DomoError):
    """404."""


class Rejected(DomoError):
    """Domo understood the request and refused it."""


class FunctionFailed(DomoError):
    """A Code Engine function ran and ended without a result; Domo says so with HTTP 200."""


class Conflict(DomoError):
    """409 or 423: something else is in the way at the moment."""


class RateLimited(DomoError):
    """Too many requests; `retry_after` in seconds where Domo said so."""


class DomoFailed(DomoError):
    """5xx: a fault on Domo's side."""


class Unreachable(DomoError):
    """No connection to Domo, or it broke before an answer was complete."""


class TimedOut(DomoError):
    """No complete answer within the time allowed."""


class UnreadableAnswer(DomoError):
    """An answer that is not what Domo's documents promise."""


class AnswerTooLarge(DomoError):
    """An answer of more bytes than this server reads."""


@contextmanager
def first_failure() -> Iterator[None]:
    """Let the first error of several tasks out without its group."""
    try:
        yield
    except BaseExceptionGroup as failed:
        error: BaseException = failed
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
