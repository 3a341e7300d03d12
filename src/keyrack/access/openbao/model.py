"""The words of OpenBao ACL policies: a rule for a path, a policy, a request (openbao.org/docs/concepts/policies)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

CAPABILITIES: Final = ("create", "read", "update", "delete", "list", "sudo", "patch", "scan", "deny")
OPERATIONS: Final[dict[str, str]] = {
    **{name: name for name in ("create", "read", "update", "delete", "list", "patch", "scan")},
    **dict.fromkeys(("revoke", "renew", "rollback"), "update"),
}
"""Operation of a request -> the capability it needs."""

Parameters = Mapping[str, tuple[Any, ...]]
"""Lower-case parameter name -> values; no values means every value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule demands beside the capability. Times are seconds, 0 is unset; ``pages`` is the highest ``limit`` of a list."""

    allowed: Parameters = field(default_factory=dict)
    denied: Parameters = field(default_factory=dict)
    required: tuple[str, ...] = ()
    min_wrap: float = 0
    max_wrap: float = 0
    pages: int = 0
    unread: tuple[str, ...] = ()
    """Demands this engine does not judge (mfa_methods, control_group); a decision lists them as assumed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``path`` block. ``path`` is as written, without leading slash; an old ``policy`` word is resolved to capabilities."""

    path: str
    capabilities: frozenset[str]
    limits: Limits = Limits()
    expires: datetime | None = None
    line: int = 0

    @property
    def templated(self) -> bool:
        """The path depends on who asks."""
        return "{{" in self.path


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy. The one named ``root`` allows everything, whatever its rules."""

    name: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server sees it after routing.

    ``operation`` is one of :data:`OPERATIONS`; a write is ``create`` when the backend says that the thing is not there yet,
    else ``update``. ``wrap_ttl`` is seconds, ``None`` without response wrapping. ``entity`` has ``id``, ``name``,
    ``metadata`` and ``aliases`` (mount accessor -> {id, name, metadata, custom_metadata}); ``groups`` is a list of {id,
    name, metadata}.
    """

    operation: str
    path: str
    data: Mapping[str, Any] = field(default_factory=dict)
    wrap_ttl: float | None = None
    entity: Mapping[str, Any] | None = None
    groups: tuple[Mapping[str, Any], ...] = ()
    now: datetime | None = None
