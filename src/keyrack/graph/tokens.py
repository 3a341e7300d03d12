"""Who gets tokens of which issuer, and whom a federated trust therefore lets in: pipelines, repositories, service accounts.

GitHub: ``repo:OWNER/REPO:...``, and ``repo:OWNER@ID/REPO@ID:...`` since 2026 ("OpenID Connect reference", GitHub docs).
GitLab: ``project_path:GROUP/PROJECT:...``. Kubernetes: ``system:serviceaccount:NAMESPACE:NAME``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from keyrack.access.aws.globs import overlaps
from keyrack.graph.github_subjects import ISSUER as GITHUB
from keyrack.graph.github_subjects import Jobs, may_ask, subjects
from keyrack.graph.model import Estate
from keyrack.records import Identity, Trust

_SHARED = {GITHUB, "gitlab.com", "app.terraform.io", "agent.buildkite.com", "accounts.google.com"}
"""Issuers that serve everybody; none of them issues tokens of a cluster."""
_WILD = frozenset("*?")


def lets_in(trust: Trust, identity: Identity) -> bool:
    """Whether a trust accepts some token that an identity can get."""
    held = subjects_of(identity, trust.issuer or "")
    return any(overlaps(pattern, subject) for subject in held for pattern in accepted(trust))


def accepted(trust: Trust) -> list[str]:
    """Patterns of the subjects a trust accepts; without any, each. Under ``StringEquals`` a star is a letter no subject has."""
    if trust.attrs.get("sub_operator", "").endswith("StringEquals"):
        return [sub for sub in trust.subs if not _WILD & set(sub)] if trust.subs else ["*"]
    return trust.subs or ["*"]


def by_other_claims(trust: Trust) -> bool:
    """Whether only claims that we cannot tell a holder's tokens by decide: no subject is named, others are."""
    return not trust.subs and bool(trust.attrs.get("claims"))


def subjects_of(identity: Identity, issuer: str) -> tuple[str, ...]:
    """Patterns of the ``sub`` claims an identity's tokens can have at an issuer (host, perhaps with a path)."""
    if issuer == GITHUB and may_ask(identity):
        return subjects(identity.scope)
    if identity.type == "gitlab:pipeline" and "gitlab" in issuer and identity.attrs.get("oidc") == "true":
        return (f"project_path:{identity.scope}:*",)
    if identity.type == "k8s:service-account" and _of_cluster(identity, issuer):
        return (_account(identity),)
    return ()


def _account(identity: Identity) -> str:
    name = identity.name.rpartition("/")[2]
    return f"system:serviceaccount:{identity.attrs.get('namespace', 'default')}:{name}"


def _of_cluster(identity: Identity, issuer: str) -> bool:
    """The cluster's own issuer, where both are known; else any issuer that could be a cluster's."""
    own = identity.attrs.get("issuer", "")
    if own and issuer:
        return own.removeprefix("https://").rstrip("/") == issuer
    return issuer not in _SHARED


class Holders:
    """Everybody who gets tokens, found by subject without asking each identity about each trust."""

    def __init__(self, estate: Estate) -> None:
        self._pipelines = [i for i in estate.identities if i.type == "gitlab:pipeline"]
        self._jobs = Jobs(estate)
        self._accounts: dict[str, list[Identity]] = defaultdict(list)
        for identity in estate.identities:
            if identity.type == "k8s:service-account":
                self._accounts[_account(identity)].append(identity)

    def of(self, trust: Trust) -> Iterator[tuple[str, bool]]:
        """Uids of those a trust lets in, and whether only under conditions."""
        issuer, unsure = trust.issuer or "", by_other_claims(trust)
        yield from ((pipeline.uid, unsure) for pipeline in self._pipelines if lets_in(trust, pipeline))
        if issuer == GITHUB:
            yield from ((uid, unsure or guarded) for uid, guarded in self._jobs.of(accepted(trust)))
        for subject in self._account_subjects(trust):
            yield from ((account.uid, unsure) for account in self._accounts[subject] if _of_cluster(account, issuer))

    def _account_subjects(self, trust: Trust) -> Iterator[str]:
        if (trust.issuer or "") in _SHARED:
            return
        patterns = accepted(trust)
        exact = {pattern for pattern in patterns if not _WILD & set(pattern)}
        yield from sorted(exact & self._accounts.keys())
        wild = [pattern for pattern in patterns if _WILD & set(pattern)]
        if wild:
            yield from (s for s in sorted(self._accounts) if s not in exact and any(overlaps(p, s) for p in wild))
