"""Workload identity federation: pools, their providers, and what a member of a pool may be. Pure and total.

References: "Workload Identity Federation" (cloud.google.com/iam/docs/workload-identity-federation: attribute mappings, attribute
conditions, principal identifiers), iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers. GKE's own pool
``PROJECT.svc.id.goog`` is every cluster's of the project ("About Workload Identity Federation for GKE", identity sameness).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from keyrack.providers.gcp.assets import Asset
from keyrack.providers.gcp.hierarchy import clean, strings
from keyrack.providers.gcp.names import Member, Projects, last, project_of
from keyrack.records import Policy, Resource, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import text, texts

_EQUAL = re.compile(r"assertion\.(\w+)\s*==\s*['\"]([^'\"]*)['\"]")
_STARTS = re.compile(r"assertion\.(\w+)\.startsWith\(\s*['\"]([^'\"]*)['\"]\s*\)")
_GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of a pool. ``issuer`` is a host and path without scheme; empty for SAML and X.509 ones."""

    name: str
    pool: str
    uid: str
    issuer: str
    mapping: Mapping[str, str]
    condition: str
    audiences: tuple[str, ...]
    aws: str = ""
    live: bool = True

    def document(self) -> dict[str, object]:
        """In the API's words; a URL again where there is an issuer."""
        oidc: dict[str, object] = {"issuerUri": f"https://{self.issuer}"}
        if self.audiences:
            oidc["allowedAudiences"] = list(self.audiences)
        held: dict[str, object] = {"name": self.name, "oidc": oidc, "attributeMapping": dict(self.mapping)}
        return {**held, "attributeCondition": self.condition} if self.condition else held


@dataclass(slots=True)
class Pools:
    """Pools and providers read so far. Pools are named by their project's number, as members name them."""

    projects: Projects
    disabled: set[str] = field(default_factory=set)
    providers: dict[str, list[Provider]] = field(default_factory=dict)

    def pool(self, item: Asset) -> None:
        """Remember a pool that is switched off: nobody comes in by it."""
        if item.data.get("disabled") is True or text(item.data, "state") == "DELETED":
            self.disabled.add(self.name(text(item.data, "name") or item.name))

    def name(self, path: str) -> str:
        """One spelling of a pool's or provider's name: with the project's number where that is known."""
        plain = path.removeprefix("//iam.googleapis.com/")
        key = project_of(plain)
        project = self.projects.known.get(key)
        number = project.number if project and project.number else key
        return plain.replace(f"projects/{key}/", f"projects/{number}/", 1)

    def provider(self, item: Asset) -> Iterator[Resource]:
        """A provider as a Resource; one that is deleted, or whose pool is off, is remembered as letting nobody in."""
        name = self.name(text(item.data, "name") or item.name)
        if "/providers/" not in name:
            return
        pool = name.partition("/providers/")[0]
        off = item.data.get("disabled") is True or text(item.data, "state") == "DELETED" or pool in self.disabled
        home = self.projects.id(project_of(name))
        held = Provider(
            name,
            pool,
            f"gcp:workload-identity-provider/{home}/{last(pool)}/{last(name)}",
            re.sub(r"^https?://", "", text(item.data, "oidc", "issuerUri") or "").rstrip("/"),
            strings(item.data, "attributeMapping") or {"google.subject": "assertion.sub"},
            (text(item.data, "attributeCondition") or "").strip(),
            tuple(texts(item.data, "oidc", "allowedAudiences")),
            text(item.data, "aws", "accountId") or "",
            not off,
        )
        self.providers.setdefault(pool, []).append(held)
        yield self._resource(held, home, text(item.data, "state") or "ACTIVE")

    def _resource(self, held: Provider, home: str, state: str) -> Resource:
        attrs = {
            "url": f"https://{held.issuer}" if held.issuer else "",
            "mapping": json.dumps(dict(held.mapping), sort_keys=True, ensure_ascii=False),
            "condition": held.condition,
            "audiences": ",".join(held.audiences),
            "status": state if held.live else "DISABLED",
            "pool": held.pool,
            "account": held.aws,
        }
        project = self.projects.known.get(home)
        return Resource(
            uid=held.uid, type="gcp:workload-identity-provider", name=f"{last(held.pool)}/{last(held.name)}", provider="gcp",
            scope=home, environment=project.environment if project else None,
            attrs={name: value for name, value in attrs.items() if value},
        )  # fmt: skip

    def of(self, who: Member) -> list[Provider]:
        """Providers whose tokens may become a member."""
        return [held for held in self.providers.get(self.name(who.pool), []) if held.live]

    def documents(self, target: str, admitted: Sequence[Member], scope: str) -> Iterator[Policy]:
        """The trust of an account in a pool, in the shape that `keyrack fuzz` reads: provider and members."""
        by_provider: dict[str, tuple[Provider, list[str]]] = {}
        for who in admitted:
            for held in self.of(who):
                if held.issuer:
                    by_provider.setdefault(held.name, (held, []))[1].append(_member(who, held))
        for name, (held, members) in by_provider.items():
            yield Policy(
                uid=row_uid("policy", "gcp-workload-identity", target, name), language="gcp-workload-identity", kind="trust",
                name=f"{target} by {last(held.pool)}/{last(name)}", scope=scope, targets=[target],
                document=json.dumps({"provider": held.document(), "members": members}, sort_keys=True, ensure_ascii=False),
            )  # fmt: skip


