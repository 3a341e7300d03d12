"""Edges that records state outright: trusts of pipelines, agents, hosts and clusters, and credentials where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.graph.model import Edge, Estate, opened_by
from keyrack.graph.tokens import Holders, lets_in
from keyrack.records import Identity, Trust

_BY_ENGINE = {"sts:AssumeRole"}
_BY_TOKEN = {
    "sts:AssumeRoleWithWebIdentity",
    "entra:federated-credential",
    "gcp:workload-identity",
    "openbao:jwt-login",
    "openbao:kubernetes-login",
    "aws:pod-identity",
}
"""A token of an issuer is exchanged; who gets such tokens is found among all identities, whichever provider saw them."""
_NO_RIGHTS = {"aws:execution-role", "ci:uses-action", "ci:uses-image"}
"""The service, not the workload's code, holds the first; code from outside that runs in a pipeline is no identity of ours."""


def record_edges(estate: Estate) -> Iterator[Edge]:
    """Edges of trusts and placements; a trust that names nobody known (a service, an issuer, an account) is none by itself."""
    known = {identity.uid: identity for identity in estate.identities}
    workloads = {resource.uid for resource in estate.resources}
    federated: dict[str, list[Trust]] = {}
    for trust in estate.trusts:
        if trust.mechanism in _BY_TOKEN:
            federated.setdefault(trust.identity_uid, []).append(trust)
    for trust in estate.trusts:
        if trust.mechanism in _BY_ENGINE or trust.mechanism in _NO_RIGHTS:
            continue
        if trust.mechanism == "ci:assumes-role":
            yield from _assumes(trust, known, federated)
        elif trust.mechanism == "k8s:annotation":
            yield from _annotated(trust, known, federated)
        elif trust.subject in known or trust.subject in workloads:
            yield Edge(trust.subject, trust.identity_uid, trust.mechanism, trust.attrs.get("source_path", ""))
    yield from _by_token(federated, Holders(estate))
    yield from _placed(estate)


def _assumes(trust: Trust, known: Mapping[str, Identity], federated: Mapping[str, list[Trust]]) -> Iterator[Edge]:
    """A pipeline names the role it assumes. The role, where we know it, has to let the pipeline's tokens in."""
    pipeline = known.get(trust.subject)
    if pipeline is None:
        return
    role = trust.identity_uid
    if role in known and not any(lets_in(other, pipeline) for other in federated.get(role, [])):
        return
    yield Edge(trust.subject, role, trust.mechanism, trust.attrs.get("source_path", ""))


def _annotated(trust: Trust, known: Mapping[str, Identity], federated: Mapping[str, list[Trust]]) -> Iterator[Edge]:
    """A note on a service account names a cloud identity. Where we know that one, its own trusts decide, not the note."""
    if trust.identity_uid not in known and trust.subject in known:
        yield Edge(trust.subject, trust.identity_uid, trust.mechanism, trust.attrs.get("source_path", ""))
    elif trust.subject in known:
        account = known[trust.subject]
        if any(lets_in(other, account) for other in federated.get(trust.identity_uid, [])):
            yield Edge(trust.subject, trust.identity_uid, trust.mechanism, "its annotation, and the trust that lets it in")


def _by_token(federated: Mapping[str, list[Trust]], holders: Holders) -> Iterator[Edge]:
    for trust in (trust for trusts in federated.values() for trust in trusts):
        for holder, unsure in holders.of(trust):
            yield Edge(holder, trust.identity_uid, trust.mechanism, trust.issuer or trust.subject, conditional=unsure)


def _placed(estate: Estate) -> Iterator[Edge]:
    """Who uses a credential from where it lies is whom the credential authenticates as."""
    live = opened_by(estate)
    for placement in estate.placements:
        target = live.get(placement.credential_uid)
        if target and placement.consumer_uid and placement.consumer_uid != target and placement.state != "dead":
            yield Edge(placement.consumer_uid, target, f"credential:{placement.system}", placement.path)
