"""Providers by entry point: built-in and third-party ones load the same way, and only when named."""

from __future__ import annotations

import contextlib
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from keyrack.errors import UsageError
from keyrack.sdk.manifest import Manifest
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
        UsageError: no such provider is installed, or it cannot be loaded.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            return _loaded(point)
    known = ", ".join(names())
    raise UsageError("provider.unknown", f"no provider named {name!r}", hint=f"installed providers: {known}")


def manifests() -> dict[str, Manifest]:
    """Manifests of the providers that load; a broken one is left to ``keyrack doctor``, it must not take the rest down."""
    found = {}
    for name in names():
        with contextlib.suppress(UsageError):
            found[name] = load(name).manifest
    return found


def _loaded(point: EntryPoint) -> Provider:
    try:
        return cast("Provider", point.load())
    except (ImportError, AttributeError) as error:
        raise UsageError(
            "provider.broken", f"provider {point.name!r} cannot be loaded ({type(error).__name__})", hint="reinstall its package"
        ) from error
