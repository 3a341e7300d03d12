"""Paths, blast radius and cuts against what they mean, on random graphs and small accounts."""

from dataclasses import replace

import pytest
from aws_inventory import ACCOUNT, ADMIN, START, Inventory, allow, arn, estate, graph, mechanism, trust
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from keyrack.errors import UsageError
from keyrack.graph.blast import blast, everybody
from keyrack.graph.build import build
from keyrack.graph.cut import cut
from keyrack.graph.model import Edge, Graph, admin_node
from keyrack.graph.paths import paths_to

NODES = [f"n{i}" for i in range(9)]
EDGES = st.lists(
    st.builds(Edge, st.sampled_from(NODES), st.sampled_from(NODES), st.sampled_from(["a", "b+c"]), st.just(""), st.booleans()),
    max_size=30,
)


def made(edges, admins=("n0",), touches=None, crown=()):
    kept = tuple(sorted(edge for edge in set(edges) if edge.source != edge.target))
    return Graph(kept, frozenset(admins), dict.fromkeys(NODES, "x"), touches or {}, frozenset(crown))


def distances(graph, ends, *, conditional):
    """Hops to the nearest end, by relaxation."""
    far = {node: 0 if node in ends else None for node in NODES}
    for _ in NODES:
        for edge in graph.edges:
            step = far[edge.target]
            if (
                (conditional or not edge.conditional)
                and step is not None
                and (far[edge.source] is None or far[edge.source] > step + 1)
            ):
                far[edge.source] = step + 1
    return far


@given(EDGES, st.booleans())
def test_paths_are_shortest_and_nobody_is_left_out(edges, conditional):
    graph = made(edges)
    far = distances(graph, {"n0"}, conditional=conditional)
    found = {path.source: path for path in paths_to(graph, "admin", conditional=conditional)}
    assert {node: len(found[node].hops) if node in found else None for node in NODES if node != "n0"} == {
        node: hops for node, hops in far.items() if node != "n0"
    }
    known = {(edge.source, edge.target, edge.mechanism) for edge in graph.edges if conditional or not edge.conditional}
    for path in found.values():
        assert path.hops[0].source == path.source
        assert path.hops[-1].target == path.target == "n0"
        assert all((hop.source, hop.target, hop.mechanism) in known for hop in path.hops)
        assert all(one.target == two.source for one, two in zip(path.hops, path.hops[1:], strict=False))


@given(EDGES)
def test_the_order_of_edges_decides_nothing(edges):
    graph = made(edges)
    turned = Graph(tuple(reversed(graph.edges)), graph.admins, graph.names)
    assert paths_to(graph, "admin") == paths_to(turned, "admin")


@given(EDGES, st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(["r1", "r2", "r3"])), max_size=12))
def test_blast_of_one_agrees_with_blast_of_all_and_with_paths(edges, touched):
    touches = {node: tuple(sorted({(thing, "act") for who, thing in touched if who == node})) for node in NODES}
    graph = made(edges, admins=(), touches=touches, crown={"r3"})
    counts = {radius.uid: radius for radius in everybody(graph)}
    for node in NODES:
        rings = blast(graph, node)
        reached = [uid for ring in rings for uid in ring.identities]
        things = [thing for ring in rings for thing, _ in ring.resources]
        assert len(reached) == len(set(reached))
        assert sorted(reached) == [uid for uid in NODES if uid != node and paths_to(graph, uid, node)]
        assert len(things) == len(set(things))
        assert (counts[node].identities, counts[node].resources, counts[node].crown) == (
            len(reached),
            len(things),
            things.count("r3"),
        )
        for ring in rings:
            assert all(len(paths_to(graph, uid, node)[0].hops) == ring.hop for uid in ring.identities)


def test_paths_to_a_crown_jewel_end_at_it():
    graph = made([Edge("n1", "n2", "a")], admins=(), touches={"n2": (("r1", "read"), ("r3", "write"))}, crown={"r3"})
    (first, second) = paths_to(graph, "crown")
    assert [(hop.target, hop.mechanism) for hop in first.hops] == [("n2", "a"), ("r3", "write")]
    assert (second.source, second.target, len(second.hops)) == ("n2", "r3", 1)


