"""Free ports, for real servers that have to be told theirs."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of loopback that nobody listens on right now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
