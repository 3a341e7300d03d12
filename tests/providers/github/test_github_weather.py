"""Bad weather over the whole provider, and the oddities a listing may have."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import stamina
from fakes import Fakes
from github_seed import ORG, at, seed
from matrix import record_outcomes

from keyrack.providers.github import provider
from keyrack.records import Gap, Identity, Record, Resource
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_weather, storm
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import Github, OrgState, RepoState
from keyrack_estate.fakes.server import serve

HOSTILE = [
    "a" * 10_000, "../../etc/passwd", "name\x00with\x1b[31mcontrol\r\n", "x'; DROP TABLE identities; --", '"quoted"\\',
    "\u202egnp.exe", "\U0001f4a5\U0001f511", "%2F%2e%2e", "<script>alert(1)</script>", "{}", "{service}",
]  # fmt: skip


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GITHUB_TOKEN", "app-token")
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def scan(fake: Github, ctx: Context, **options: str) -> list[Record]:
    return list(provider.discover(at(fake.url, **options), ctx))


def reasons(records: list[Record]) -> set[str]:
    return {record.reason for record in records if isinstance(record, Gap) and record.incomplete}


def test_every_kind_of_weather(github: tuple[Github, Fakes], ctx: Context) -> None:
    fake, made = github
    with storm(fake.url) as sky:
        outcomes = check_weather(provider, sky, lambda url: at(url, timeout="0.3"), ctx, planted=made.planted)
    record_outcomes("github", outcomes)
    assert {outcome.gale for outcome in outcomes if outcome.refused} == set()


def test_an_empty_page_with_a_next_link_is_no_end(ctx: Context) -> None:
    whole, odd = seed()[0], seed(page=1)[0]
    odd.quirks = {"empty-page"}
    with serve(whole), serve(odd):
        left, right = (set(map(repr, scan(fake, ctx))) for fake in (whole, odd))
    assert left == right


def test_a_page_that_repeats_is_cut_and_said(ctx: Context) -> None:
    fake = seed(page=1)[0]
    fake.quirks = {"repeat-page"}
    with serve(fake):
        assert reasons(scan(fake, ctx)) == {"truncated"}
    assert fake.total() < 1500, "empty listings that go on for ever are followed 50 pages, full ones not past the first repeat"


def test_a_token_that_is_revoked_midway_is_a_gap(github: tuple[Github, Fakes], target: Target, ctx: Context) -> None:
    records = provider.discover(target, ctx)
    found = [next(records)]
    github[0].tokens.clear()
    found += records
    assert reasons(found) == {"denied"}
    assert any("ended midway" in record.detail for record in found if isinstance(record, Gap))


def test_what_graphql_hides_comes_as_a_gap_with_its_permission(
    github: tuple[Github, Fakes], target: Target, ctx: Context
) -> None:
    github[0].hidden = {"deployKeys"}
    found = list(provider.discover(target, ctx))
    (gap,) = [record for record in found if isinstance(record, Gap) and record.capability == "github.repositories"]
    assert (gap.reason, gap.incomplete, gap.permission) == ("denied", True, "administration:read")
    assert sum(record.type == "github:repository" for record in found if isinstance(record, Resource)) == 4


def test_settings_left_out_for_want_of_a_permission_are_a_gap(github: tuple[Github, Fakes], target: Target, ctx: Context) -> None:
    """GitHub answers 200 all the same."""
    for name in ("two_factor_requirement_enabled", "default_repository_permission"):
        del github[0].org.settings[""][name]
    (gap,) = [record for record in provider.discover(target, ctx) if isinstance(record, Gap) and record.incomplete]
    assert (gap.reason, gap.permission) == ("denied", "organization_administration:read")


def test_a_missing_permission_is_named_and_hides_nothing_else(github: tuple[Github, Fakes], target: Target, ctx: Context) -> None:
    before = {repr(record) for record in provider.discover(target, ctx)}
    github[0].denied = {"/keys$"}
    after = list(provider.discover(target, ctx))
    gaps = [record for record in after if isinstance(record, Gap) and record.incomplete]
    assert [(gap.capability, gap.permission) for gap in gaps] == [("github.deploy_keys", "administration:read")]
    lost = before - {repr(record) for record in after}
    assert lost
    assert all("deploy-key" in record or "deploy key" in record for record in lost), lost


def test_a_person_token_is_told_that_github_lists_tokens_for_apps_only(
    github: tuple[Github, Fakes], target: Target, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    del github
    monkeypatch.setenv("GITHUB_TOKEN", "user-token")
    gaps = [record for record in provider.discover(target, ctx) if isinstance(record, Gap) and record.incomplete]
    assert {gap.capability for gap in gaps} == {"github.fine_grained_tokens"}
    assert {gap.permission for gap in gaps} == {
        "organization_personal_access_tokens:read",
        "organization_personal_access_token_requests:read",
    }


def test_hostile_names_stay_names(ctx: Context) -> None:
    fake, made = seed()
    org = fake.org
    for number, name in enumerate(HOSTILE):
        org.members.append({"login": name, "name": name, "mail": f"{name}@acme.example"})
        org.lists["installations"].append(shapes.installation(ORG, name, {name: name}, events=[name]))
        org.lists["personal-access-tokens"].append(shapes.token_grant(name, 900 + number, name, {name: {name: name}}))
        org.lists["credential-authorizations"].append(
            shapes.authorization(name, 700 + number, "SSH key", fingerprint=name, authorized_credential_title=name)
        )
        org.lists["hooks"].append(shapes.hook(800 + number, name, secret=False, org=ORG))
        org.lists["actions/runners"].append(shapes.runner(600 + number, name, 1))
        org.lists["secret-scanning/alerts"].append(
            shapes.alert(ORG, "web", 500 + number, name, made.word(), shapes.commit_location(ORG, "web", name, 1))
        )
        web = org.repos["web"]
        web.keys.append(shapes.deploy_key(400 + number, name, name, added_by=name))
        web.secrets["actions"].append({**shapes.stored("X", _when(), _when()), "name": name})
        web.environments.append(shapes.environment(f"{ORG}/web", name))
        web.inside[name, "secrets"] = [{**shapes.stored("X", _when(), _when()), "name": name}]
        org.repos[name] = RepoState(name, workflows=[f"{name}.yml"], codeowners=f"* {name}@x.example\n")
    with serve(fake):
        found = scan(fake, ctx)
    for record in found:
        repr(record).encode()
        for value in made.planted:
            assert value not in repr(record)
    names = {record.name for record in found if isinstance(record, Resource | Identity)}
    assert {"\U0001f4a5\U0001f511", '"quoted"\\', "../../etc/passwd", "{}"} <= names
    assert fake.calls["unknown"] == 0, "a name never turns into another path"


def _when() -> Any:
    from github_seed import NOW

    return NOW


def test_a_hundred_thousand_members_in_bounded_memory(ctx: Context) -> None:
    org = OrgState(login=ORG)
    org.members = [{"login": f"person-{number}", "mail": f"person-{number}@acme.example"} for number in range(100_000)]
    fake = Github(page=100, org=org, tokens={os.environ["GITHUB_TOKEN"]: "app"})
    with serve(fake):
        tracemalloc.start()
        count = sum(isinstance(record, Identity) for record in provider.discover(at(fake.url), ctx))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 160 * 1024 * 1024, f"{peak / 1e6:.0f} MB at the peak"
    assert fake.calls[r"POST /graphql"] == 1000 + 2, "a page for each hundred members, one for SSO, one for repositories"
