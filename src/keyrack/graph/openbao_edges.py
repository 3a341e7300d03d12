"""Edges through an OpenBao or Vault server: whose credentials a role, token or entity may read, have made, or log in with.

What a policy allows is judged by the access room's engine, on the path that the API reads: a version 2 key-value secret at
``<mount>/data/<path>``, a database login at ``<mount>/creds/<role>``, an AppRole at its ``role-id`` and ``secret-id``
(openbao.org/api-docs/secret/kv/kv-v2, /secret/databases, /auth/approle). A login as a role brings the policies of its entity,
too. Rules whose path depends on who asks are left out; who rules the server itself is said by rules on policies, not here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyrack.access.openbao.decide import protected
from keyrack.access.openbao.match import Merged, governing, merge
from keyrack.access.openbao.model import Policy, Rule
from keyrack.graph.model import Edge, Estate, opened_by
from keyrack.records import Grant, Placement

_ROOT = "root"
_LAST = chr(0x10FFFF)
"""Sorts after every character of a path."""

Ask = tuple[str, str]
"""Capability, path."""


@dataclass(frozen=True, slots=True)
class _Door:
    """A way to an identity: whoever may do all of ``asks`` on the server."""

    target: str
    mechanism: str
    path: str
    asks: tuple[Ask, ...]
    bound: bool = False
    """Only from some networks."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What one identity holds, merged: rules by path, and the paths of rules that hold under conditions."""

    rules: dict[str, Merged]
    unsure: frozenset[str]
    root: bool

    def may(self, ask: Ask) -> tuple[bool, bool]:
        """Whether it may, and whether that is sure."""
        capability, path = ask
        if self.root:
            return True, True
        rule = governing(self.rules, path, listing=False)
        if rule is None or rule.denies or capability not in rule.capabilities:
            return False, True
        return not protected(path) or "sudo" in rule.capabilities, rule.path not in self.unsure


class _Doors:
    """The doors of one server, in the order of the path asked for first, so that a rule finds those it may open."""

    def __init__(self, doors: Sequence[_Door]) -> None:
        self.doors = sorted(doors, key=lambda door: door.asks[0][1])
        self.paths = [door.asks[0][1] for door in self.doors]

    def before(self, held: _Held) -> list[_Door]:
        """Doors that a rule of a holder matches, or seems to."""
        if held.root:
            return self.doors
        found: set[int] = set()
        for path, rule in held.rules.items():
            start = path.partition("+")[0].removesuffix("*")
            end = bisect_right(self.paths, path) if rule.exact else bisect_left(self.paths, start + _LAST)
            found.update(range(bisect_left(self.paths, start), end))
        return [self.doors[number] for number in sorted(found)]


def openbao_edges(estate: Estate) -> Iterator[Edge]:
    """Edges, one for each identity and way; conditional where constraints of the rule, or networks, decide."""
    holders = _holders(estate)
    doors: dict[str, list[_Door]] = {}
    servers = {identity.scope for identity in estate.identities if identity.provider == "openbao"}
    for server, door in (*_secrets(estate, servers), *_minted(estate), *_logins(estate)):
        doors.setdefault(server, []).append(door)
    sorted_doors = {server: _Doors(found) for server, found in doors.items()}
    opened: dict[tuple[str, frozenset[tuple[str, tuple[str, ...], bool]]], list[tuple[_Door, bool]]] = {}
    for identity in estate.identities:
        grants = holders.get(identity.uid)
        if grants and identity.scope in doors:
            key = (
                identity.scope,
                frozenset((grant.resources[0], tuple(grant.actions), bool(grant.conditions)) for grant in grants),
            )
            if key not in opened:
                held = _held(grants)
                opened[key] = list(_opened(held, sorted_doors[identity.scope].before(held)))
            for door, sure in opened[key]:
                if door.target != identity.uid:
                    yield Edge(identity.uid, door.target, door.mechanism, door.path, conditional=not sure)


