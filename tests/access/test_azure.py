"""Azure RBAC: expected values from Microsoft's documentation (pages under learn.microsoft.com/azure/role-based-access-control), and the laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.azure import (
    Assignment,
    Block,
    Call,
    Denial,
    Policies,
    Request,
    assignment,
    decide,
    denial,
    effective,
    role,
    shrink,
    subsumes,
)
from keyrack.access.azure.condition import holds
from keyrack.access.azure.effective import privilege
from keyrack.access.azure.model import EVERYONE
from keyrack.access.azure.parse import built_in
from keyrack.access.azure.patterns import matches, meet, within
from keyrack.access.words import CaseError

APP, TEAM = "11111111-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002"
SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourceGroups/rg1"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm1"
MG = "/providers/Microsoft.Management/managementGroups/mg1"
OWNER, CONTRIBUTOR, READER = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
)
ACCESS_ADMIN, BLOB_READER = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


def give(guid, scope=SUB, principal=APP, **more):
    return assignment(
        {
            "principalId": principal,
            "roleDefinitionId": f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
            "scope": scope,
            **more,
        }
    )


def deny(actions=("*",), scope=SUB, principals=(EVERYONE,), **more):
    blocks = (Block(tuple(actions), more.pop("not_actions", ())),)
    return Denial("guard", scope, blocks, frozenset(principals), **more)


WRITE = "Microsoft.Compute/virtualMachines/write"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"

# page, assignments, denials, request, expected
CASES = [
    ("role-definitions#actions", [give(READER)], [], Request(APP, "Microsoft.Compute/virtualMachines/read", VM), "allow"),
    ("role-definitions#actions", [give(READER)], [], Request(APP, WRITE, VM), "implicit_deny"),
    (
        "role-definitions#notactions",
        [give(CONTRIBUTOR)],
        [],
        Request(APP, "Microsoft.Authorization/roleAssignments/write", VM),
        "implicit_deny",
    ),
    (
        "role-definitions#notactions: another assignment may give what NotActions takes out",
        [give(CONTRIBUTOR), give(ACCESS_ADMIN)],
        [],
        Request(APP, "Microsoft.Authorization/roleAssignments/write", VM),
        "allow",
    ),
    ("role-definitions#dataactions: Owner has none", [give(OWNER)], [], Request(APP, BLOBS, VM, data=True), "implicit_deny"),
    ("role-definitions#dataactions", [give(BLOB_READER)], [], Request(APP, BLOBS, VM, data=True), "allow"),
    ("role-definitions#dataactions: planes are apart", [give(BLOB_READER)], [], Request(APP, BLOBS, VM), "implicit_deny"),
    ("scope-overview: inherited", [give(READER, "/")], [], Request(APP, "x/y/read", VM), "allow"),
    ("scope-overview: inherited", [give(READER, MG)], [], Request(APP, "x/y/read", VM, management_groups=("mg1",)), "allow"),
    (
        "scope-overview: another management group",
        [give(READER, MG)],
        [],
        Request(APP, "x/y/read", VM, management_groups=("mg2",)),
        "implicit_deny",
    ),
    (
        "scope-overview: names are whole",
        [give(READER, f"{SUB}/resourceGroups/rg")],
        [],
        Request(APP, "x/y/read", VM),
        "implicit_deny",
    ),
    ("scope-overview: not upward", [give(READER, VM)], [], Request(APP, "x/y/read", GROUP), "implicit_deny"),
    ("scope-overview: no case", [give(READER, GROUP.upper())], [], Request(APP, "X/Y/READ", VM), "allow"),
    (
        "overview#groups: transitive",
        [give(READER, principal=TEAM)],
        [],
        Request(APP, "x/y/read", VM, groups=frozenset({TEAM})),
        "allow",
    ),
    ("overview#groups", [give(READER, principal=TEAM)], [], Request(APP, "x/y/read", VM), "implicit_deny"),
    ("deny-assignments: first", [give(OWNER)], [deny([WRITE])], Request(APP, WRITE, VM), "explicit_deny"),
    (
        "deny-assignments: other action",
        [give(OWNER)],
        [deny([WRITE])],
        Request(APP, "Microsoft.Compute/virtualMachines/read", VM),
        "allow",
    ),
    ("deny-assignments: notActions", [give(OWNER)], [deny(not_actions=("*/read",))], Request(APP, "x/y/read", VM), "allow"),
    ("deny-assignments: excludePrincipals", [give(OWNER)], [deny(excluded=frozenset({APP}))], Request(APP, WRITE, VM), "allow"),
    (
        "deny-assignments: excluded by group",
        [give(OWNER)],
        [deny(excluded=frozenset({TEAM}))],
        Request(APP, WRITE, VM, groups=frozenset({TEAM})),
        "allow",
    ),
    ("deny-assignments: other principal", [give(OWNER)], [deny(principals=(TEAM,))], Request(APP, WRITE, VM), "allow"),
    (
        "deny-assignments: doNotApplyToChildScopes",
        [give(OWNER)],
        [deny(here_only=True, scope=GROUP)],
        Request(APP, WRITE, VM),
        "allow",
    ),
    (
        "deny-assignments: doNotApplyToChildScopes",
        [give(OWNER)],
        [deny(here_only=True, scope=VM)],
        Request(APP, WRITE, VM),
        "explicit_deny",
    ),
    ("deny-assignments: data plane", [give(BLOB_READER)], [deny(["*"])], Request(APP, BLOBS, VM, data=True), "allow"),
]


@pytest.mark.parametrize(("page", "assignments", "denials", "request_", "expected"), CASES)
def test_documented(page, assignments, denials, request_, expected):
    assert decide(request_, Policies(tuple(assignments), tuple(denials))).outcome == expected, page


NAME = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
PATH = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"
ONE_CONTAINER = (
    f"((!(ActionMatches{{'{BLOBS}'}} AND NOT SubOperationMatches{{'Blob.List'}})) OR ({NAME} StringEquals 'blobs-example'))"
)
ROLES = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]"

# conditions-format, and the examples of storage-auth-abac-examples and delegate-role-assignments-examples
CONDITIONS = [
    ("", {}, True),
    (ONE_CONTAINER, {"suboperation": "Blob.Read", "attributes": {NAME: "blobs-example"}}, True),
    (ONE_CONTAINER, {"suboperation": "Blob.Read", "attributes": {NAME: "other"}}, False),
    (ONE_CONTAINER, {"suboperation": "Blob.List"}, True),
    (ONE_CONTAINER, {"suboperation": "Blob.Read"}, None),
    (ONE_CONTAINER, {"action": "Microsoft.Storage/other/read"}, True),
    (f"{PATH} StringLike 'logs/*'", {"attributes": {PATH: "logs/a/b"}}, True),
    (f"{PATH} StringNotLike 'logs/*'", {"attributes": {PATH: "logs/a/b"}}, False),
    (f"{ROLES} ForAnyOfAnyValues:GuidEquals {{{READER}, {OWNER}}}", {"attributes": {ROLES: READER.upper()}}, True),
    (f"{ROLES} ForAnyOfAllValues:GuidNotEquals {{{READER}, {OWNER}}}", {"attributes": {ROLES: CONTRIBUTOR}}, True),
    (f"{ROLES} ForAnyOfAllValues:GuidNotEquals {{{READER}, {OWNER}}}", {"attributes": {ROLES: OWNER}}, False),
    (f"{ROLES} ForAnyOfAnyValues:GuidEquals{{{READER}}}", {}, None),
    (
        "@Environment[isPrivateLink] BoolEquals true && @Principal[x:y] StringEquals 'a'",
        {"attributes": {"@Environment[isPrivateLink]": False}},
        False,
    ),
    (
        "Exists @Principal[x:y] || @Environment[isPrivateLink] BoolEquals true",
        {"attributes": {"@Environment[isPrivateLink]": True}},
        True,
    ),
    (
        "@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00Z'",
        {"attributes": {"@Environment[UtcNow]": "2026-02-01T00:00:00Z"}},
        None,
    ),
]


@pytest.mark.parametrize(("text", "known", "expected"), CONDITIONS)
def test_conditions(text, known, expected):
    outcome, missing = holds(
        text,
        Request(
            APP, known.get("action", BLOBS), VM, data=True, **{key: value for key, value in known.items() if key != "action"}
        ),
    )
    assert outcome is expected
    assert bool(missing) is (expected is None)


@pytest.mark.parametrize(
    "text", ["(", "@Resource[a] StringEquals", "x y", "ActionMatches{'a'} ActionMatches{'b'}", "AND", "(ActionMatches{'a'}"]
)
def test_broken_conditions_are_refused(text):
    with pytest.raises(CaseError):
        holds(text, Request(APP, BLOBS, VM))


def test_an_unknown_condition_grants_nothing_denies_and_is_listed():
    conditional = give(BLOB_READER, condition=ONE_CONTAINER, conditionVersion="2.0")
    verdict = decide(Request(APP, BLOBS, VM, data=True), Policies((conditional,)))
    assert (verdict.outcome, verdict.assumed) == ("implicit_deny", ("SubOperation", NAME))
    guard = Denial("guard", SUB, (Block(("*",)),), frozenset({EVERYONE}), condition=f"{NAME} StringEquals 'x'")
    verdict = decide(Request(APP, WRITE, VM), Policies((give(OWNER),), (guard,)))
    assert (verdict.outcome, verdict.assumed) == ("explicit_deny", (NAME,))


def test_roles_not_known_are_assumed_and_custom_ones_are_read():
    strange = give("99999999-0000-0000-0000-000000000000")
    assert decide(Request(APP, WRITE, VM), Policies((strange,))).assumed == (
        "definition of role 99999999-0000-0000-0000-000000000000",
    )
    custom = {"99999999-0000-0000-0000-000000000000": role({"properties": {"permissions": [{"actions": ["*/write"]}]}})}
    record = {"properties": {"principalId": APP, "roleDefinitionId": next(iter(custom)), "scope": SUB}}
    assert decide(Request(APP, WRITE, VM), Policies((assignment(record, custom),))).outcome == "allow"
    read = denial(
        {"scope": SUB, "permissions": [{"actions": ["*"]}], "principals": [{"id": APP}], "doNotApplyToChildScopes": True}
    )
    assert (read.here_only, read.principals) == (True, frozenset({APP}))
    with pytest.raises(CaseError, match="principalId"):
        assignment({"roleDefinitionId": "x", "scope": SUB})


@pytest.mark.parametrize(
    ("guid", "data", "expected"),
    [
        (OWNER, False, "admin"),
        (ACCESS_ADMIN, False, "permissions"),
        (CONTRIBUTOR, False, "permissions"),
        (READER, False, "read"),
        (BLOB_READER, True, "read"),
        ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", True, "write"),
    ],
)
def test_classes(guid, data, expected):
    assert privilege(built_in(guid)[0], data=data) == expected


def test_effective_tells_planes_apart():
    grants = effective(APP, Policies((give(BLOB_READER, GROUP), give(CONTRIBUTOR), give(READER, principal=TEAM))))
    assert [(grant.because, grant.resource, grant.privilege) for grant in grants] == [
        (("Storage Blob Data Reader",), GROUP, "write"),
        (("Storage Blob Data Reader",), GROUP, "read"),
        (("Contributor",), SUB, "permissions"),
    ]
    assert grants[1].actions == (f"data:{BLOBS}",)
    assert "Microsoft.Authorization/*/Write" in grants[2].excluded


PATTERNS = st.sampled_from(["*", "*/read", "a/*", "a/x/*", "a/x/read", "a/x/write", "b/*/read", "a/*/read"])
ACTIONS = st.sampled_from(["a/x/read", "a/x/write", "a/y/read", "b/x/read", "b/x/write"])
SCOPES = st.sampled_from(["/", SUB, GROUP, VM, f"{SUB}/resourceGroups/rg2"])
BLOCKS = st.builds(
    Block,
    st.lists(PATTERNS, max_size=2).map(tuple),
    st.lists(PATTERNS, max_size=1).map(tuple),
    st.lists(PATTERNS, max_size=1).map(tuple),
)
GIVEN = st.lists(
    st.builds(
        Assignment, st.sampled_from([APP, TEAM]), st.just("r"), SCOPES, st.lists(BLOCKS, min_size=1, max_size=2).map(tuple)
    ),
    max_size=3,
).map(tuple)
DENIED = st.lists(
    st.builds(
        lambda block, scope, who: Denial("d", scope, (block,), frozenset({who})),
        BLOCKS,
        SCOPES,
        st.sampled_from([EVERYONE, TEAM]),
    ),
    max_size=1,
).map(tuple)
POLICIES = st.builds(Policies, GIVEN, DENIED)
REQUESTS = st.lists(st.builds(Request, st.just(APP), ACTIONS, SCOPES, st.booleans()), min_size=15, max_size=15)


def allowed(request, policies):
    return decide(request, policies).outcome == "allow"


@settings(max_examples=200)
@given(POLICIES, GIVEN, REQUESTS)
def test_deny_wins_and_more_assignments_never_remove(policies, more, requests):
    wider = Policies(policies.assignments + more, policies.denials)
    for request in requests:
        assert allowed(request, wider) or not allowed(request, policies)
        if decide(request, Policies((), policies.denials)).outcome == "explicit_deny":
            assert decide(request, wider).outcome == "explicit_deny"


@settings(max_examples=400)
@given(POLICIES, POLICIES, REQUESTS)
def test_subsumes_agrees_with_decide(one, other, requests):
    assert subsumes(one, Policies((), ()), APP)
    if subsumes(one, other, APP):
        assert all(allowed(request, one) or not allowed(request, other) for request in requests)


@given(POLICIES)
def test_policies_subsume_themselves(policies):
    assert subsumes(policies, policies, APP)


@settings(max_examples=200)
@given(
    st.builds(Assignment, st.just(APP), st.just("r"), SCOPES, st.lists(BLOCKS, min_size=1, max_size=2).map(tuple)),
    REQUESTS,
    REQUESTS,
    st.sampled_from([1, 5]),
)
def test_shrink_keeps_what_was_used_and_adds_nothing(one, used, others, many):
    whole = Policies((one,))
    seen = [request for request in used if allowed(request, whole)]
    cut = Policies(shrink(one, [Call(request.action, request.scope, request.data) for request in seen], many=many))
    assert all(allowed(request, cut) for request in seen)
    assert all(allowed(request, whole) or not allowed(request, cut) for request in [*used, *others])


@given(PATTERNS, PATTERNS, ACTIONS)
def test_patterns(one, other, action):
    if matches(one, other) and matches(other, action):
        assert matches(one, action)
    if matches(one, action) and matches(other, action):
        assert meet(one, other)


def test_shrink_narrows_to_resource_groups():
    (small,) = shrink(
        give(CONTRIBUTOR), [Call(WRITE, VM), Call(WRITE, f"{GROUP}/providers/x"), Call("Microsoft.Authorization/x/write", VM)]
    )
    assert (small.scope, small.blocks) == (GROUP, (Block((WRITE,)),))
    assert shrink(give(CONTRIBUTOR), []) == ()
    assert within(VM, "/")
