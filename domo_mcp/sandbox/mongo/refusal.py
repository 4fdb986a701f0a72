"""What a query or update that MongoDB would not take raises."""

from __future__ import annotations


class BadQuery(ValueError):
    """A query, update or aggregation that cannot be read or applied; its text is a MongoDB server's, shortened."""
