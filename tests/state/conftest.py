"""States in both kinds of database."""

from tests.states import database, opened, postgres, settings, sqlite_settings

__all__ = ["database", "opened", "postgres", "settings", "sqlite_settings"]
