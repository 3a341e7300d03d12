"""A big organisation without truth, for benchmarks: two thirds of it deploy keys and pipelines, the rest accounts and Apps."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from keyrack_estate.chance import Chance
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import OrgState, RepoState

ORG = "nordholm-bulk"


def organization(size: int, seed: int, now: datetime) -> OrgState:
    """About ``size`` identities: a third repositories with Actions, of which each has one deploy key, a third accounts."""
    chance, org = Chance(seed, "github-bulk"), OrgState(login=ORG)
    org.settings["actions/permissions/workflow"] = {"default_workflow_permissions": "read"}
    third = max(1, size // 3)
    for number in range(third):
        org.repos[f"repo-{number:06}"] = _repo(number, chance, now)
    people = max(1, third - third // 50)
    org.members = [
        {"login": f"user-{number}", "name": f"User {number}", "saml": f"user-{number}@nordholm.example"}
        for number in range(people)
    ]
    org.lists["personal-access-tokens"] = [
        shapes.token_grant(
            f"user-{number}", number, f"token {number}", {"repository": {"contents": "write" if number % 3 else "read"}},
            access_granted_at=shapes.stamp(now - timedelta(days=number % 400)),
            token_last_used_at=shapes.stamp(now - timedelta(days=number % 130)),
        )
        for number in range(0, people, 4)
    ]  # fmt: skip
    levels = ({"contents": "write"}, {"checks": "write"}, {"administration": "write"})
    names = [f"app-{number}" for number in range(third // 50)]
    org.lists["installations"] = [shapes.installation(ORG, name, levels[number % 3]) for number, name in enumerate(names)]
    org.apps = {name: shapes.app(name, name, ORG if number % 2 else "vendor", {}) for number, name in enumerate(names)}
    return org


def _repo(number: int, chance: Chance, now: datetime) -> RepoState:
    repo = RepoState(
        f"repo-{number:06}", workflows=["ci.yml"] if number % 10 else [], codeowners=f"* @{ORG}/team-{number % 40}\n"
    )
    blob = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + chance.bytes(32)).decode()
    repo.keys = [
        shapes.deploy_key(
            number, f"ssh-ed25519 {blob}", f"key {number}", added_by=f"user-{number % 500}",
            created_at=shapes.stamp(now - timedelta(days=number % 900)),
            last_used=shapes.stamp(now - timedelta(days=number % 150)),
        )
    ]  # fmt: skip
    if number % 5 == 0:
        moment = now - timedelta(days=number % 700)
        repo.secrets["actions"] = [shapes.stored("DEPLOY_TOKEN", moment, moment)]
    return repo
