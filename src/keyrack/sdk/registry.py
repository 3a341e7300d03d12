"""Providers by entry point: built-in and third-party ones load the same way, and only when named."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import cast

from keyrack.errors import UsageError
from keyrack.sdk.provider import Provider

GROUP = "keyrack.providers"


@cache
def names() -> tuple[str, ...]:
    """Names of all installed providers, sorted."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


@cache
def load(name: str) -> Provider:
    """The provider of that name.

    Raises:
        UsageError: no such provider is installed.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            return cast("Provider", point.load())
    known = ", ".join(names())
    raise UsageError("provider.unknown", f"no provider named {name!r}", hint=f"installed providers: {known}")
