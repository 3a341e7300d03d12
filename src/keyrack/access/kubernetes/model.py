"""The words of Kubernetes RBAC: rules, roles, bindings, who asks and for what (rbac.authorization.k8s.io/v1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MASTERS: Final = "system:masters"
"""Members may do anything; the authorizer is not asked ("Using RBAC Authorization", table of default roles)."""
CLUSTER: Final = ""
"""The scope of cluster-wide access; otherwise a namespace's name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One PolicyRule: either resources of API groups, or URLs. ``resources`` are ``pods``, ``pods/log``, ``*/scale``, ``*``."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """resourceNames; empty means every object."""
    urls: tuple[str, ...] = ()
    """nonResourceURLs; a ``*`` may end one."""


@dataclass(frozen=True, slots=True)
class Role:
    """A ClusterRole (``namespace`` is ``""``) or a Role, with aggregated rules already in."""

    name: str
    namespace: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a binding is for: ``User``, ``Group`` or ``ServiceAccount`` (with its namespace)."""

    kind: str
    name: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """A ClusterRoleBinding (``namespace`` is ``""``) or a RoleBinding."""

    name: str
    namespace: str
    role_kind: str
    role: str
    subjects: tuple[Subject, ...]

    @property
    def label(self) -> str:
        """How a verdict names it."""
        kind = f"RoleBinding {self.namespace}/" if self.namespace else "ClusterRoleBinding "
        return f"{kind}{self.name} -> {self.role_kind} {self.role}"


@dataclass(frozen=True, slots=True)
class Objects:
    """The RBAC objects of a cluster: roles by (namespace, name), and bindings."""

    roles: Mapping[tuple[str, str], Role]
    bindings: tuple[Binding, ...]

    def role_of(self, binding: Binding) -> Role | None:
        """The role a binding refers to; a missing one gives nothing."""
        return self.roles.get((binding.namespace if binding.role_kind == "Role" else CLUSTER, binding.role))


@dataclass(frozen=True, slots=True)
class User:
    """Who asks: name and all groups, the built-in ones included (:func:`keyrack.access.kubernetes.parse.user` adds them)."""

    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``resource`` without subresource; ``name`` is empty for list, watch, create and deletecollection.

    ``path`` is set instead of the resource for a non-resource URL (``/healthz``).
    """

    user: User
    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = CLUSTER
    name: str = ""
    path: str = ""

    @property
    def combined(self) -> str:
        """``pods`` or ``pods/log``, as rules write it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource
