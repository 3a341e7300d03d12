"""Who may log in, and what they hold: policies, roles, secret-ids, entities and groups, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.openbao.map_entities import Entities, Group, entity_records, group
from keyrack.providers.openbao.map_roles import KINDS, PEOPLE, Mount, role_records
from keyrack.providers.openbao.map_tokens import Actors, login_usage, secret_id_records, token_records
from keyrack.providers.openbao.names import clean
from keyrack.providers.openbao.scan import Found, Scan
from keyrack.records import Gap
from keyrack.sdk import gap
from keyrack.sdk.fields import text

_CONFIGURED = frozenset({"jwt", "oidc", "kubernetes"})
"""Mounts whose configuration says whose tokens they take."""


def read_policies(scan: Scan) -> Iterator[tuple[str, str] | Gap]:
    """Name and text of every ACL policy: one call where the server has the detailed list, else one a policy."""
    whole = scan.api.bulk("openbao.policies", "sys/policies/detailed/acl")
    if whole is not None and whole.keys:
        for name in whole.keys:
            yield name, text(whole.info.get(name, {}), "policy") or ""
        return
    listing = scan.api.listing("openbao.policies", "sys/policies/acl")
    if isinstance(listing, Gap):
        yield listing
        return
    names = [name for name in listing.keys if name != "root"]
    if "root" in listing.keys:
        yield "root", ""
    paths: list[tuple[str, object]] = [(f"sys/policies/acl/{name}", None) for name in names]
    for item in scan.api.many("openbao.policies", paths, what="sys/policies/acl/*", stage="policies"):
        yield item if isinstance(item, Gap) else (names[item[0]], text(item[1], "policy") or "")


def read_roles(scan: Scan) -> Iterator[Found]:
    """Roles of every auth mount: one list a mount, one call a role; secret-ids of AppRoles besides."""
    for mount in scan.mounts:
        if mount.type in KINDS:
            yield from _roles(scan, mount)
        else:
            people = mount.type in PEOPLE
            said = "its users live in another system" if people else "this provider does not know the type"
            yield gap(
                "openbao.roles",
                f"{scan.home.prefix}auth/{mount.path}",
                "unsupported",
                f"Roles of a mount of type {clean(mount.type)!r}: {said}.",
                hint="scan that system with its own provider" if people else "tell us about it",
                incomplete=not people,
            )


def _roles(scan: Scan, mount: Mount) -> Iterator[Found]:
    base = f"auth/{mount.path}"
    if mount.type in _CONFIGURED:
        config = scan.api.read("openbao.roles", f"{base}/config", absent_ok=True)
        if isinstance(config, Gap):
            yield config
        elif config is not None:
            mount = replace(mount, config=config)
    listing = scan.api.listing("openbao.roles", f"{base}/{KINDS[mount.type].listing}")
    if isinstance(listing, Gap):
        yield listing
        return
    names = [name for name in listing.keys if name and not name.endswith("/")]
    paths: list[tuple[str, object]] = [(f"{base}/{KINDS[mount.type].listing}/{name}", None) for name in names]
    for item in scan.api.many(
        "openbao.roles", paths, what=f"{base}/{KINDS[mount.type].listing}/*", stage=f"roles of {clean(mount.path)}"
    ):
        if isinstance(item, Gap):
            yield item
        else:
            yield from role_records(scan.home, mount, names[item[0]], item[1])
    if mount.type == "approle":
        yield from _secret_ids(scan, mount, names)


def _secret_ids(scan: Scan, mount: Mount, names: list[str]) -> Iterator[Found]:
    """Accessors of secret-ids: one list a role, one lookup an accessor; the API has nothing in bulk."""
    capability = "openbao.secret_ids"
    base = f"auth/{mount.path}/role"
    lists = [
        scan.api.call(
            capability,
            f"{base}/{name}/secret-id",
            "list",
            params={"list": "true"},
            absent_ok=True,
            must=("data",),
            items=("data", "keys"),
            permission=f"list on {scan.home.prefix}{base}/+/secret-id",
            name=capability,
        )
        for name in names
    ]
    owners_of: dict[str, str] = {call.path: name for call, name in zip(lists, names, strict=True)}
    found: list[tuple[str, str]] = []
    for item in scan.api.web.each(lists, f"secret-ids of {clean(mount.path)}"):
        if isinstance(item, Gap):
            yield item
        else:
            found += [(owners_of[item[0].path], key) for row in scan.api.web.listed(*item) if (key := text(row, ""))]
    bodies: list[tuple[str, object]] = [
        (f"{base}/{name}/secret-id-accessor/lookup", {"secret_id_accessor": accessor}) for name, accessor in found
    ]
    what = f"{base}/+/secret-id-accessor/lookup"
    for answer in scan.api.many(capability, bodies, needs="update", what=what, stage="secret-ids"):
        if isinstance(answer, Gap):
            yield answer
        else:
            yield from secret_id_records(scan.home.role(mount.path, found[answer[0]][0]), answer[1])


def read_entities(scan: Scan, learnt: Entities) -> Iterator[Found]:
    """Groups and entities: one list each, one call each; fills ``learnt``."""
    capability = "openbao.entities"
    groups: dict[str, Group] = {}
    for kind in ("group", "entity"):
        listing = scan.api.listing(capability, f"identity/{kind}/id")
        if isinstance(listing, Gap):
            yield listing
            continue
        keys, said = scan.within(capability, f"identity/{kind}/id", listing.keys)
        yield from said
        paths: list[tuple[str, object]] = [(f"identity/{kind}/id/{key}", None) for key in keys]
        for item in scan.api.many(capability, paths, what=f"identity/{kind}/id/*", stage=f"{kind} records"):
            if isinstance(item, Gap):
                yield item
            elif kind == "entity":
                yield from entity_records(scan.home, item[1], groups, learnt)
            elif (made := group(scan.home, item[1])) is not None:
                groups[made[0]] = made[1]


def read_tokens(scan: Scan, learnt: Entities) -> Iterator[Found]:
    """Tokens by accessor: one list, one lookup each; the API has nothing in bulk."""
    capability = "openbao.tokens"
    listing = scan.api.listing(capability, "auth/token/accessors", needs="list, sudo")
    if isinstance(listing, Gap):
        yield listing
        return
    keys, said = scan.within(capability, "auth/token/accessors", listing.keys)
    yield from said
    actors = Actors(learnt.acts_as, frozenset(mount.path for mount in scan.mounts))
    bodies: list[tuple[str, object]] = [("auth/token/lookup-accessor", {"accessor": key}) for key in keys]
    for item in scan.api.many(capability, bodies, needs="update", what="auth/token/lookup-accessor", stage="tokens"):
        if isinstance(item, Gap):
            yield item
        else:
            yield from token_records(scan.home, item[1], actors)
    yield from login_usage(actors)
