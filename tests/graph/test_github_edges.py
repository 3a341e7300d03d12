"""GitHub in the graph: from an App, key or token over a repository to the cloud role that trusts the repository's jobs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_record_edges import NOW

from keyrack.graph.build import build
from keyrack.graph.github_subjects import ISSUER, Jobs, subjects
from keyrack.graph.model import Estate
from keyrack.graph.paths import paths_to
from keyrack.records import Grant, Identity, Resource, Trust

ROLE = "gcp:sa/deployer@acme.iam.gserviceaccount.com"
APP = "github:acme:app/release"


def identity(uid: str, kind: str, scope: str = "acme", **attrs: str) -> Identity:
    return Identity(uid=uid, kind="oauth_app", type=kind, name=uid, provider="github", scope=scope, status="active", attrs=attrs)


def repository(name: str, protected: str = "none", **attrs: str) -> Resource:
    attrs = {"branch": "main", "protected": protected, "archived": "false", **attrs}
    return Resource(
        uid=f"github:acme:repo/{name}", type="github:repository", name=name, provider="github", scope="acme", attrs=attrs
    )


def environment(name: str, branches: str, reviewers: str = "0") -> Resource:
    return Resource(
        uid=f"github:acme:environment/web/{name}", type="github:environment", name=name, provider="github", scope="acme/web",
        attrs={"branches": branches, "reviewers": reviewers, "rules": "0"},
    )  # fmt: skip


def trusts(*subs: str) -> Trust:
    return Trust(
        uid="t", identity_uid=ROLE, subject=ISSUER, subject_kind="federated", mechanism="gcp:workload-identity", issuer=ISSUER,
        subs=list(subs), attrs={"sub_operator": "StringLike"},
    )  # fmt: skip


def holds(*actions: str, on: str = "*", uid: str = APP, policy: str = "app release") -> Grant:
    return Grant(
        uid=f"{uid}{policy}{actions}{on}", identity_uid=uid, language="github", effect="allow", actions=list(actions),
        resources=[on], via="consent", policy=policy, attrs={"on": "acme"},
    )  # fmt: skip


def estate(*grants: Grant, sub: str = "repo:acme/web:*", protected: str = "none", more: tuple[Resource, ...] = ()) -> Estate:
    people = (
        identity(APP, "github:app"),
        identity("github:acme:deploy-key/web/1", "github:deploy-key", "acme/web"),
        identity("saas:github:account/bo", "github:user", role="member"),
        identity("github:acme:actions/web", "github:actions", "acme/web"),
        identity("github:acme:actions/docs", "github:actions", "acme/docs"),
        Identity(uid=ROLE, kind="service_account", type="gcp:service-account", name="deployer", provider="gcp", scope="acme"),
    )
    things = (repository("web", protected), repository("docs", "none"), *more)
    return Estate(NOW, identities=people, resources=things, trusts=(trusts(sub),), grants=grants)


def way(found: Estate, source: str = APP, *, conditional: bool = False) -> list[tuple[str, str]] | None:
    paths = paths_to(build(found), ROLE, source, conditional=conditional)
    return [(hop.mechanism, hop.target.rpartition(":")[2]) for hop in paths[0].hops] if paths else None


LAST = ("gcp:workload-identity", ROLE.rpartition(":")[2])


def test_an_app_that_writes_workflows_everywhere_becomes_the_role_over_the_repository() -> None:
    written = [("contents:write+workflows:write", "repo/web"), LAST]
    assert way(estate(holds("contents:write", "workflows:write", "metadata:read"))) == written
    assert way(estate(holds("contents:write"), holds("workflows:write"))) == written, "one App, whatever the records"
    assert way(estate(holds("contents:read", "workflows:write"))) is None
    assert way(estate(holds("contents:write", "workflows:write"), sub="repo:other/web:*")) is None


def test_two_tokens_of_a_person_are_not_one() -> None:
    uid = "saas:github:account/bo"
    one, other = holds("contents:write", uid=uid, policy="token a"), holds("workflows:write", uid=uid, policy="token b")
    assert way(estate(one, other), uid) is None
    assert way(estate(holds("contents:write", "workflows:write", uid=uid, policy="token a")), uid) is not None


@pytest.mark.parametrize("permission", ["contents:write", "actions:write", "secrets:write", "environments:write"])
def test_what_runs_code_in_jobs_that_are_there_is_conditional(permission: str) -> None:
    assert way(estate(holds(permission))) is None
    assert way(estate(holds(permission)), conditional=True) == [(permission, "repo/web"), LAST]


def test_selected_repositories_may_or_may_not_be_that_one() -> None:
    chosen = holds("contents:write", "workflows:write", on="selected repositories")
    assert way(estate(chosen)) is None
    assert way(estate(chosen), conditional=True) is not None


def test_a_deploy_key_reaches_its_own_repository_only() -> None:
    key = "github:acme:deploy-key/web/1"
    assert way(estate(holds("contents:write", uid=key, on="acme/web")), key) == [("contents:write", "repo/web"), LAST]
    assert way(estate(holds("contents:read", uid=key, on="acme/web")), key) is None
    assert way(estate(holds("contents:write", uid=key, on="acme/docs")), key) is None


@pytest.mark.parametrize(
    ("sub", "protected", "more", "open_"),
    [
        ("repo:acme/web:ref:refs/heads/main", "none", (), True),
        ("repo:acme/web:ref:refs/heads/main", "rule", (), True),
        ("repo:acme/web:ref:refs/heads/main", "reviews", (), False),
        ("repo:acme@7/web@9:ref:refs/heads/main", "unknown", (), False),
        ("repo:acme/web:ref:refs/heads/*", "reviews", (), True),
        ("repo:acme/web:ref:refs/heads/release", "none", (), False),
        ("repo:acme/*", "reviews", (), True),
        ("repo:acme/web:pull_request", "reviews", (), True),
        ("repo:acme/web:environment:live", "none", (), False),
        ("repo:acme/web:environment:live", "none", (environment("live", "any"),), True),
        ("repo:acme/web:environment:live", "none", (environment("live", "protected-none"),), True),
        ("repo:acme/web:environment:live", "none", (environment("live", "protected"),), False),
        ("repo:acme/web:environment:live", "none", (environment("live", "any", "2"),), False),
    ],
)
def test_a_push_is_enough_where_nothing_guards_the_subject(
    sub: str, protected: str, more: tuple[Resource, ...], open_: bool
) -> None:
    key = "github:acme:deploy-key/web/1"
    found = estate(holds("contents:write", uid=key, on="acme/web"), sub=sub, protected=protected, more=more)
    direct = [edge for edge in build(found).edges if (edge.source, edge.target) == ("github:acme:repo/web", ROLE)]
    assert [edge.conditional for edge in direct] == [not open_]
    assert way(found, key, conditional=True) is not None


def test_administration_lifts_the_protection() -> None:
    sub = "repo:acme/web:ref:refs/heads/main"
    found = estate(holds("administration:write"), sub=sub, protected="reviews")
    assert way(found) == [("administration:write", "actions/web"), LAST]
    assert way(estate(holds("contents:write", "workflows:write"), sub=sub, protected="reviews")) is None


def test_who_makes_owners_administers_the_organisation() -> None:
    found = build(estate(holds("members:write")))
    assert APP in found.admins
    assert way(estate(holds("members:write"))) == [("administrator", "admin"), ("administrator", "actions/web"), LAST]


def test_actions_become_the_role_by_their_own_subject() -> None:
    assert way(estate(), "github:acme:actions/web") == [LAST]
    assert way(estate(), "github:acme:actions/docs") is None


def test_a_suspended_app_reaches_nothing() -> None:
    found = estate(holds("administration:write"))
    people = tuple(
        Identity(uid=i.uid, kind=i.kind, type=i.type, name=i.name, provider=i.provider, scope=i.scope, status="disabled")
        if i.uid == APP
        else i
        for i in found.identities
    )
    off = Estate(NOW, identities=people, resources=found.resources, trusts=found.trusts, grants=found.grants)
    assert way(off) is None


def test_custom_subjects() -> None:
    assert subjects("acme/web") == subjects("acme/web", "repo,context") == ("repo:acme/web:*", "repo:acme@*/web@*:*")
    assert subjects("acme/web", "environment") == ("environment:*",)
    assert subjects("acme/web", "repository_owner,job_workflow_ref") == ("repository_owner:acme:job_workflow_ref:*",)


NAMES = st.sampled_from(["acme/web", "acme/docs", "acme/web-2", "other/web"])


@given(NAMES, st.sampled_from(["repo:{}:*", "repo:{}:ref:refs/heads/main", "repo:{}@1:environment:x"]))
def test_the_index_finds_what_asking_each_would(name: str, form: str) -> None:
    """An exact name is looked up; a pattern is asked of everybody. Both give the same."""
    things = tuple(
        Resource(uid=n, type="github:repository", name=n.partition("/")[2], provider="github", scope=n.partition("/")[0])
        for n in ("acme/web", "acme/docs", "acme/web-2", "other/web")
    )
    owner, _, rest = name.partition("/")
    shown = form.format(name) if "@" not in form else f"repo:{owner}@5/{rest}@6:environment:x"
    found = {uid for uid, _ in Jobs(Estate(NOW, resources=things)).of([shown])}
    assert found == {name}
