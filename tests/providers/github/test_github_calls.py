"""Calls on the wire as a function of size, held against what the manifest and the README say; permissions against the engine's list."""

from __future__ import annotations

import re

import pytest
from fakes import Fakes
from github_seed import ORG, ago, at, seed

from keyrack.access.packaged import load
from keyrack.providers.github import calls, provider
from keyrack.providers.github.capabilities import MANIFEST
from keyrack.sdk import Context
from keyrack.sdk.web import Call
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import Github, RepoState
from keyrack_estate.fakes.server import serve

SIZES = [(0, 0, 0), (7, 3, 1), (120, 40, 2)]


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "app-token")


def grown(repos: int, running: int, places: int) -> Github:
    """``repos`` more repositories, ``running`` of them with workflows, each of those with ``places`` environments and a key."""
    fake, _ = seed(page=100)
    for number in range(repos):
        repo = RepoState(f"more-{number}")
        if number < running:
            repo.workflows = ["ci.yml"]
            repo.keys = [shapes.deploy_key(9000 + number, Fakes(number).word(), "k")]
            repo.environments = [shapes.environment(f"{ORG}/{repo.name}", f"place-{place}") for place in range(places)]
            repo.secrets = {"actions": [shapes.stored("TOKEN", ago(9), ago(9))]}
        fake.org.repos[repo.name] = repo
    return fake


def spent(fake: Github, ctx: Context, **options: str) -> int:
    with serve(fake):
        list(provider.discover(at(fake.url, **options), ctx))
    return fake.total()


@pytest.mark.parametrize(("repos", "running", "places"), SIZES)
def test_the_formula(ctx: Context, repos: int, running: int, places: int) -> None:
    whole = spent(grown(repos, running, places), ctx)
    bulk = -(-(repos + 4) // 50)
    asked, keys, environments, apps, chosen = running + 2, running + 1, running * places + 2, 2, 1
    in_each = 3 * asked + 2 * asked  # secrets, variables, webhooks; OIDC subject and token default of those with workflows
    with_places = (running if places else 0) + 1
    organisation = (
        7 + 3 + 1 + 1 + 1 + 1 + 1 + 4 + 2 + 1 + 1
    )  # settings, people, properties, Apps, tokens, requests, SSO, stores...
    assert whole == organisation + bulk + keys + in_each + with_places + 2 * environments + apps + chosen


def test_repositories_where_nothing_runs_cost_nothing_but_their_line(ctx: Context) -> None:
    assert spent(grown(100, 0, 0), ctx) == spent(grown(0, 0, 0), ctx) + 2


def test_all_repositories_only_when_asked_for(ctx: Context) -> None:
    some, every, none = (spent(grown(20, 0, 0), ctx, repositories=wish) for wish in ("", "all", "none"))
    assert every == some + 21 * 3 + 23 * 2  # secrets, variables, webhooks of the quiet ones; Dependabot and Codespaces of all
    assert none < some


def test_a_read_only_default_asks_no_repository_for_its_own(ctx: Context) -> None:
    fake = grown(7, 3, 1)
    before = spent(grown(7, 3, 1), ctx)
    fake.org.settings["actions/permissions/workflow"]["default_workflow_permissions"] = "read"
    assert spent(fake, ctx) == before - 5


def every_call() -> list[Call]:
    found = [item for item in vars(calls).values() if isinstance(item, Call)]
    return found + [
        call for item in vars(calls).values() if isinstance(item, dict) for call in item.values() if isinstance(call, Call)
    ]


LISTED = {
    re.sub(r"\{\w+\}", "{}", path).strip("/"): methods.get("GET") for path, methods in load("github_permissions")["needs"].items()
}


@pytest.mark.parametrize("call", every_call(), ids=lambda call: call.path)
def test_each_permission_is_declared_and_the_one_the_engine_knows(call: Call) -> None:
    if listed := LISTED.get(call.path):
        assert call.permission.split(":") in listed or ["metadata", "read"] in listed
    declared = {permission.name for permission in MANIFEST.capability(call.capability).permissions}
    assert call.permission in declared | {"metadata:read"}


def test_the_engine_knows_some_of_them() -> None:
    assert sum(call.path in LISTED for call in every_call()) >= 4
