"""How a call proves who it is. Secrets stay inside; a token that expired midway is asked for again, once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from keyrack.sdk.secret import Secret


class Auth(Protocol):
    """Gives the headers of a call."""

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """Headers to send. ``renew``: the server refused the last ones; get new ones if that is possible.

        Raises:
            KeyrackError: there is no way to sign in.
        """
        ...


class Nobody:
    """No authentication at all."""

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """None."""
        del renew
        return {}


@dataclass(frozen=True, slots=True)
class Header:
    """One fixed header, e.g. ``X-Vault-Token``."""

    name: str
    value: Secret

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The header."""
        del renew
        return {self.name: self.value.reveal().decode("latin-1")}


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password (RFC 7617)."""

    user: str
    password: Secret

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The Authorization header."""
        del renew
        pair = self.user.encode() + b":" + self.password.reveal()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@dataclass(slots=True)
class Bearer:
    """A bearer token (RFC 6750) from ``get``, which may sign in anew; ``get`` is called again only when told to renew.

    ``scheme`` is ``Bearer`` nearly everywhere; GitHub and Okta know others.
    """

    get: Callable[[], Secret]
    scheme: str = "Bearer"
    _held: Secret | None = None
    _lock: Lock = field(default_factory=Lock)

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The Authorization header."""
        with self._lock:
            if renew or self._held is None:
                self._held = self.get()
            return {"Authorization": f"{self.scheme} {self._held.reveal().decode('latin-1')}"}
