"""GitHub permissions: expected values from docs.github.com (page beside each group), and the laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.access.github import Call, Held, Request, Run, decide, effective, job_token, shrink, subsumes
from keyrack.access.github.cases import answer
from keyrack.access.github.table import needs
from keyrack.access.words import CaseError

WRITE_ALL = {"contents": "write", "issues": "write", "id-token": "write"}

# actions/security-guides/automatic-token-authentication#permissions-for-the-github_token; actions/reference/workflow-syntax#permissions;
# actions/how-tos/reuse-automations/reuse-workflows; code-security/dependabot/working-with-dependabot/automating-dependabot-with-github-actions
TOKENS = [
    # run, workflow, job, permission, level expected
    (Run("permissive"), None, None, "contents", "write"),
    (Run("permissive"), None, None, "id_token", "none"),
    (Run("restricted"), None, None, "contents", "read"),
    (Run("restricted"), None, None, "packages", "read"),
    (Run("restricted"), None, None, "issues", "none"),
    (Run("restricted"), None, None, "metadata", "read"),
    (Run("permissive"), {}, None, "contents", "none"),
    (Run("permissive"), {}, None, "metadata", "read"),
    (Run("permissive"), {"issues": "write"}, None, "contents", "none"),
    (Run("restricted"), {"issues": "write"}, None, "issues", "write"),
    (Run("restricted"), {"pull-requests": "write"}, None, "pull_requests", "write"),
    (Run("restricted"), "write-all", None, "id_token", "write"),
    (Run("permissive"), "read-all", None, "contents", "read"),
    (Run("permissive"), {"contents": "write"}, {"issues": "read"}, "contents", "none"),
    (Run("permissive"), {"contents": "write"}, {"issues": "read"}, "issues", "read"),
    (Run("permissive"), {"contents": "read"}, "write-all", "contents", "write"),
    (Run("permissive", "pull_request", fork=True), None, None, "contents", "read"),
    (Run("permissive", "pull_request", fork=True), WRITE_ALL, None, "contents", "read"),
    (Run("permissive", "pull_request", fork=True), WRITE_ALL, None, "id_token", "read"),
    (Run("permissive", "pull_request", fork=True, write_to_forks=True), WRITE_ALL, None, "contents", "write"),
    (Run("permissive", "pull_request"), WRITE_ALL, None, "contents", "write"),
    (Run("permissive", "pull_request_target", fork=True), WRITE_ALL, None, "contents", "write"),
    (Run("permissive", "pull_request", dependabot=True), None, None, "contents", "read"),
    (Run("permissive", "schedule", dependabot=True), None, None, "contents", "write"),
    (Run("permissive", "pull_request", dependabot=True), {"pull-requests": "write"}, None, "pull_requests", "write"),
]


@pytest.mark.parametrize(("run", "workflow", "job", "permission", "expected"), TOKENS)
def test_tokens(run, workflow, job, permission, expected):
    assert job_token(run, workflow=workflow, job=job).permissions.get(permission, "none") == expected


def test_a_called_workflow_cannot_raise_its_caller():
    caller = job_token(Run(), job={"contents": "read"})
    assert job_token(Run(), job={"contents": "write", "issues": "write"}, caller=caller).permissions == {
        "metadata": "read",
        "contents": "read",
    }
    assert job_token(Run(), caller=caller).permissions == {"metadata": "read", "contents": "read"}


def test_levels_that_do_not_exist_are_refused():
    with pytest.raises(CaseError):
        job_token(Run(), job={"contents": "admin"})
    with pytest.raises(CaseError):
        decide(Request("contents", "most"), Held({}))
    with pytest.raises(CaseError):
        decide(Request(), Held({}))


# rest/authentication/permissions-required-for-github-apps
CALLS = [
    ("GET", "/repos/o/r/contents/README.md", ("contents", "read")),
    ("GET", "/repos/o/r/contents/a/b/c.txt", ("contents", "read")),
    ("PUT", "/repos/o/r/contents/a", ("contents", "write")),
    ("POST", "/repos/o/r/pulls", ("pull_requests", "write")),
    ("DELETE", "/repos/o/r", ("administration", "write")),
    ("PUT", "/repos/o/r/actions/secrets/NAME", ("secrets", "write")),
    ("GET", "/repos/o/r", ("metadata", "read")),
    ("GET", "https://api.github.com/repos/o/r?x=1", ("metadata", "read")),
    ("POST", "/repos/o/r/deployments", ("deployments", "write")),
    ("PUT", "/orgs/o/actions/secrets/NAME", ("organization_secrets", "write")),
    ("GET", "/repos/o/r/zipball/main", ("contents", "read")),
    ("GET", "/repos/o/r/tarball/release/2026", ("contents", "read")),
    ("GET", "https://github.acme.example/api/v3/repos/o/r/pulls/7", ("pull_requests", "read")),
    ("GET", "/repos/o/r/newthing/main", None),
    ("GET", "/repos/o/r/newthing/a/b/c", None),
    ("GET", "/repos/o/r/issues/newthing", None),
    ("GET", "/nothing/here", None),
]


@pytest.mark.parametrize(("method", "path", "expected"), CALLS)
def test_endpoints(method, path, expected):
    assert (expected in needs(method, path)) if expected else needs(method, path) == ()


APP = Held({"contents": "write", "organization_projects": "admin"}, frozenset({"o/r"}))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request("contents", "read"), "allow"),
        (Request("contents", "write"), "allow"),
        (Request("contents", "admin"), "implicit_deny"),
        (Request("organization_projects", "write"), "allow"),
        (Request("issues"), "implicit_deny"),
        (Request("metadata"), "allow"),
        (Request("contents", repository="O/R"), "allow"),
        (Request("contents", repository="o/other"), "implicit_deny"),
        (Request(method="PUT", path="/repos/o/r/contents/x"), "allow"),
        (Request(method="PUT", path="/repos/o/other/contents/x"), "implicit_deny"),
        (Request(method="GET", path="/nothing/here"), "implicit_deny"),
    ],
)
def test_installation(request_, expected):
    assert decide(request_, APP).outcome == expected


def test_a_call_nobody_knows_keeps_everything():
    """A new endpoint must not pass for a read of contents: rights would be cut that the call needs."""
    call = Call("GET", "/repos/o/r/newthing/main")
    assert shrink(APP, [call]) == (APP, (call,))
    assert decide(Request(method="GET", path=call.path), APP).assumed == ("permission of GET /repos/o/r/newthing/main",)


def test_suspended_and_unlisted():
    assert decide(Request("contents"), Held(APP.permissions, suspended=True)).outcome == "explicit_deny"
    assert effective(Held(APP.permissions, suspended=True)) == []
    assert decide(Request(method="GET", path="/nothing/here"), APP).assumed == ("permission of GET /nothing/here",)


def test_classes():
    held = Held(
        {
            "organization_administration": "write",
            "administration": "write",
            "contents": "write",
            "issues": "read",
            "metadata": "read",
            "x": "none",
        }
    )
    assert {grant.actions[0]: grant.privilege for grant in effective(held)} == {
        "administration:write": "permissions",
        "contents:write": "write",
        "issues:read": "read",
        "metadata:read": "list",
        "organization_administration:write": "admin",
    }


def test_cases():
    assert (
        answer({"request": {"permission": "id-token", "level": "write"}, "token": {"workflow": "write-all"}})["decision"]
        == "allow"
    )
    assert (
        answer({"request": {"permission": "contents"}, "installation": {"permissions": {"contents": "read"}}})["decision"]
        == "allow"
    )
    for broken in ({"request": {"permission": "x"}}, {"request": {"permission": "x"}, "token": {"job": "all"}}, {"token": {}}):
        with pytest.raises(CaseError):
            answer(broken)


NAMES = st.sampled_from(["contents", "issues", "administration", "pull_requests", "metadata"])
HELD = st.builds(
    Held,
    st.dictionaries(NAMES, st.sampled_from(["none", "read", "write", "admin"]), max_size=4),
    st.none() | st.frozensets(st.sampled_from(["o/r", "o/s"])),
    st.just("installation"),
    st.booleans(),
)
REQUESTS = st.builds(
    Request,
    NAMES,
    st.sampled_from(["read", "write", "admin"]),
    st.just(""),
    st.just(""),
    st.sampled_from(["", "o/r", "o/s", "o/t"]),
)
MADE = st.lists(
    st.sampled_from(
        [
            Call(method, path.replace("/r", name))
            for method, path, need in CALLS
            if need and path.startswith("/repos")
            for name in ("/r", "/s")
        ]
    )
)


def allowed(request, held):
    return decide(request, held).outcome == "allow"


@given(HELD, HELD, st.lists(REQUESTS, min_size=20, max_size=20))
def test_subsumes_agrees_with_decide(one, other, requests):
    assert subsumes(one, one)
    if subsumes(one, other):
        assert all(allowed(request, one) or not allowed(request, other) for request in requests)


@given(HELD, MADE, MADE)
def test_shrink_keeps_what_was_used_and_adds_nothing(held, used, others):
    def asks(call):
        return Request(method=call.method, path=call.path)

    seen = [call for call in used if allowed(asks(call), held)]
    small, unplaced = shrink(held, seen)
    assert unplaced == ()
    assert all(allowed(asks(call), small) for call in seen)
    assert all(allowed(asks(call), held) or not allowed(asks(call), small) for call in [*used, *others])
    assert subsumes(held, small)


def test_shrink_keeps_all_for_a_call_nobody_can_place():
    assert shrink(APP, [Call("GET", "/nothing/here")]) == (APP, (Call("GET", "/nothing/here"),))
    assert shrink(APP, [Call("GET", "/repos/o/r/contents/x")])[0].permissions == {"contents": "read"}
