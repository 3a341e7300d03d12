"""Edges that records state outright: trusts of pipelines, agents, hosts and clusters, and credentials where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.access.aws.globs import overlaps
from keyrack.graph.model import Edge, Estate
from keyrack.records import Identity, Trust

_BY_ENGINE = {"sts:AssumeRole"}
_NO_RIGHTS = {"aws:execution-role", "ci:uses-action", "ci:uses-image"}
"""The service, not the workload's code, holds the first; code from outside that runs in a pipeline is no identity of ours."""
_DEAD = {"inactive", "expired", "revoked"}
GITHUB = "token.actions.githubusercontent.com"


def record_edges(estate: Estate) -> Iterator[Edge]:
    """Edges of trusts and placements; a trust that names nobody known (a service, an issuer, an account) is none by itself."""
    known = {identity.uid: identity for identity in estate.identities}
    workloads = {resource.uid for resource in estate.resources}
    federated: dict[str, list[Trust]] = {}
    for trust in estate.trusts:
        if trust.mechanism == "sts:AssumeRoleWithWebIdentity":
            federated.setdefault(trust.identity_uid, []).append(trust)
    for trust in estate.trusts:
        if trust.mechanism in _BY_ENGINE or trust.mechanism in _NO_RIGHTS:
            continue
        if trust.mechanism == "ci:assumes-role":
            yield from _assumes(trust, known, federated)
        elif trust.subject in known or trust.subject in workloads:
            yield Edge(trust.subject, trust.identity_uid, trust.mechanism, trust.attrs.get("source_path", ""))
    for trusts in federated.values():
        for trust in trusts:
            yield from _by_token(trust, estate.identities)
    yield from _placed(estate)


def _assumes(trust: Trust, known: Mapping[str, Identity], federated: Mapping[str, list[Trust]]) -> Iterator[Edge]:
    """A pipeline names the role it assumes. The role, where we know it, has to let the pipeline's tokens in."""
    pipeline = known.get(trust.subject)
    if pipeline is None:
        return
    role = trust.identity_uid
    if role in known and not any(_lets_in(other, pipeline) for other in federated.get(role, [])):
        return
    yield Edge(trust.subject, role, trust.mechanism, trust.attrs.get("source_path", ""))


def _by_token(trust: Trust, identities: tuple[Identity, ...]) -> Iterator[Edge]:
    """Whoever gets tokens of the issuer with a subject that the trust accepts, among those we know."""
    for identity in identities:
        if _lets_in(trust, identity):
            yield Edge(identity.uid, trust.identity_uid, trust.mechanism, trust.issuer or trust.subject)


def _lets_in(trust: Trust, identity: Identity) -> bool:
    subjects = _subjects(identity, trust.issuer or "")
    return any(overlaps(pattern, subject) for subject in subjects for pattern in trust.subs or ["*"])


def _subjects(identity: Identity, issuer: str) -> tuple[str, ...]:
    """Patterns of the ``sub`` claims an identity's tokens can have at an issuer.

    GitHub: ``repo:OWNER/REPO:...``, and ``repo:OWNER@ID/REPO@ID:...`` since 2026 ("OpenID Connect reference", GitHub docs).
    GitLab: ``project_path:GROUP/PROJECT:...``. Kubernetes: ``system:serviceaccount:NAMESPACE:NAME``.
    """
    if identity.type == "github:workflow" and issuer == GITHUB and identity.attrs.get("oidc") == "true":
        owner, _, name = identity.scope.partition("/")
        return (f"repo:{owner}/{name}:*", f"repo:{owner}@*/{name}@*:*")
    if identity.type == "gitlab:pipeline" and "gitlab" in issuer and identity.attrs.get("oidc") == "true":
        return (f"project_path:{identity.scope}:*",)
    if identity.type == "k8s:service-account" and "." in issuer and issuer not in {GITHUB, "gitlab.com"}:
        return (f"system:serviceaccount:{identity.attrs.get('namespace', 'default')}:{identity.name}",)
    return ()


def _placed(estate: Estate) -> Iterator[Edge]:
    """Who uses a credential from where it lies is whom the credential authenticates as."""
    live = {c.uid: c.identity_uid for c in estate.credentials if c.identity_uid and c.status not in _DEAD}
    for placement in estate.placements:
        target = live.get(placement.credential_uid)
        if target and placement.consumer_uid and placement.consumer_uid != target and placement.state != "dead":
            yield Edge(placement.consumer_uid, target, f"credential:{placement.system}", placement.path)
