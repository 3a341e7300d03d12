"""Tokens of GitHub Actions: the jobs a trust means, and the jobs of others.

Facts: GitHub Docs, "OpenID Connect reference" (claims, subject formats, immutable subjects, customised templates, ``:`` in values
becomes ``%3A``), "Events that trigger workflows" and "Automatic token authentication": a pull request from a fork gets no write
permission, so no ``id-token: write`` and no token at all, unless a private repository sends write tokens to forks; its subject is
then that of the base repository. Repositories made, renamed or moved since 2026-07-15 always carry the ids in their subject.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.access.trust.model import Claims, Hints, Level, Pins, Probe, bare
from keyrack.access.trust.seeds import Seed, filled, github_seeds

ISSUER = "token.actions.githubusercontent.com"
_STRANGER = Seed("mallory-labs", "exfiltrate", "ref:refs/heads/main", "6660001", "6660002")
_OTHER_ENVIRONMENT, _OTHER_BRANCH, _TAG = "environment:preview", "ref:refs/heads/feature", "ref:refs/tags/v0"
MOST_SEEDS = 4


def is_github(issuer: str) -> bool:
    """GitHub's own issuer, an enterprise's (``.../slug``), GHE.com's or a GitHub Enterprise Server's."""
    name = bare(issuer)
    return name.startswith((ISSUER, "token.actions.")) or name.endswith("/_services/token")


def probes(pins: Pins, hints: Hints, audience: str) -> Iterator[Probe]:
    """Probes for one issuer of GitHub's kind."""
    seeds = github_seeds(pins, hints)
    for number, seed in enumerate(seeds[:MOST_SEEDS]):
        extra = _meant_claims(pins, number)
        make = Maker(pins.issuer, audience, extra)
        yield make.probe(f"{seed.owner}/{seed.project}, {seed.context}", "meant", "the job it was written for", seed)
        yield from _strangers(make, seed)
        yield from _neighbours(make, seed)
        yield from _same(make, seed)


def _meant_claims(pins: Pins, number: int) -> dict[str, str]:
    """Other claims the trust pins, as the job it means carries them."""
    kept = {name: values[min(number, len(values) - 1)] for name, values in pins.claims.items() if values}
    given = {name: filled(value, "main") for name, value in kept.items() if not name.startswith("repository")}
    template = next((sub for sub in pins.subs if not sub.startswith(("repo:", "*"))), "")
    return given | ({"sub": filled(template, "main")} if template else {})


class Maker:
    """Makes whole tokens of one issuer for one audience; ``meant`` holds claims that only the right job carries."""

    def __init__(self, issuer: str, audience: str, meant: dict[str, str]) -> None:
        self.issuer = issuer
        self.audience = audience
        self.meant = meant

    def probe(self, name: str, level: Level, how: str, seed: Seed, **changed: str) -> Probe:
        """A probe with the token of a seed; ``changed`` claims last."""
        own = self.meant if level in {"meant", "same"} else {}
        claims = dict(self.claims(seed)) | {k: v for k, v in own.items() if k not in _OF_JOB or level == "meant"} | changed
        return Probe(name, level, how, claims)

    def claims(self, seed: Seed) -> Claims:
        """All claims a trust may ask for."""
        ref = seed.context.removeprefix("ref:") if seed.context.startswith("ref:") else "refs/heads/main"
        name = f"{seed.owner}/{seed.project}"
        head = f"{seed.owner}@{seed.owner_id}/{seed.project}@{seed.project_id}" if seed.immutable else name
        claims = {
            "iss": f"https://{self.issuer}",
            "aud": self.audience,
            "sub": f"repo:{head}:{seed.context}",
            "repository": name,
            "repository_id": seed.project_id,
            "repository_owner": seed.owner,
            "repository_owner_id": seed.owner_id,
            "repository_visibility": "private",
            "ref": "refs/pull/7/merge" if seed.context == "pull_request" else ref,
            "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
            "event_name": "pull_request" if seed.context == "pull_request" else "push",
            "workflow": "deploy",
            "workflow_ref": f"{name}/.github/workflows/deploy.yml@{ref}",
            "job_workflow_ref": f"{name}/.github/workflows/deploy.yml@{ref}",
            "actor": f"{seed.owner}-developer",
            "actor_id": seed.owner_id,
            "enterprise_id": f"9{seed.owner_id}",
            "runner_environment": "github-hosted",
        }
        if seed.context.startswith("environment:"):
            claims["environment"] = seed.context.partition(":")[2].partition(":")[0]
        return claims


_OF_JOB = frozenset({"sub", "ref", "environment", "workflow", "event_name", "workflow_ref", "head_ref", "base_ref", "ref_type"})
"""Claims that differ between jobs of one repository."""


def _strangers(make: Maker, seed: Seed) -> Iterator[Probe]:
    anybody = "anybody with a GitHub account"
    for ids in (False, True):
        form = "with ids" if ids else "by name"
        yield make.probe(
            f"a stranger's repository ({form})", "stranger", anybody, _STRANGER.but(immutable=ids, context=seed.context)
        )
        lookalike = _STRANGER.but(owner=f"{seed.owner}-labs", project=seed.project, context=seed.context, immutable=ids)
        yield make.probe(f"an owner whose name starts alike ({form})", "stranger", anybody, lookalike)
    hidden = _STRANGER.but(context=f"environment:{seed.owner}/{seed.project}%3A{seed.context.replace(':', '%3A')}")
    yield make.probe("a stranger's environment named after us", "stranger", "environment and branch names are free text", hidden)
    namesake = _STRANGER.but(project=seed.project, context=seed.context)
    yield make.probe("a stranger's repository of the same name", "stranger", anybody, namesake)
    if workflow := make.meant.get("job_workflow_ref"):
        called = _STRANGER.but(context=seed.context)
        how = "a reusable workflow that is public may be called from any repository"
        yield make.probe("a stranger that calls the same reusable workflow", "stranger", how, called, job_workflow_ref=workflow)
    taken = seed.but(owner_id=_STRANGER.owner_id, project_id=_STRANGER.project_id)
    how = "whoever registers the owner's name after a rename or deletion"
    old = f"{how}; a repository made before 2026-07-15, a GitHub Enterprise Server or its like"
    yield make.probe("the owner's name, taken over (by name)", "recycled", old, taken.but(immutable=False))
    yield make.probe("the owner's name, taken over (with ids)", "recycled", how, taken.but(immutable=True))
    other = make.probe("our job's token for another audience", "party", "the service it was issued for may pass it on", seed)
    meant = dict(other.claims) | make.meant | {"aud": "https://ci-helper.example"}
    yield Probe(other.name, "party", other.how, meant)


def _neighbours(make: Maker, seed: Seed) -> Iterator[Probe]:
    how = "whoever may push to, or make, another repository of the owner"
    for name in (f"{seed.project}-sandbox", "zz-playground"):
        beside = seed.but(project=name, project_id="2000099")
        yield make.probe(f"another repository of the owner: {name}", "neighbour", how, beside)


def _same(make: Maker, seed: Seed) -> Iterator[Probe]:
    pushers = "whoever may push to the repository"
    cases = (
        ("another branch", _OTHER_BRANCH, pushers),
        ("a tag", _TAG, pushers),
        ("another environment", _OTHER_ENVIRONMENT, pushers),
        ("a pull request", "pull_request", f"{pushers}; from a fork only where a private repository sends it write tokens"),
    )
    for name, context, how in cases:
        if context != seed.context:
            yield make.probe(f"the same repository: {name}", "same", how, seed.but(context=context))
