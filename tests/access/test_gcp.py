"""Google Cloud IAM: expected values from its documentation (the page beside each case), and the laws."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.gcp import (
    Binding,
    Boundary,
    Call,
    DenyRule,
    Hierarchy,
    Node,
    Principal,
    Request,
    allow_policy,
    boundary,
    decide,
    deny_policy,
    effective,
    shrink,
    subsumes,
)
from keyrack.access.gcp.condition import holds
from keyrack.access.gcp.members import matches
from keyrack.access.gcp.roles import classify, predefined
from keyrack.access.words import CaseError

APP = Principal("serviceAccount:app@p.iam.gserviceaccount.com", frozenset({"apps@example.com"}))
POOL = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci"
RUN = Principal(f"principal://{POOL}/subject/repo:o/r", frozenset({"builders"}), {"repository": "o/r"})
ALICE = Principal(
    "user:alice@example.com", frozenset({"devs@example.com"}), {}, frozenset({"principalSet://goog/cloudIdentityCustomerId/C1"})
)

# cloud.google.com/iam/docs/principal-identifiers
MEMBERS = [
    ("serviceAccount:app@p.iam.gserviceaccount.com", APP, True),
    ("deleted:serviceAccount:app@p.iam.gserviceaccount.com?uid=1", APP, False),
    ("group:apps@example.com", APP, True),
    ("group:devs@example.com", APP, False),
    ("allUsers", APP, True),
    ("allAuthenticatedUsers", APP, True),
    ("allAuthenticatedUsers", RUN, False),
    ("domain:example.com", ALICE, True),
    ("domain:p.iam.gserviceaccount.com", APP, False),
    ("user:alice@example.com", ALICE, True),
    (f"principal://{POOL}/subject/repo:o/r", RUN, True),
    (f"principal://{POOL}/subject/other", RUN, False),
    (f"principalSet://{POOL}/group/builders", RUN, True),
    (f"principalSet://{POOL}/attribute.repository/o/r", RUN, True),
    (f"principalSet://{POOL}/attribute.repository/o/x", RUN, False),
    (f"principalSet://{POOL}/attribute.actor/o/r", RUN, False),
    (f"principalSet://{POOL}/*", RUN, True),
    (f"principalSet://{POOL}2/*", RUN, False),
    ("principal://goog/subject/alice@example.com", ALICE, True),
    ("principal://goog/subject/app@p.iam.gserviceaccount.com", APP, False),
    ("principalSet://goog/group/devs@example.com", ALICE, True),
    ("principalSet://goog/public:all", RUN, True),
    ("principal://iam.googleapis.com/projects/-/serviceAccounts/app@p.iam.gserviceaccount.com", APP, True),
    ("principalSet://goog/cloudIdentityCustomerId/C1", ALICE, True),
    ("principalSet://goog/cloudIdentityCustomerId/C1", APP, False),
]


@pytest.mark.parametrize(("member", "principal", "expected"), MEMBERS)
def test_members(member, principal, expected):
    assert matches(member, principal) is expected


BUCKET = "//storage.googleapis.com/projects/_/buckets/b"


def line(org=(), folder=(), project=(), bucket=(), deny=(), boundaries=None, roles=None, deny_at=0):
    nodes = [
        Node("organizations/1", tuple(org)),
        Node("folders/2", tuple(folder)),
        Node("projects/p", tuple(project)),
        Node(BUCKET, tuple(bucket)),
    ]
    nodes[deny_at] = Node(nodes[deny_at].name, nodes[deny_at].bindings, tuple(deny))
    return Hierarchy(tuple(nodes), boundaries, roles or {})


READ = Binding("roles/storage.objectViewer", (APP.member,))
GET = Request(APP, "storage.objects.get")


def denial(permissions=("storage.googleapis.com/objects.get",), principals=("principalSet://goog/public:all",), **more):
    return DenyRule("guard", principals, permissions, **more)


# cloud.google.com/iam/docs/policy-types, deny-overview, principal-access-boundary-policies
@pytest.mark.parametrize(
    ("hierarchy", "outcome", "kind"),
    [
        (line(org=[READ]), "allow", "allow"),
        (line(folder=[READ]), "allow", "allow"),
        (line(project=[READ]), "allow", "allow"),
        (line(bucket=[READ]), "allow", "allow"),
        (line(), "implicit_deny", "allow"),
        (line(org=[Binding("roles/storage.objectCreator", (APP.member,))]), "implicit_deny", "allow"),
        (line(org=[Binding("roles/owner", (APP.member,))]), "implicit_deny", "allow"),  # basic roles hold no object permissions
        (line(org=[READ], deny=[denial()]), "explicit_deny", "deny"),
        (line(bucket=[READ], deny=[denial()], deny_at=2), "explicit_deny", "deny"),
        (line(org=[READ], deny=[denial(("storage.googleapis.com/objects.*",))]), "explicit_deny", "deny"),
        (line(org=[READ], deny=[denial(("storage.googleapis.com/*.get",))]), "explicit_deny", "deny"),
        (line(org=[READ], deny=[denial(("storage.googleapis.com/*.*",))]), "explicit_deny", "deny"),
        (line(org=[READ], deny=[denial(("storage.googleapis.com/buckets.*",))]), "allow", "allow"),
        (
            line(
                org=[READ],
                deny=[denial(("storage.googleapis.com/*.*",), except_permissions=("storage.googleapis.com/objects.get",))],
            ),
            "allow",
            "allow",
        ),
        (line(org=[READ], deny=[denial(except_principals=("principalSet://goog/group/apps@example.com",))]), "allow", "allow"),
        (line(org=[READ], deny=[denial(condition="resource.matchTag('1/env', 'prod')")]), "explicit_deny", "deny"),
        (
            line(org=[READ], boundaries=(Boundary("pab", ("//cloudresourcemanager.googleapis.com/folders/9",)),)),
            "implicit_deny",
            "pab",
        ),
        (line(org=[READ], boundaries=(Boundary("pab", ("//cloudresourcemanager.googleapis.com/folders/2",)),)), "allow", "allow"),
        (line(org=[READ], boundaries=()), "implicit_deny", "pab"),
    ],
)
def test_hierarchy(hierarchy, outcome, kind):
    verdict = decide(GET, hierarchy)
    assert (verdict.outcome, verdict.because[0]) == (outcome, kind), verdict


def test_a_denial_with_a_tag_condition_is_judged_when_tags_are_known():
    guarded = line(org=[READ], deny=[denial(condition="resource.matchTag('1/env', 'prod')")])
    assert decide(GET, guarded).assumed == ("resource.tags",)
    assert decide(Request(APP, "storage.objects.get", tags={"1/env": "dev"}), guarded).outcome == "allow"
    assert decide(Request(APP, "storage.objects.get", tags={"1/env": "prod"}), guarded).outcome == "explicit_deny"


def test_convenience_values_follow_the_basic_role():
    held = line(
        project=[Binding("roles/viewer", (APP.member,))], bucket=[Binding("roles/storage.objectViewer", ("projectViewer:p",))]
    )
    assert decide(GET, held).outcome == "allow"
    assert decide(GET, line(bucket=[Binding("roles/storage.objectViewer", ("projectViewer:p",))])).outcome == "implicit_deny"


def test_unknown_roles_are_assumed_empty_and_custom_ones_are_read():
    custom = Binding("projects/p/roles/mine", (APP.member,))
    verdict = decide(GET, line(project=[custom]))
    assert (verdict.outcome, verdict.assumed) == ("implicit_deny", ("permissions of projects/p/roles/mine",))
    assert (
        decide(GET, line(project=[custom], roles={"projects/p/roles/mine": frozenset({"storage.objects.get"})})).outcome
        == "allow"
    )


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday

# cloud.google.com/iam/docs/conditions-attribute-reference and conditions-overview
CONDITIONS = [
    ("", {}, True),
    ("true", {}, True),
    ("request.time < timestamp('2026-06-01T00:00:00Z')", {"time": NOON}, True),
    ("request.time < timestamp('2026-01-01T00:00:00Z')", {"time": NOON}, False),
    ("request.time < timestamp('2026-01-01T00:00:00Z')", {}, ("request.time",)),
    ("request.time.getHours('Europe/Berlin') >= 9 && request.time.getHours('Europe/Berlin') <= 17", {"time": NOON}, True),
    ("request.time.getHours('Europe/Berlin') == 13", {"time": NOON}, True),
    ("request.time.getDayOfWeek('UTC') == 3", {"time": NOON}, True),
    (
        "resource.name.startsWith('projects/_/buckets/b/objects/a')",
        {"context": {"resource.name": "projects/_/buckets/b/objects/ab"}},
        True,
    ),
    ("resource.name.startsWith('projects/_/buckets/c')", {"context": {"resource.name": "projects/_/buckets/b"}}, False),
    ("resource.type == 'storage.googleapis.com/Bucket'", {"context": {"resource.type": "storage.googleapis.com/Object"}}, False),
    ("resource.service == 'storage.googleapis.com'", {}, ("resource.service",)),
    (
        "resource.type != 'storage.googleapis.com/Object' || resource.name.startsWith('x')",
        {"context": {"resource.type": "storage.googleapis.com/Bucket"}},
        True,
    ),
    ("resource.name.startsWith('x') && resource.type == 'a'", {"context": {"resource.type": "b"}}, False),
    ("resource.name.extract('/customers/{id}/') == '42'", {"context": {"resource.name": "buckets/b/customers/42/x"}}, True),
    ("resource.name.extract('objects/{rest}') == 'a/b'", {"context": {"resource.name": "buckets/b/objects/a/b"}}, True),
    ("resource.name.extract('none/{rest}') == ''", {"context": {"resource.name": "buckets/b"}}, True),
    (
        "destination.ip == '10.0.0.1' && destination.port == 22",
        {"context": {"destination.ip": "10.0.0.1", "destination.port": 22}},
        True,
    ),
    ("destination.port == 22", {}, ("destination.port",)),
    ("'accessPolicies/1/accessLevels/corp' in request.auth.access_levels", {}, ("request.auth.access_levels",)),
    (
        "'corp' in request.auth.access_levels",
        {"context": {"request.auth.access_levels": ["corp"]}},
        True,
    ),
    ("resource.matchTag('1/env', 'prod')", {"tags": {"1/env": "prod"}}, True),
    ("resource.matchTag('1/env', 'prod')", {"tags": {}}, False),
    ("resource.hasTagKey('1/env')", {"tags": {"1/env": "x"}}, True),
    ("resource.matchTagId('tagKeys/1', 'tagValues/2')", {}, ("resource.tags",)),
    ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])", {"api": {}}, True),
    (
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])",
        {"api": {"iam.googleapis.com/modifiedGrantsByRole": ["roles/owner"]}},
        False,
    ),
    ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])", {}, ("api attributes",)),
    ("request.path.startsWith('/admin')", {"context": {"request.path": "/admin/x"}}, True),
    ("request.host == 'a.example.com'", {}, ("request.host",)),
]


@pytest.mark.parametrize(("expression", "known", "expected"), CONDITIONS)
def test_conditions(expression, known, expected):
    outcome, missing = holds(expression, Request(APP, "x.y.z", **known))
    assert (missing if isinstance(expected, tuple) else outcome) == expected
    assert (outcome is None) == isinstance(expected, tuple)


def test_a_condition_that_is_no_cel_is_refused_and_one_that_is_not_met_grants_nothing():
    with pytest.raises(CaseError):
        holds("request.time <", GET)
    late = Binding(READ.role, READ.members, "request.time < timestamp('2020-01-01T00:00:00Z')")
    assert decide(Request(APP, "storage.objects.get", time=NOON), line(org=[late])).outcome == "implicit_deny"
    assert decide(GET, line(org=[late])).assumed == ("request.time",)


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ("resourcemanager.projects.setIamPolicy", "admin"),
        ("iam.serviceAccounts.actAs", "permissions"),
        ("iam.serviceAccountKeys.create", "permissions"),
        ("storage.buckets.setIamPolicy", "permissions"),
        ("storage.objects.create", "write"),
        ("storage.objects.get", "read"),
        ("storage.objects.list", "list"),
        ("compute.instances.getSerialPortOutput", "read"),
        ("secretmanager.versions.access", "read"),
    ],
)
def test_classes(permission, expected):
    assert classify(permission) == expected


def test_packaged_roles():
    assert predefined("roles/storage.objectViewer") >= {"storage.objects.get", "storage.objects.list"}
    assert predefined("roles/owner") > predefined("roles/viewer")
    assert "resourcemanager.projects.setIamPolicy" in predefined("roles/owner")
    assert "resourcemanager.projects.setIamPolicy" not in predefined("roles/editor")
    assert predefined("roles/none") is None


def test_effective_shows_what_denials_take():
    held = line(project=[Binding("roles/owner", (APP.member,)), READ], deny=[denial(("storage.googleapis.com/*.*",))])
    owner = effective(APP, held)[0]
    assert (owner.resource, owner.privilege, owner.because) == ("projects/p", "admin", ("roles/owner",))
    assert "storage.buckets.delete" in owner.excluded
    assert "compute.instances.get" in owner.actions
    assert [grant.privilege for grant in effective(APP, line(bucket=[READ]))] == ["read"]
    assert effective(APP, line(bucket=[Binding("roles/resourcemanager.projectIamAdmin", (APP.member,))]))[0].privilege != "admin"


def test_documents_are_read():
    assert allow_policy({"bindings": [{"role": "r", "members": ["m"], "condition": {"expression": "true"}}]}) == (
        Binding("r", ("m",), "true"),
    )
    rule = {
        "deniedPrincipals": ["a"],
        "deniedPermissions": ["b"],
        "exceptionPrincipals": ["c"],
        "denialCondition": {"expression": "true"},
    }
    assert deny_policy({"name": "policies/x/denypolicies/p", "rules": [{"denyRule": rule}]}) == (
        DenyRule("p", ("a",), ("b",), ("c",), (), "true"),
    )
    pab = {"name": "o/p/pab", "details": {"rules": [{"resources": ["//x"], "effect": "ALLOW"}], "enforcementVersion": "2"}}
    assert boundary(pab) == Boundary("pab", ("//x",), "2")
    with pytest.raises(CaseError, match="role"):
        allow_policy({"bindings": [{"members": []}]})


ROLES = {f"roles/{name}": frozenset(f"s.r.{verb}" for verb in name) for name in ("g", "gl", "glc", "cd", "d")}
PERMISSIONS = [f"s.r.{verb}" for verb in "glcd"]
MEMBER = st.sampled_from([APP.member, "group:apps@example.com", "allUsers", "user:other@example.com"])
BINDINGS = st.lists(
    st.builds(
        Binding,
        st.sampled_from(sorted(ROLES)),
        st.lists(MEMBER, min_size=1, max_size=2).map(tuple),
        st.sampled_from(["", "", "true", "false"]),
    ),
    max_size=3,
).map(tuple)
DENIALS = st.lists(
    st.builds(
        DenyRule,
        st.just("d"),
        st.sampled_from([("principalSet://goog/public:all",), ("principalSet://goog/group/none",)]),
        st.lists(
            st.sampled_from(["s.googleapis.com/r.g", "s.googleapis.com/r.d", "s.googleapis.com/*.*"]), min_size=1, max_size=2
        ).map(tuple),
        st.sampled_from([(), ("principalSet://goog/group/apps@example.com",)]),
    ),
    max_size=1,
).map(tuple)
LINES = st.builds(
    lambda one, two, deny: Hierarchy((Node("organizations/1", one, deny), Node("projects/p", two)), None, ROLES),
    BINDINGS,
    BINDINGS,
    DENIALS,
)


def allowed(permission, hierarchy):
    return decide(Request(APP, permission), hierarchy).outcome == "allow"


@settings(max_examples=60)
@given(LINES, BINDINGS, DENIALS)
def test_deny_wins_and_more_bindings_never_remove(hierarchy, more, denials):
    wider = Hierarchy((*hierarchy.nodes[:1], Node("projects/p", hierarchy.nodes[1].bindings + more)), None, ROLES)
    guarded = Hierarchy((Node("organizations/1", hierarchy.nodes[0].bindings, denials), *wider.nodes[1:]), None, ROLES)
    for permission in PERMISSIONS:
        assert allowed(permission, wider) or not allowed(permission, hierarchy)
        alone = Hierarchy((Node("organizations/1", (), denials),), None, ROLES)
        if decide(Request(APP, permission), alone).outcome == "explicit_deny":
            assert decide(Request(APP, permission), guarded).outcome == "explicit_deny"


@settings(max_examples=200)
@given(LINES, LINES)
def test_subsumes_agrees_with_decide(one, other):
    assert subsumes(one, one, APP)
    if subsumes(one, other, APP):
        assert all(allowed(permission, one) or not allowed(permission, other) for permission in PERMISSIONS)


@settings(max_examples=60)
@given(BINDINGS, st.sets(st.sampled_from(PERMISSIONS)))
def test_shrink_keeps_what_was_used_and_adds_nothing(bindings, used):
    whole = Hierarchy((Node("projects/p", bindings),), None, ROLES)
    seen = [permission for permission in used if allowed(permission, whole)]
    calls = [Call(member, permission) for permission in seen for member in (APP.member, "group:apps@example.com", "allUsers")]
    small, roles = shrink(bindings, calls, ROLES)
    cut = Hierarchy((Node("projects/p", small),), None, {**ROLES, **roles})
    assert all(allowed(permission, cut) for permission in seen)
    assert all(allowed(permission, whole) or not allowed(permission, cut) for permission in PERMISSIONS)


def test_shrink_names_custom_roles():
    small, roles = shrink(
        [Binding("roles/storage.admin", (APP.member, "user:x@example.com"))], [Call(APP.member, "storage.objects.get")]
    )
    assert small == (Binding("keyrack.1", (APP.member,)),)
    assert roles == {"keyrack.1": frozenset({"storage.objects.get"})}