def _holders(estate: Estate) -> dict[str, list[Grant]]:
    """Identity uid -> its grants; those of the entity it logs in as, too."""
    found: dict[str, list[Grant]] = {}
    for grant in estate.grants:
        if grant.language == "openbao" and grant.resources:
            found.setdefault(grant.identity_uid, []).append(grant)
    entity = {trust.subject: trust.identity_uid for trust in estate.trusts if trust.mechanism == "openbao:entity-alias"}
    return {uid: [*found.get(uid, ()), *found.get(entity.get(uid, ""), ())] for uid in {*found, *entity}}


def _held(grants: Sequence[Grant]) -> _Held:
    plain = [grant for grant in grants if "{{" not in grant.resources[0]]
    rules = merge([Policy("held", tuple(Rule(grant.resources[0], frozenset(grant.actions)) for grant in plain))])
    unsure = frozenset(grant.resources[0] for grant in plain if grant.conditions)
    return _Held(rules, unsure, root=any(_ROOT in grant.actions for grant in grants))


def _opened(held: _Held, doors: Sequence[_Door]) -> Iterator[tuple[_Door, bool]]:
    for door in doors:
        answers = [held.may(ask) for ask in door.asks]
        if all(may for may, _ in answers):
            yield door, not door.bound and all(sure for _, sure in answers)


def _secrets(estate: Estate, servers: set[str]) -> Iterator[tuple[str, _Door]]:
    """Key-value secrets that hold the credential of an identity."""
    live = opened_by(estate)
    mounts = {
        (resource.scope or "", resource.name or ""): resource.attrs.get("kv_version") == "2"
        for resource in estate.resources
        if resource.type == "openbao:engine-mount" and resource.attrs.get("kind") == "kv"
    }
    for placement in estate.placements:
        target = live.get(placement.credential_uid)
        if target and placement.system == "vault" and placement.scope in servers and (path := _read_at(placement, mounts)):
            yield placement.scope or "", _Door(target, "openbao:read", placement.path, (("read", path),))


def _read_at(placement: Placement, mounts: Mapping[tuple[str, str], bool]) -> str | None:
    """The path that the API reads a key-value secret at; ``None``: it lies in no key-value engine."""
    pieces = placement.path.split("/")
    for length in range(len(pieces) - 1, 0, -1):
        mount = "/".join(pieces[:length])
        versioned = mounts.get((placement.scope or "", mount))
        if versioned is not None:
            return f"{mount}/{'data/' if versioned else ''}{'/'.join(pieces[length:])}"
    return None


def _minted(estate: Estate) -> Iterator[tuple[str, _Door]]:
    """Logins that an engine hands to whoever reads a path."""
    for trust in estate.trusts:
        server, mark, _ = trust.subject.removeprefix("openbao:").partition(":path/")
        if mark and trust.subject.startswith("openbao:") and (path := trust.attrs.get("path")):
            yield server, _Door(trust.identity_uid, trust.mechanism, path, (("read", path),))


def _logins(estate: Estate) -> Iterator[tuple[str, _Door]]:
    """AppRoles and token roles: who may have a secret-id or a token of theirs made."""
    for identity in estate.identities:
        mount, name = identity.attrs.get("mount", ""), identity.name or ""
        prefix = identity.uid.partition(":role/")[2].removesuffix(f"{mount}/{name}")
        if identity.type == "openbao:approle":
            role = f"{prefix}auth/{mount}/role/{name}"
            also = () if identity.attrs.get("bind_secret_id") == "false" else (("update", f"{role}/secret-id"),)
            for known in ("read", "update"):  # read it, or set one of one's own
                asks = ((known, f"{role}/role-id"), *also)
                networks = identity.attrs.get("cidrs", "/0").split(",")
                bound = not any(network.endswith("/0") for network in networks)
                yield identity.scope, _Door(identity.uid, "openbao:approle-login", role, asks, bound=bound)
        elif identity.type == "openbao:token-role":
            path = f"{prefix}auth/token/create/{name}"
            yield identity.scope, _Door(identity.uid, "openbao:token-role", path, (("update", path),))
