"""Entra app roles and scopes: expected values from the Microsoft Graph permissions reference and API pages, and the laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.entra import Call, Held, Request, closure, decide, effective, implies, shrink, subsumes
from keyrack.access.entra.cases import answer
from keyrack.access.entra.table import name_of, names, paths
from keyrack.access.words import CaseError

# learn.microsoft.com/graph/permissions-reference and /permissions-overview
IMPLIED = [
    ("Directory.ReadWrite.All", "User.Read.All", True),
    ("Directory.ReadWrite.All", "Directory.Read.All", True),
    ("Directory.ReadWrite.All", "User.ReadWrite.All", False),
    ("Directory.Read.All", "Group.Read.All", True),
    ("Directory.Read.All", "User.ReadBasic.All", True),
    ("User.ReadWrite.All", "User.Read.All", True),
    ("User.Read.All", "User.ReadWrite.All", False),
    ("Mail.ReadWrite", "Mail.Read", True),
    ("Mail.ReadWrite", "Mail.Send", False),
    ("Mail.Read", "Mail.ReadBasic.All", True),
    ("Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", True),
    ("Application.ReadWrite.OwnedBy", "Application.Read.All", False),
    ("Sites.FullControl.All", "Sites.Read.All", True),
    ("Sites.Selected", "Sites.Read.All", False),
    ("RoleManagement.ReadWrite.Directory", "RoleManagement.Read.Directory", True),
    ("AppRoleAssignment.ReadWrite.All", "Application.Read.All", False),
]


@pytest.mark.parametrize(("holder", "wanted", "expected"), IMPLIED)
def test_implied(holder, wanted, expected):
    assert implies(holder, wanted) is expected
    verdict = decide(Request(wanted), [Held(holder)])
    assert verdict.outcome == ("allow" if expected else "implicit_deny")
    assert subsumes([Held(holder)], [Held(wanted)]) is expected


# learn.microsoft.com/graph/api: user-get, user-list-messages, application-addpassword, group-post-members, serviceprincipal-post-approleassignments
CALLS = [
    ("GET", "/users/1", "User.Read.All", True),
    ("GET", "/v1.0/users/1?$select=id", "Directory.Read.All", True),
    ("GET", "/users/1", "Mail.Read", False),
    ("GET", "/users/1/messages", "Mail.Read", True),
    ("GET", "/users/1/messages", "Mail.ReadWrite", True),
    ("POST", "/users/1/sendMail", "Mail.Send", True),
    ("POST", "/users/1/sendMail", "Mail.ReadWrite", False),
    ("POST", "/applications/1/addPassword", "Application.ReadWrite.All", True),
    ("POST", "/applications/1/addPassword", "Application.Read.All", False),
    ("DELETE", "/groups/1/members/2", "GroupMember.ReadWrite.All", True),
    ("DELETE", "/groups/1/members/2", "Group.ReadWrite.All", True),
    ("DELETE", "/servicePrincipals/1/appRoleAssignments/2", "AppRoleAssignment.ReadWrite.All", True),
    (
        "POST",
        "/servicePrincipals/1/appRoleAssignments",
        "AppRoleAssignment.ReadWrite.All",
        False,
    ),  # needs a reading one beside it
    ("POST", "/servicePrincipals/1/appRoleAssignments", "User.Read.All", False),
]


@pytest.mark.parametrize(("method", "path", "permission", "expected"), CALLS)
def test_calls(method, path, permission, expected):
    verdict = decide(Request(method=method, path=path), [Held(permission)])
    assert (verdict.outcome == "allow", verdict.assumed) == (expected, ())


def test_some_calls_need_two_permissions():
    assign = Request(method="POST", path="/servicePrincipals/1/appRoleAssignments")
    assert decide(assign, [Held("AppRoleAssignment.ReadWrite.All"), Held("Application.Read.All")]).outcome == "allow"
    assert decide(assign, [Held("AppRoleAssignment.ReadWrite.All"), Held("Directory.ReadWrite.All")]).outcome == "allow"
    assert decide(assign, [Held("Application.Read.All")]).outcome == "implicit_deny"


def test_kinds_and_applications_are_apart():
    assert decide(Request("User.Read.All"), [Held("User.Read.All", "delegated")]).outcome == "implicit_deny"
    delegated = decide(Request("User.Read.All", kind="delegated"), [Held("User.Read.All", "delegated")])
    assert (delegated.outcome, delegated.assumed) == ("allow", ("rights of the signed-in user",))
    assert decide(Request("User.Read.All", resource="other"), [Held("User.Read.All")]).outcome == "implicit_deny"
    assert decide(Request("Any.Thing", resource="other"), [Held("Any.Thing", resource="other")]).outcome == "allow"


def test_a_call_nobody_knows_is_assumed():
    verdict = decide(Request(method="GET", path="/nothing/like/this"), [Held("User.Read.All")])
    assert (verdict.outcome, verdict.assumed) == ("implicit_deny", ("permissions of GET /nothing/like/this",))
    with pytest.raises(CaseError):
        decide(Request(), [])


def test_ids_are_names():
    assert name_of("df021288-bdef-4463-88db-98f22de89214") == "User.Read.All"
    assert (
        answer({"request": {"permission": "User.Read.All"}, "held": [{"permission": "df021288-bdef-4463-88db-98f22de89214"}]})[
            "decision"
        ]
        == "allow"
    )
    assert paths("/users/1/messages") != []


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ("RoleManagement.ReadWrite.Directory", "admin"),
        ("AppRoleAssignment.ReadWrite.All", "admin"),
        ("Application.ReadWrite.All", "permissions"),
        ("Application.ReadWrite.OwnedBy", "permissions"),
        ("GroupMember.ReadWrite.All", "permissions"),
        ("UserAuthenticationMethod.ReadWrite.All", "permissions"),
        ("Policy.ReadWrite.ConditionalAccess", "permissions"),
        ("Mail.Send", "write"),
        ("Files.ReadWrite.All", "write"),
        ("Mail.Read", "read"),
        ("AuditLog.Read.All", "read"),
    ],
)
def test_classes(permission, expected):
    (grant,) = effective([Held(permission)])
    assert grant.privilege == expected
    assert grant.actions[0] == permission


HELD = st.lists(
    st.builds(
        Held,
        st.sampled_from(
            [
                "Directory.ReadWrite.All",
                "Directory.Read.All",
                "User.Read.All",
                "User.ReadWrite.All",
                "Mail.ReadWrite",
                "Mail.Read",
                "Group.Read.All",
                "Application.ReadWrite.All",
            ]
        ),
        st.sampled_from(["application", "delegated"]),
    ),
    max_size=4,
)
MADE = st.lists(
    st.sampled_from(
        [
            Call("GET", "/users/1"),
            Call("GET", "/users"),
            Call("GET", "/groups/1/members"),
            Call("GET", "/users/1/messages"),
            Call("PATCH", "/users/1"),
            Call("GET", "/users/1", "delegated"),
            Call("GET", "/applications/1"),
            Call("POST", "/applications/1/addPassword"),
        ]
    ),
    max_size=6,
)


def allowed(call, held):
    return decide(Request(method=call.method, path=call.path, kind=call.kind), held).outcome == "allow"


@settings(max_examples=150)
@given(HELD, HELD, MADE)
def test_laws(one, other, made):
    seen = [call for call in made if allowed(call, one)]
    small, unexplained = shrink(one, seen)
    assert unexplained == ()
    assert all(allowed(call, small) for call in seen)
    assert all(allowed(call, one) or not allowed(call, small) for call in made)
    assert subsumes(one, small)
    assert all(allowed(call, one + other) for call in seen)
    if subsumes(one, other):
        assert all(allowed(call, one) or not allowed(call, other) for call in made)


def test_shrink_takes_the_least():
    calls = [Call("GET", "/users/1/messages"), Call("GET", "/users/1/messages/2")]
    small, _ = shrink([Held("Mail.ReadWrite"), Held("Directory.ReadWrite.All"), Held("Own.Role", resource="other")], calls)
    assert Held("Own.Role", resource="other") in small
    assert {one.permission for one in small} <= closure("Mail.Read", "application") | {"Own.Role"}
    held = [Held("Mail.ReadWrite")]
    assert shrink(held, [Call("GET", "/nothing")]) == (tuple(held), (Call("GET", "/nothing"),))
    assert "Mail.Read" in names("application")