def _member(who: Member, held: Provider) -> str:
    kind = "principal" if who.kind == "principal" else "principalSet"
    return f"{kind}://iam.googleapis.com/{held.pool}/{who.rest}"


def federated(who: Member, target: str, condition: str | None, pools: Pools) -> Iterator[Trust]:
    """Trusts of an account in a member of a pool: one for each provider that can mint it; without issuer when none is known."""
    if _gke(who):
        yield _kubernetes(who, target, condition)
        return
    if pools.name(who.pool) in pools.disabled:
        return
    found = pools.of(who)
    for held in found:
        subs, operator, claims = accepted(who, held)
        yield _trust(who, target, condition, held, subs, operator, claims)
    if not found and pools.name(who.pool) not in pools.providers:
        yield _trust(who, target, condition, None, (), None, ())


def _gke(who: Member) -> bool:
    return who.pool.endswith(".svc.id.goog")


def _kubernetes(who: Member, target: str, condition: str | None) -> Trust:
    """A Kubernetes service account of any cluster of the project, or (``*``) all of them."""
    match = re.search(r"ns/([^/]+)/sa/([^/]+)$", who.rest)
    namespace = re.search(r"namespace/([^/]+)$", who.rest)
    sub = (
        f"system:serviceaccount:{match[1]}:{match[2]}"
        if match
        else f"system:serviceaccount:{namespace[1] if namespace else '*'}:*"
    )
    project = last(who.pool).removesuffix(".svc.id.goog")
    return Trust(
        uid=row_uid("trust", target, "k8s:workload-identity", who.text, condition),
        identity_uid=target,
        subject=who.uid or who.text,
        subject_kind="federated",
        mechanism="k8s:workload-identity",
        issuer=f"{project}.svc.id.goog",
        subs=[sub],
        audiences=[f"{project}.svc.id.goog"],
        conditions=condition,
        attrs={"sub_operator": "StringEquals" if match else "StringLike", "pool": last(who.pool), "member": who.text},
    )


def accepted(who: Member, held: Provider) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """Accepted ``sub`` patterns, their operator, and the claims pinned, from member and attribute condition together.

    No pattern and no claim: whoever the issuer serves. A claim that pins without naming a subject leaves no pattern.
    """
    kind, _, value = who.rest.partition("/")
    source = held.mapping.get("google.subject" if kind == "subject" else kind, "")
    pins = {name: value for name, value in _EQUAL.findall(held.condition) if "||" not in held.condition}
    if who.rest != "*" and source.startswith("assertion."):
        pins[source.removeprefix("assertion.")] = unquote(value)
    if "sub" in pins:
        return (pins["sub"],), "StringEquals", tuple(sorted(pins))
    starts = dict(_STARTS.findall(held.condition)) if "||" not in held.condition else {}
    if "sub" in starts:
        return (f"{starts['sub']}*",), "StringLike", tuple(sorted(pins))
    if held.issuer == _GITHUB:
        if repository := pins.get("repository"):
            return (f"repo:{repository}:*",), "StringLike", tuple(sorted(pins))
        if owner := pins.get("repository_owner"):
            return (f"repo:{owner}/*",), "StringLike", tuple(sorted(pins))
    return (), None, tuple(sorted(pins))


def _trust(
    who: Member, target: str, condition: str | None, held: Provider | None, subs: tuple[str, ...], operator: str | None,
    claims: tuple[str, ...],
) -> Trust:  # fmt: skip
    said = {"member": who.text, **({"attributeCondition": held.condition} if held and held.condition else {})}
    if condition:
        said["binding"] = condition
    attrs = {
        "member": who.text,
        "pool": who.pool.removeprefix("//iam.googleapis.com/"),
        "provider": held.uid if held else "",
        "sub_operator": operator or "",
        "claims": ",".join(claims),
        "account": held.aws if held else "",
        "whole_pool": "true" if who.rest == "*" else "",
    }
    audience = f"https://iam.googleapis.com/{held.name}" if held else ""
    return Trust(
        uid=row_uid("trust", target, "gcp:workload-identity", who.text, held.name if held else None, condition),
        identity_uid=target,
        subject=who.uid or who.text,
        subject_kind="federated",
        mechanism="gcp:workload-identity",
        issuer=(held.issuer or None) if held else None,
        subs=[clean(sub) for sub in subs],
        audiences=list(held.audiences) or [audience] if held else [],
        conditions=json.dumps(said, sort_keys=True, ensure_ascii=False),
        attrs={name: value for name, value in attrs.items() if value},
    )
