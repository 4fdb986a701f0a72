"""What AppDB's bare statuses mean: which document is not there, which permission is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domo_mcp.errors import Conflict, DomoError, Forbidden, NotFound
from domo_mcp.untrusted import foreign


@contextmanager
def explained(collection: str, needs: str, *, document: str | None = None) -> Iterator[None]:
    """Name what was asked for in an error of Domo's.

    `needs` is the permission that the request takes (App-Framework document, Collection Level Security, Permission
    List). Document-level security hides what it filters: a request for it is answered with 404.
    """
    place = f'collection "{foreign(collection)}"'
    what = f'Document "{foreign(document)}" of {place}' if document is not None else f"{place[0].upper()}{place[1:]}"
    try:
        yield
    except NotFound as error:
        message = f"{what} was not found, or document-level security hides it. {error.message}"
        raise reworded(error, message, "Check the id and the name with a query or the list of collections.") from error
    except Forbidden as error:
        hint = f"It takes {needs} permission on {place}; its owner or someone with the Manage AppDB grant can give it."
        raise reworded(error, error.message, hint) from error


@contextmanager
def one_export_at_a_time() -> Iterator[None]:
    """Say that an export is running (App-Framework document, Manually Exporting Collections: 423)."""
    try:
        yield
    except Conflict as error:
        message = f"An export of these collections is already running. {error.message}"
        raise reworded(error, message, "It brings what was written before it; wait for it to end.") from error


def reworded(error: DomoError, message: str, hint: str) -> DomoError:
    """The same error in other words."""
    return type(error)(
        message,
        hint,
        status=error.status,
        toe=error.toe,
        retry_after=error.retry_after,
        surely_unprocessed=error.surely_unprocessed,
    )
