"""The words of Google Cloud IAM: bindings and deny rules on nodes of the resource hierarchy, who asks, for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Binding:
    """One role for some members, perhaps under a CEL condition (an allow policy's ``bindings`` entry)."""

    role: str
    members: tuple[str, ...]
    condition: str = ""


@dataclass(frozen=True, slots=True)
class DenyRule:
    """One rule of a deny policy; names in v2 form (``principal://…``, ``service.googleapis.com/resource.verb``)."""

    policy: str
    principals: tuple[str, ...]
    permissions: tuple[str, ...]
    except_principals: tuple[str, ...] = ()
    except_permissions: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A principal access boundary policy that binds the principal: what it may be eligible for (full names of nodes)."""

    name: str
    resources: tuple[str, ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation, folder, project or resource, with its own policies. ``name`` as in ``projects/p`` or ``//…``."""

    name: str
    bindings: tuple[Binding, ...] = ()
    denials: tuple[DenyRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The line of nodes from the root down to the resource asked for, the boundaries of the principal, and custom roles."""

    nodes: tuple[Node, ...]
    boundaries: tuple[Boundary, ...] | None = None
    """``None``: none binds the principal."""
    custom_roles: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, in allow-policy form: ``serviceAccount:NAME@…``, ``user:…``, ``principal://iam.googleapis.com/…/subject/S``.

    ``groups`` are group addresses it is in (nested ones resolved), or pool group ids; ``attributes`` those of a pool identity;
    ``sets`` further principal sets it belongs to (a project's, folder's or organisation's principals).
    """

    member: str
    groups: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """The e-mail address, or empty."""
        kind, _, rest = self.member.partition(":")
        return rest if kind in {"user", "serviceAccount"} else ""


@dataclass(frozen=True, slots=True)
class Request:
    """A permission in v1 form (``storage.objects.get``) on a resource.

    ``context`` holds condition attributes by their CEL name: ``resource.name``, ``resource.type``, ``resource.service``,
    ``destination.ip``, ``destination.port``, ``request.path``, ``request.host``, ``request.auth.access_levels`` …; ``tags`` are
    the resource's effective tags (namespaced key -> short value; ids likewise), ``None`` when not known; ``api`` the API
    attributes.
    """

    principal: Principal
    permission: str
    context: Mapping[str, Any] = field(default_factory=dict)
    time: datetime | None = None
    tags: Mapping[str, str] | None = None
    api: Mapping[str, Any] | None = None