def test_self_made_rights_are_shown_as_admin_and_rule_the_account():
    hub = admin_node("x")
    graph = made([Edge("n1", hub, "put"), Edge(hub, "n5", "administrator")], admins=())
    (path,) = paths_to(graph, "admin")
    assert (path.source, path.target, path.hops[0].target) == ("n1", "admin", "admin")
    assert [hop.target for hop in paths_to(graph, "n5", "n1")[0].hops] == ["admin", "n5"]
    assert [ring.identities for ring in blast(graph, "n1")] == [(), ("n5",)]


@pytest.mark.parametrize(
    "ask", [lambda g: paths_to(g, "nobody"), lambda g: paths_to(g, "admin", "nobody"), lambda g: blast(g, "nobody")]
)
def test_strangers_are_an_error_with_a_next_step(ask):
    with pytest.raises(UsageError) as told:
        ask(made([]))
    assert told.value.hint


def shared():
    """Two users pass one role through one group, a third makes itself administrator."""
    inventory = Inventory()
    inventory.user("ann", groups=("dev",))
    inventory.user("bob", groups=("dev",))
    inventory.user("start", allow("iam:PutUserPolicy"))
    inventory.group("dev", allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"))
    inventory.role("target", ADMIN, trusts=trust({"Service": "lambda.amazonaws.com"}))
    return estate(inventory)


def test_a_cut_closes_what_it_says_and_takes_the_shared_grant_first():
    before = shared()
    steps = list(cut(before, build(before), "admin", build))
    assert [(len(step.closed), step.left) for step in steps] == [(2, 1), (1, 0)]
    assert steps[0].cut.holder == f"aws:iam::{ACCOUNT}:group/dev"
    assert steps[1].cut.holder == START


def test_nothing_to_cut_where_nobody_gets_anywhere():
    inventory = Inventory()
    inventory.user("start", allow("s3:GetObject"))
    before = estate(inventory)
    assert list(cut(before, build(before), "admin", build)) == []


def test_two_accounts_and_their_trust():
    home, away = Inventory(), Inventory("444455556666")
    home.user("start", allow("sts:AssumeRole"))
    away.role("target", ADMIN, trusts=trust({"AWS": arn("user", "start")}))
    assert mechanism(graph(home, away)) == "sts:AssumeRole"
    home.page["UserDetailList"][0]["UserPolicyList"] = []
    assert mechanism(graph(home, away)) is None  # across accounts both sides must allow


def test_administrators_are_those_by_themselves():
    inventory = Inventory()
    inventory.user("all", ADMIN)
    inventory.user("iam", allow("iam:*"))
    inventory.user("fenced", ADMIN, boundary=[allow("s3:*")])
    inventory.user("denied", ADMIN, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"})
    inventory.user("power", {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"})
    inventory.control("scp", 0, ADMIN, {"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"})
    assert graph(inventory).admins == {f"aws:iam::{ACCOUNT}:user/{name}" for name in ("all", "iam")}


def test_joining_a_group_brings_its_permissions():
    inventory = Inventory()
    inventory.user("start", allow("iam:AddUserToGroup"))
    inventory.user("boss", ADMIN)
    inventory.group("keys", allow("iam:CreateAccessKey"))
    assert mechanism(graph(inventory)) == "iam:AddUserToGroup+iam:CreateAccessKey"


def test_passwords_are_made_only_where_there_is_none_and_changed_only_where_there_is_one():
    for console, open_way in ((True, "iam:UpdateLoginProfile"), (False, "iam:CreateLoginProfile")):
        inventory = Inventory()
        inventory.user("start", allow("iam:CreateLoginProfile", "iam:UpdateLoginProfile"))
        inventory.user("boss", ADMIN)
        before = estate(inventory)
        known = tuple(changed(one, attrs={**one.attrs, "console": str(console).lower()}) for one in before.identities)
        assert mechanism(build(replace(before, identities=known))) == open_way
