"""The words of Azure RBAC: what a role permits, who is assigned it where, who is denied, a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

EVERYONE: Final = "00000000-0000-0000-0000-000000000000"
"""The principal id of "all principals" in deny assignments."""


@dataclass(frozen=True, slots=True)
class Block:
    """One ``permissions`` entry of a role: control-plane and data-plane action patterns (``*`` stands for any text)."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str = ""

    def of(self, *, data: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Patterns given and taken out, of one plane."""
        return (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role for a principal (object id) at a scope, perhaps under a condition. ``blocks`` is ``None`` for a role not known."""

    principal: str
    role: str
    scope: str
    blocks: tuple[Block, ...] | None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """A deny assignment; ``principals`` may hold :data:`EVERYONE`."""

    name: str
    scope: str
    blocks: tuple[Block, ...]
    principals: frozenset[str]
    excluded: frozenset[str] = frozenset()
    here_only: bool = False
    """``doNotApplyToChildScopes``."""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """All assignments in play, of whomever."""

    assignments: tuple[Assignment, ...]
    denials: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A principal (object id, with the groups it is in, nested ones resolved) and an action on a scope.

    ``scope`` is the resource's id (``/subscriptions/S/resourceGroups/R/providers/…``); ``management_groups`` are the names
    of those above its subscription. ``attributes`` are condition attributes as written there
    (``@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]``), ``suboperation`` as in SubOperationMatches.
    """

    principal: str
    action: str
    scope: str
    data: bool = False
    groups: frozenset[str] = frozenset()
    management_groups: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    suboperation: str | None = None
