"""Connections: one for each origin and sign-in, made when needed; a gateway may stand in for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.providers.mcp import guard
from keyrack.providers.mcp.seen import Server
from keyrack.sdk import Context, Secret
from keyrack.sdk.web import Auth, Bearer, Nobody, Web, connect
from keyrack.sdk.web.client import origin

_LONGEST_TOKEN = 64 * 1024


@dataclass(slots=True)
class Wires:
    """Connections of one scan. ``gateway``: every call goes there, with the address it is for in ``Forwarded`` (RFC 7239)."""

    ctx: Context
    options: Mapping[str, str]
    kept: dict[tuple[object, str], Web] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        """Option ``endpoint``."""
        return self.options.get("endpoint", "").rstrip("/")

    def to(self, url: str, auth: Auth | None = None, label: str = "") -> Web:
        """The connection to the origin of a URL, signed in by ``auth``; ``label`` tells sign-ins apart.

        Raises:
            KeyrackError: it is no address we may call.
        """
        key = (origin(url), label)
        if key not in self.kept:
            self.kept[key] = self._connected(url, auth or Nobody())
        return self.kept[key]

    def refusal(self, url: str, server: str) -> str:
        """Why an address that a server named is not asked; empty when it may be."""
        return guard.refusal(url, server, resolve=not self.gateway)

    def signed(self, server: Server) -> Web | None:
        """The connection with the token a person named: a file first, as workload identity writes it, then a variable.

        Raises:
            KeyrackError: a token is named and cannot be had.
        """
        if server.token_file:
            return self.to(server.url, Bearer(lambda: _of_file(server.token_file)), f"file {server.token_file}")
        if server.token_env:
            return self.to(server.url, Bearer(lambda: _of_variable(server.token_env)), f"variable {server.token_env}")
        return None

    def other(self, server: Server) -> Web | None:
        """The connection with a token that was issued for something else; ``None``: none was offered.

        Raises:
            KeyrackError: it is named and cannot be had.
        """
        name = server.other_token_env
        return self.to(server.url, Bearer(lambda: _of_variable(name)), f"other {name}") if name else None

    def skewed(self) -> list[Web]:
        """Connections, for their remarks."""
        return list(self.kept.values())

    def close(self) -> None:
        """Hang up."""
        for web in self.kept.values():
            web.client.close()

    def _connected(self, url: str, auth: Auth) -> Web:
        parts = urlsplit(url)
        base = self.gateway or f"{parts.scheme}://{parts.netloc}"
        headers = {"Forwarded": f'host="{parts.netloc}";proto={parts.scheme}'} if self.gateway else {}
        web = connect(
            base,
            auth,
            progress=self.ctx.progress,
            headers=headers,
            verify=self.options.get("ca_file") or True,
            timeout=seconds(self.options),
            code="mcp",
        )
        web.patience = 4 * seconds(self.options)
        return web


def seconds(options: Mapping[str, str]) -> float:
    """Option ``timeout``: seconds to wait for a reply.

    Raises:
        KeyrackError: it is no number of seconds.
    """
    value = options.get("timeout", "") or "10"
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 0 < found <= 600:
        raise KeyrackError(
            "mcp.timeout", "the timeout is no number of seconds between 0 and 600", hint="for example --mcp-timeout 10"
        )
    return found


def _of_variable(name: str) -> Secret:
    value = os.environ.get(name, "").strip()
    if not value:
        raise KeyrackError(
            "mcp.token", f"the variable {name[:100]} is not set", hint="export it, or take its name out of the list"
        )
    return _fit(value)


def _of_file(path: str) -> Secret:
    try:
        with Path(path).expanduser().open("rb") as file:
            value = file.read(_LONGEST_TOKEN).decode("ascii", "replace").strip()
    except OSError as error:
        raise KeyrackError(
            "mcp.token", f"the token file cannot be read ({type(error).__name__})", hint="check its path and mode"
        ) from error
    if not value:
        raise KeyrackError("mcp.token", "the token file is empty", hint="ask whoever writes it")
    return _fit(value)


def _fit(value: str) -> Secret:
    """A token that fits a header (RFC 6750 section 2.1).

    Raises:
        KeyrackError: it does not.
    """
    if not value.isascii() or not value.isprintable() or " " in value:
        raise KeyrackError(
            "mcp.token", "the token holds characters that no bearer token has", hint="check what the variable or file holds"
        )
    return Secret(value)
