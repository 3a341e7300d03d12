"""Every method of the table works on an account made for it, and none works without one of its permissions."""

import pytest
from aws_inventory import ADMIN, START, Inventory, allow, arn, graph, mechanism, trust

from keyrack.access.aws.actions import classify_action
from keyrack.graph.aws_methods import ARNS, KINDS, Method, methods

BECOMES = {"user": "iam:CreateAccessKey", "group": "iam:CreateAccessKey", "role": "sts:AssumeRole", "policy": "sts:AssumeRole"}
PUBLISHED = 65
"""Methods of pathfinding.cloud in November 2026."""


def permissions(method: Method) -> list[str]:
    """All it takes; of a pair, both halves."""
    passed = ["iam:PassRole"] if method.shape == "pass" else []
    second = [BECOMES[method.on]] if method.shape == "grant" else []
    return [*passed, *dict.fromkeys(need.action for need in method.needs), *second]


def name(method: Method) -> str:
    return f"{method.id}+{BECOMES[method.on]}" if method.shape == "grant" else method.id


def account(method: Method, actions: list[str]) -> tuple[Inventory, str]:
    """An account with one way up, and the caller who holds just some actions."""
    made = Inventory()
    as_role = method.shape == "self" and method.on in {"role", "unbind-role"}
    held = [allow(*actions)] if actions else []
    boundary = None
    if method.on.startswith("unbind"):
        held, boundary = [ADMIN], [allow(*actions, "s3:GetObject")]
    if method.shape in {"pass", "run"}:
        service = KINDS[method.on].service if method.shape == "run" else method.on
        made.role("target", ADMIN, trusts=trust({"Service": f"{service}.amazonaws.com"}))
    elif method.shape == "take":
        _takeable(made, method)
    elif method.shape == "grant":
        _changeable(made, method)
    start = made.role if as_role else made.user
    start("start", *held, boundary=boundary, **({} if as_role else {"groups": ("team",) if method.on == "group" else ()}))
    made.group("team")
    if method.on == "join":
        made.group("admins", ADMIN)
    if method.shape == "self" and method.on == "policy":
        made.managed("mine", allow("s3:ListAllMyBuckets"), to="start")
    return made, START.replace("user/", "role/") if as_role else START


def _takeable(made: Inventory, method: Method) -> None:
    if method.on == "user":
        made.user("target", ADMIN)
    elif method.on == "saml":
        saml = trust({"Federated": arn("saml-provider", "idp")}, {"StringEquals": {"SAML:aud": "x"}}, "sts:AssumeRoleWithSAML")
        made.role("target", ADMIN, trusts=saml)
    else:
        made.role("target", ADMIN, trusts=trust({"AWS": arn("user", "start").replace("user/start", "root")}))


def _changeable(made: Inventory, method: Method) -> None:
    """A powerless principal that the caller can become."""
    if BECOMES[method.on] == "sts:AssumeRole":
        made.role("target", trusts=trust({"AWS": f"arn:aws:iam::{made.account}:root"}))
    else:
        made.user("target", groups=("crew",) if method.on == "group" else ())
        made.group("crew")
    if method.on == "policy":
        made.managed("theirs", allow("s3:ListAllMyBuckets"), to="target")


@pytest.mark.parametrize("method", methods(), ids=lambda method: f"{method.shape}-{method.on}-{method.id}")
def test_a_method_works_with_its_permissions_and_not_without_one_of_them(method):
    needed = permissions(method)
    made, start = account(method, needed)
    found = mechanism(graph(made), start)
    assert found is not None
    assert found == name(method) or set(found.split("+")) < set(needed)  # a shorter method may do already
    for missing in needed:
        left = [action for action in needed if action != missing]
        made, start = account(method, left)
        rest = mechanism(graph(made), start)
        assert rest is None or set(rest.split("+")) <= set(left), missing


@pytest.mark.parametrize("method", methods(), ids=lambda method: f"{method.shape}-{method.on}-{method.id}")
def test_a_method_stops_at_an_explicit_deny_of_each_permission(method):
    for denied in permissions(method):
        made, start = account(method, permissions(method))
        made.control("scp", 0, allow("*"), {**allow(denied), "Effect": "Deny"})
        rest = mechanism(graph(made), start)
        assert rest is None or denied not in rest.split("+")


def test_the_table_holds_more_than_is_published():
    assert len({method.id for method in methods() if method.shape != "grant"}) >= PUBLISHED
    assert len(methods()) == len({(method.shape, method.on, method.id) for method in methods()})


def test_the_table_speaks_of_actions_that_exist_and_of_resources_they_are_checked_on():
    for method in methods():
        for need in method.needs:
            assert classify_action(need.action) != "unknown", need.action
            assert need.slot in {"", "target", "work", "self", "group", "policy", "provider", *ARNS}, need.slot
        assert method.source.startswith("https://docs.aws.amazon.com/service-authorization/")
