"""How a capability of the aws provider is written down."""

from __future__ import annotations

from keyrack.records import Record
from keyrack.sdk import Capability, Permission

LAG = "AWS updates last-used data up to four hours late"


def needs(why: str, *names: str, optional: bool = False) -> tuple[Permission, ...]:
    """Permissions that share a reason."""
    return tuple(Permission(name, why, optional) for name in names)


def sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    """One capability; ``name`` without the provider's."""
    return Capability(f"aws.{name}", title, yields, permissions, blind, calls)
