"""A secret's value, held in memory only: it cannot be printed, formatted, serialised or pickled."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Wraps a value so that no accident writes it down; :meth:`reveal` is the one way out, and is easy to grep for."""

    __slots__ = ("_value",)

    def __init__(self, value: str | bytes) -> None:
        self._value = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)

    def reveal(self) -> bytes:
        """The value itself. Only for fingerprinting or for the call that needs it."""
        return self._value

    def __len__(self) -> int:
        """Length in bytes."""
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        """Same value."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Hash of the value; in-process only."""
        return hash(self._value)

    def __repr__(self) -> str:
        """Never the value."""
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Never the value."""
        return format("Secret(***)", spec)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied to disk."""
        raise TypeError("a Secret cannot be pickled")
