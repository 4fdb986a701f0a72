"""Ports to listen on."""

from __future__ import annotations

import socket

from domo_mcp.errors import ConfigError


def check_free(host: str, port: int) -> None:
    """Raise ConfigError where nobody can listen there: taken, forbidden, or no port at all."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"Port {port} on {host} cannot be used: {why}.", "Choose another port.") from None
