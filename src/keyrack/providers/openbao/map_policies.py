"""ACL policies to Policies and Grants. Pure.

Syntax and what each path opens: openbao.org/docs/concepts/policies, "Root protected API endpoints". A policy that cannot be
parsed is kept whole; the server parsed it once, so it is we who are behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from keyrack.providers.openbao.names import Home, clean
from keyrack.records import Grant, Policy
from keyrack.records.grant import Privilege, Via
from keyrack.records.uids import row_uid
from keyrack.sdk.hcl1 import HclError, Item, load

LANGUAGE = "openbao"
_OLD = {
    "read": ("read", "list"),
    "deny": ("deny",),
    "write": ("create", "read", "update", "delete", "list"),
    "sudo": ("create", "read", "update", "delete", "list", "sudo"),
}
_WRITES = frozenset({"create", "update", "patch", "delete"})
_SELF = re.compile(
    r"auth/token/(lookup|renew|revoke)-self|sys/capabilities-self|sys/internal/ui/|sys/(leases/)?(renew|lookup)$|cubbyhole/"
    r"|sys/wrapping/|sys/tools/|sys/control-group/|identity/(entity/(id|name)/\{\{|oidc/provider/)"
)
"""Paths of the stock `default` policy: what every token may do with itself."""
_POWERFUL = re.compile(
    r"sys/(?:\*|\+|polic(?:y|ies)|auth|mounts|remount|generate-root|raw|rekey|rotate|seal|plugins|audit|namespaces|config)"
    r"|auth/(?:\*|\+|[^/]+/(?:\*|\+|role|roles|users|config|certs|map|groups))|identity/(?:\*|\+|entity|group|persona|alias|mfa)"
    r"|auth/token/(?:create-orphan|roles)"
)
"""Write there, and the policy is whatever the writer wants: policies, mounts, roles that hand out policies, entities."""

_LOOKUP = re.compile(r"(?:^|/)lookup(?:-accessor|-self)?$")
"""Calls that only read, though the API makes them writes: a secret-id or token by its accessor."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``path`` block: capabilities in alphabetical order, and constraints as canonical JSON (``None``: none)."""

    path: str
    capabilities: tuple[str, ...]
    constraints: str | None = None


def rules(document: str) -> tuple[Rule, ...] | None:
    """The path blocks of a policy, HCL or JSON; ``None`` when it does not parse."""
    try:
        items = _json(document) if document.lstrip().startswith("{") else load(document)
    except (HclError, ValueError, RecursionError):
        return None
    return tuple(rule for item in items if (rule := _rule(item)) is not None)


def _json(document: str) -> list[Item]:
    tree = json.loads(document)
    blocks = tree.get("path") if isinstance(tree, dict) else None
    listed = blocks if isinstance(blocks, list) else [blocks]
    return [
        Item(("path", str(path)), [Item((str(key),), value, 0) for key, value in body.items()], 0)
        for block in listed
        if isinstance(block, dict)
        for path, body in block.items()
        if isinstance(body, dict)
    ]


def _rule(item: Item) -> Rule | None:
    if item.keys[0] != "path" or len(item.keys) != 2 or not isinstance(item.value, list):
        return None
    body = {entry.keys[0]: entry.value for entry in item.value if isinstance(entry, Item)}
    stated = body.get("capabilities")
    old = body.get("policy")
    given = {clean(str(word)) for word in stated} if isinstance(stated, list) else set()
    given |= set(_OLD.get(old, ())) if isinstance(old, str) else set()
    limits = {
        key: _plain(value) for key, value in body.items() if key.endswith(("_parameters", "wrapping_ttl", "expiration")) and value
    }
    constraints = clean(json.dumps(limits, sort_keys=True, default=str)) if limits else None
    return Rule(clean(item.keys[1].removeprefix("/")), tuple(sorted({"deny"} if "deny" in given else given)), constraints)


def _plain(value: object) -> object:
    if isinstance(value, list):
        inner = [entry for entry in value if isinstance(entry, Item)]
        return {entry.keys[0]: _plain(entry.value) for entry in inner} if inner else value
    return value


def privilege(rule: Rule) -> Privilege:
    """Class of one rule: what its holder could make of it."""
    given = set(rule.capabilities)
    looks = _LOOKUP.search(rule.path) is not None
    writes = bool(given & _WRITES) and not looks
    if "deny" in given:
        return "unknown"
    if rule.path in {"*", "+/*", "+"} and (writes or "sudo" in given):
        return "admin"
    if rule.path in {"sys/*", "sys/+"} and writes:
        return "admin"
    if (writes and _POWERFUL.match(rule.path)) or ("sudo" in given and rule.path.startswith("sys/raw")):
        return "permissions"
    if "sudo" in given and rule.path.startswith(("auth/token/create", "sys/")) and writes:
        return "permissions"
    return "write" if writes else "read" if "read" in given or looks else "list"


@dataclass(frozen=True, slots=True)
class Held:
    """A policy one identity holds, and how it comes to it."""

    identity_uid: str
    policy: str
    via: Via = "direct"
    group: str | None = None


def records(home: Home, texts: Mapping[str, str], held: Iterable[Held]) -> Iterator[Policy | Grant]:
    """Policies with their holders, and a Grant for each rule of each holder; the stock rules of ``default`` are left out."""
    parsed = {name: rules(document) or () for name, document in texts.items()}
    targets: dict[str, list[str]] = {name: [] for name in texts}
    for item in held:
        if item.policy in targets:
            targets[item.policy].append(item.identity_uid)
        if item.policy == "root":
            yield _grant(home, item, Rule("*", ("root",)), "admin")
        for rule in parsed.get(item.policy, ()):
            if not (item.policy == "default" and _SELF.match(rule.path)):
                yield _grant(home, item, rule, privilege(rule))
    for name, document in texts.items():
        yield Policy(
            uid=row_uid("policy", home.server, home.prefix, "identity", name),
            language=LANGUAGE,
            kind="identity",
            name=clean(name),
            scope=home.server,
            document=clean(document),
            targets=sorted(set(targets[name])),
            attrs={"namespace": home.prefix.rstrip("/")} if home.prefix else {},
        )


def _grant(home: Home, held: Held, rule: Rule, level: Privilege) -> Grant:
    path = f"{home.prefix}{rule.path}"
    return Grant(
        uid=row_uid("grant", held.identity_uid, held.via, held.group, home.prefix, held.policy, rule.path),
        identity_uid=held.identity_uid,
        language=LANGUAGE,
        effect="deny" if "deny" in rule.capabilities else "allow",
        actions=list(rule.capabilities),
        resources=[path],
        conditions=rule.constraints,
        via=held.via,
        policy=clean(held.policy),
        privilege=level,
        attrs={"group": held.group} if held.group else {},
    )
