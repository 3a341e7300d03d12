"""A big organisation without truth, for benchmarks: accounts with tokens, deploy keys and Actions of repositories, Apps."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from keyrack_estate.chance import Chance
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import LISTS, SETTINGS, OrgState, RepoState

ORG = "nordholm-bulk"


_KEYS = 3
"""Deploy keys of each repository: with its Actions, four identities for about six calls."""


def organization(size: int, seed: int, now: datetime) -> OrgState:
    """About ``size`` identities: 40 % deploy keys and Actions, 58 % accounts (every fourth with a token), 2 % Apps."""
    chance, org = Chance(seed, "github-bulk"), OrgState(login=ORG)
    org.settings = {name: {} for name in SETTINGS} | {"actions/permissions/workflow": {"default_workflow_permissions": "read"}}
    org.lists = {name: [] for name in LISTS}
    for number in range(max(1, size // 10)):
        org.repos[f"repo-{number:06}"] = _repo(number, chance, now)
    people = max(1, size * 58 // 100)
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
    names = [f"app-{number}" for number in range(size // 50)]
    org.lists["installations"] = [shapes.installation(ORG, name, levels[number % 3]) for number, name in enumerate(names)]
    org.apps = {name: shapes.app(name, name, ORG if number % 2 else "vendor", {}) for number, name in enumerate(names)}
    return org


def _repo(number: int, chance: Chance, now: datetime) -> RepoState:
    repo = RepoState(f"repo-{number:06}", workflows=["ci.yml"], codeowners=f"* @{ORG}/team-{number % 40}\n")
    repo.keys = [_key(number * _KEYS + place, chance, now) for place in range(_KEYS)]
    if number % 5 == 0:
        moment = now - timedelta(days=number % 700)
        repo.secrets["actions"] = [shapes.stored("DEPLOY_TOKEN", moment, moment)]
    return repo


def _key(number: int, chance: Chance, now: datetime) -> dict[str, Any]:
    blob = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + chance.bytes(32)).decode()
    return shapes.deploy_key(
        number, f"ssh-ed25519 {blob}", f"key {number}", added_by=f"user-{number % 500}",
        created_at=shapes.stamp(now - timedelta(days=number % 900)),
        last_used=shapes.stamp(now - timedelta(days=number % 150)),
    )  # fmt: skip
