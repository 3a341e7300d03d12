"""The one root error of Keyrack: a stable code, a plain sentence and the next step."""

from __future__ import annotations

from typing import Literal

Retry = Literal["never", "later", "after_fix"]


class KeyrackError(Exception):
    """Something a person must know about; never carries a secret value.

    Attributes:
        code: stable machine-readable name, e.g. ``config.unreadable``.
        hint: what to do next, one sentence; empty when there is nothing to do.
        retry: ``never``, ``later`` (transient) or ``after_fix`` (the person must act).
    """

    def __init__(self, code: str, message: str, *, hint: str = "", retry: Retry = "after_fix") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
        self.retry: Retry = retry


class UsageError(KeyrackError):
    """The command line or configuration asks for something that does not exist (exit code 2)."""


class NothingScannedError(KeyrackError):
    """No target could be looked at (exit code 3)."""
