"""An MCP server for Domo: one typed function per tool, one gate for everything that changes Domo."""

__version__ = "0.1.0"
