"""Edges of GitHub: who may put code into which repository, and whose jobs that code becomes.

A writer's branch runs as jobs of the repository on that branch (node: the repository); with the protection lifted, or where there
is none, as all jobs of it (node: its Actions). From both, trusts of clouds lead on (:mod:`keyrack.graph.github_subjects`).

Sources (docs.github.com): "Choosing permissions for a GitHub App" (workflow files need ``workflows``), "Managing deploy keys"
(a key with write access pushes anything), REST "Deploy keys" and "Branch protection" (``administration``), "Set organization
membership for a user" (``members``), "Triggering a workflow from a workflow" (what a job pushes with its own token starts no
further workflow, so Actions and workflows are no writers here).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.graph.github_subjects import full_name
from keyrack.graph.model import Edge, Estate, admin_node, everybody_node
from keyrack.records import Grant, Identity

_WRITERS = ("github:app", "github:deploy-key", "github:user")
_RULES_ORGANIZATION = ("organization_administration", "members")
_RULES_REPOSITORY = ("administration",)
_UNSURE = ("contents", "actions", "secrets", "environments", "actions_variables", "organization_secrets")
"""What may run code of one's own in jobs that are there: scripts they call, a run started anew, a secret or variable replaced."""
_SELECTED = "selected repositories"


@dataclass(slots=True)
class _Held:
    """What one App, key or token may write (permission names), and where."""

    organization: str
    policy: str
    everywhere: set[str] = field(default_factory=set)
    selected: set[str] = field(default_factory=set)
    named: dict[str, set[str]] = field(default_factory=dict)


def github_edges(estate: Estate) -> tuple[list[Edge], frozenset[str]]:
    """Edges, and who administers an organisation by itself (its owners, and who may make owners)."""
    identities = {identity.uid: identity for identity in estate.identities if identity.type.startswith("github:")}
    inside = _Inside(estate, identities.values())
    edges: list[Edge] = list(inside.edges())
    admins: dict[str, str] = {}
    for identity in identities.values():
        if identity.type == "github:user" and identity.attrs.get("role") == "admin" and identity.status != "disabled":
            admins[identity.uid] = identity.scope
    for (uid, _, _), held in sorted(_held(estate.grants, identities).items()):
        if held.everywhere.intersection(_RULES_ORGANIZATION):
            admins[uid] = held.organization
        edges += inside.written(uid, held, key=identities[uid].type == "github:deploy-key")
    for uid, organization in sorted(admins.items()):
        edges.append(Edge(uid, admin_node(f"github:{organization}"), "administrator", "its own permissions"))
    edges += inside.ruled_by_admins(set(admins.values()))
    return edges, frozenset(admins)


def _held(grants: Iterable[Grant], identities: Mapping[str, Identity]) -> dict[tuple[str, str, str], _Held]:
    """Writing permissions, apart for each App, key and token: nobody joins the rights of two tokens in one call."""
    found: dict[tuple[str, str, str], _Held] = {}
    for grant in grants:
        holder = identities.get(grant.identity_uid)
        if grant.language != "github" or grant.effect != "allow" or holder is None or holder.type not in _WRITERS:
            continue
        if holder.status == "disabled":
            continue
        names = {name for name, _, level in (a.rpartition(":") for a in grant.actions) if level in {"write", "admin"}}
        organization, policy = grant.attrs.get("on") or holder.scope.partition("/")[0], grant.policy or ""
        held = found.setdefault((holder.uid, organization, policy), _Held(organization, policy))
        for resource in grant.resources:
            if resource == "*":
                held.everywhere |= names
            elif resource == _SELECTED:
                held.selected |= names
            else:
                held.named.setdefault(resource, set()).update(names)
    return found


class _Inside:
    """Repositories of all organisations, their Actions, and the nodes of everybody who may write to all of them."""

    def __init__(self, estate: Estate, identities: Iterable[Identity]) -> None:
        self._repositories = {full_name(r): r for r in estate.resources if r.type == "github:repository"}
        listed = list(identities)
        self._actions = {i.scope: i.uid for i in listed if i.type == "github:actions"}
        self._workflows = [i for i in listed if i.type == "github:workflow"]
        self._wanted: set[str] = set()

    def edges(self) -> Iterator[Edge]:
        """From a repository to its jobs: all of them, where a push is enough to change the default branch."""
        for name, repository in self._repositories.items():
            if name in self._actions and repository.attrs.get("archived") != "true":
                kept = repository.attrs.get("protected", "unknown") in {"reviews", "unknown"}
                yield Edge(repository.uid, self._actions[name], "github:workflow", "its workflow files", conditional=kept)
        for workflow in self._workflows:
            if workflow.scope in self._actions:
                yield Edge(self._actions[workflow.scope], workflow.uid, "github:job", workflow.attrs.get("path", ""))

    def written(self, uid: str, held: _Held, *, key: bool) -> Iterator[Edge]:
        """From a writer to the repositories it writes to, or to all jobs of those it rules."""
        crowd = f"github:{held.organization}"
        for names, unsure in ((held.everywhere, False), (held.selected, True)):
            for ruling, mechanism, conditional in _ways(names, key=key):
                mark = "#ruled" if ruling else "#written"
                yield Edge(uid, everybody_node(crowd + mark), mechanism, held.policy, conditional=conditional or unsure)
                self._wanted.add(crowd + mark)
        for name, names in sorted(held.named.items()):
            for ruling, mechanism, conditional in _ways(names, key=key):
                target = self._node(name, ruling=ruling)
                if target:
                    yield Edge(uid, target, mechanism, held.policy, conditional=conditional)

    def _node(self, name: str, *, ruling: bool) -> str | None:
        repository = self._repositories.get(name)
        plain = repository.uid if repository is not None else None
        return self._actions.get(name, plain) if ruling else plain

    def ruled_by_admins(self, organizations: set[str]) -> Iterator[Edge]:
        """From an organisation's administrators to all its jobs, and from everybody who writes to what they write to."""
        for name, repository in sorted(self._repositories.items()):
            node = self._node(name, ruling=True)
            if node is None or repository.attrs.get("archived") == "true":
                continue
            if repository.scope in organizations:
                yield Edge(admin_node(f"github:{repository.scope}"), node, "administrator", "any change to the repository")
            crowd = f"github:{repository.scope}"
            if f"{crowd}#ruled" in self._wanted:
                yield Edge(everybody_node(f"{crowd}#ruled"), node, "any repository")
            if f"{crowd}#written" in self._wanted:
                yield Edge(everybody_node(f"{crowd}#written"), repository.uid, "any repository")


def _ways(names: set[str], *, key: bool) -> Iterator[tuple[bool, str, bool]]:
    """(rules it, by which permissions, only under conditions) for what may be written."""
    if names.intersection(_RULES_REPOSITORY):
        yield True, "administration:write", False
    elif {"contents", "workflows"} <= names or (key and "contents" in names):
        yield False, "contents:write" if key else "contents:write+workflows:write", False
    elif some := [name for name in _UNSURE if name in names]:
        yield False, f"{some[0]}:write", True
