"""What outlives a process: journal, tickets and pins, in a SQLite file or, for several replicas, in PostgreSQL."""

from domo_mcp.state.opening import open_state
from domo_mcp.state.settings import StateSettings
from domo_mcp.state.store import State

__all__ = ["State", "StateSettings", "open_state"]
