"""How the suite says that a provider breaks its contract."""

from __future__ import annotations


class ContractError(AssertionError):
    """A provider breaks its contract; the message says which promise and shows the record's uid, never its content."""


def require(holds: bool, promise: str) -> None:
    """Raise :class:`ContractError` with ``promise`` unless it holds."""
    if not holds:
        raise ContractError(promise)
