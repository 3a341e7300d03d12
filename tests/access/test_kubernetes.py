"""Kubernetes RBAC: cases that a real kube-apiserver (v1.20.2) confirmed by SubjectAccessReview, and the laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.kubernetes import (
    Call,
    Request,
    Role,
    Rule,
    decide,
    effective,
    held,
    may_bind,
    may_impersonate,
    may_write_role,
    parse,
    shrink,
    subsumes,
    user,
)
from keyrack.access.kubernetes.decide import matches
from keyrack.access.kubernetes.subsume import covers
from keyrack.access.words import CaseError

RBAC = "rbac.authorization.k8s.io"


def role(name, *rules, namespace="", **more):
    metadata = {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        **({"labels": more.pop("labels")} if "labels" in more else {}),
    }
    return {"kind": "Role" if namespace else "ClusterRole", "metadata": metadata, "rules": list(rules), **more}


def bind(to, *subjects, namespace="", kind="ClusterRole"):
    metadata = {"name": f"{to}-to-{subjects[0]['name'].replace(':', '-')}", **({"namespace": namespace} if namespace else {})}
    return {
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"kind": kind, "name": to},
        "subjects": list(subjects),
    }


def rule(verbs, groups="", resources="", names="", urls=""):
    split = {"verbs": verbs, "resources": resources, "resourceNames": names, "nonResourceURLs": urls}
    return {"apiGroups": groups.split(",") if not urls else [], **{key: text.split(",") for key, text in split.items() if text}}


ALICE = {"kind": "User", "name": "alice"}
SA = {"kind": "ServiceAccount", "name": "app", "namespace": "t1"}
OBJECTS = [
    role("pods", rule("get,list", resources="pods")),
    role("logs", rule("get", resources="pods/log")),
    role("scale", rule("*", "*", "*/scale")),
    role("wild", rule("get", "apps", "*")),
    role("slash", rule("get", resources="secrets/*")),
    role("named", rule("get,list,delete", resources="configmaps", names="a,b")),
    role("urls", rule("get", urls="/debug,/metrics/*,/lo*")),
    role("all", rule("*", "*", "*")),
    role("local", rule("update", resources="services"), namespace="t1"),
    role("x1", rule("get", resources="nodes"), labels={"agg": "x"}),
    role("agg", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"agg": "x"}}]}, labels={"deep": "1"}),
    role("agg2", aggregationRule={"clusterRoleSelectors": [{"matchExpressions": [{"key": "deep", "operator": "Exists"}]}]}),
    role("raise", rule("create", RBAC, "roles,clusterroles,rolebindings,clusterrolebindings"), rule("get", resources="pods")),
    role("free", rule("escalate", RBAC, "roles,clusterroles"), rule("bind", RBAC, "clusterroles", "pods")),
    role(
        "act", rule("impersonate", resources="users", names="bob"), rule("impersonate", resources="serviceaccounts", names="app")
    ),
]
"""Each is bound cluster-wide to a user of its own name, beside the bindings below."""
BINDINGS = [
    *(
        bind(item["metadata"]["name"], {"kind": "User", "name": item["metadata"]["name"]})
        for item in OBJECTS
        if item["kind"] == "ClusterRole"
    ),
    bind("local", ALICE, namespace="t1", kind="Role"),
    bind("pods", ALICE, namespace="t1"),
    bind("urls", ALICE, namespace="t1"),
    bind("named", SA),
    bind("logs", {"kind": "Group", "name": "system:serviceaccounts:t1"}),
    bind("x1", {"kind": "Group", "name": "system:authenticated"}, namespace="t2"),
    bind("missing", ALICE),
    bind("raise", {"kind": "User", "name": "free"}),
]
CLUSTER = parse([{"kind": "List", "items": [*OBJECTS, *BINDINGS]}])
APP = "system:serviceaccount:t1:app"

CONFIRMED = [
    # who, verb, group, resource, subresource, namespace, name, expected
    ("pods", "get", "", "pods", "", "t1", "x", True),
    ("pods", "list", "", "pods", "", "", "", True),
    ("pods", "get", "", "pods", "log", "t1", "x", False),
    ("pods", "get", "apps", "pods", "", "t1", "x", False),
    ("pods", "watch", "", "pods", "", "t1", "", False),
    ("logs", "get", "", "pods", "log", "t1", "x", True),
    ("logs", "get", "", "pods", "", "t1", "x", False),
    ("scale", "patch", "apps", "deployments", "scale", "t1", "x", True),
    ("scale", "patch", "apps", "deployments", "", "t1", "x", False),
    ("wild", "get", "apps", "deployments", "scale", "t1", "x", True),
    ("wild", "get", "", "pods", "", "t1", "x", False),
    ("slash", "get", "", "secrets", "", "t1", "x", False),
    ("slash", "get", "", "secrets", "x", "t1", "x", False),
    ("named", "get", "", "configmaps", "", "t1", "a", True),
    ("named", "get", "", "configmaps", "", "t1", "c", False),
    ("named", "list", "", "configmaps", "", "t1", "", False),
    ("named", "list", "", "configmaps", "", "t1", "b", True),
    ("all", "anything", "any.example", "things", "deep", "t9", "x", True),
    ("alice", "update", "", "services", "", "t1", "x", True),
    ("alice", "update", "", "services", "", "t2", "x", False),
    ("alice", "get", "", "pods", "", "t1", "x", True),
    ("alice", "get", "", "pods", "", "", "x", False),
    (APP, "delete", "", "configmaps", "", "t1", "a", True),
    ("system:serviceaccount:t2:app", "delete", "", "configmaps", "", "t1", "a", False),
    (APP, "get", "", "pods", "log", "t9", "x", True),
    ("anyone", "get", "", "nodes", "", "t2", "x", True),
    ("anyone", "get", "", "nodes", "", "", "x", False),
    ("system:anonymous", "get", "", "nodes", "", "t2", "x", False),
    ("agg", "get", "", "nodes", "", "", "x", True),
    ("agg2", "get", "", "nodes", "", "", "x", True),
]


@pytest.mark.parametrize(("who", "verb", "group", "resource", "subresource", "namespace", "name", "expected"), CONFIRMED)
def test_confirmed_by_the_api_server(who, verb, group, resource, subresource, namespace, name, expected):
    verdict = decide(Request(user(who), verb, group, resource, subresource, namespace, name), CLUSTER)
    assert verdict.outcome == ("allow" if expected else "implicit_deny"), verdict


CONFIRMED_URLS = [
    ("urls", "get", "/debug", True),
    ("urls", "get", "/debug/etcd", False),
    ("urls", "get", "/metrics/cadvisor", True),
    ("urls", "get", "/metrics", False),
    ("urls", "get", "/logs/apps", True),
    ("urls", "post", "/debug", False),
    ("all", "get", "/debug", False),
    ("alice", "get", "/debug", False),
]


@pytest.mark.parametrize(("who", "verb", "path", "expected"), CONFIRMED_URLS)
def test_urls_confirmed_by_the_api_server(who, verb, path, expected):
    verdict = decide(Request(user(who), verb, path=path), CLUSTER)
    assert verdict.outcome == ("allow" if expected else "implicit_deny"), verdict


def test_masters_may_do_anything():
    root = user("root", ["system:masters"])
    assert decide(Request(root, "get", path="/x"), parse([])).outcome == "allow"
    assert effective(root, parse([]))[0].privilege == "admin"


PODS = Role("new", "", (Rule(("get",), ("",), ("pods",)),))
MORE = Role("new", "", (Rule(("delete",), ("",), ("pods",)),))


def test_a_role_may_be_written_only_by_who_holds_it_or_escalates():
    """The API server answered 201, 403 and 201 to these (dry run, impersonated)."""
    assert may_write_role(user("raise"), CLUSTER, PODS).outcome == "allow"
    assert may_write_role(user("raise"), CLUSTER, MORE).outcome == "implicit_deny"
    assert may_write_role(user("free"), CLUSTER, MORE).outcome == "allow"
    assert may_write_role(user("pods"), CLUSTER, PODS).outcome == "implicit_deny"


def test_a_role_may_be_bound_only_by_who_holds_it_or_may_bind():
    roles = CLUSTER.roles
    assert may_bind(user("raise"), CLUSTER, roles["", "pods"]).outcome == "implicit_deny"
    assert may_bind(user("free"), CLUSTER, roles["", "pods"]).outcome == "allow"
    assert may_bind(user("free"), CLUSTER, roles["", "logs"]).outcome == "implicit_deny"
    assert may_bind(user("all"), CLUSTER, roles["", "logs"], "t1").outcome == "allow"


def test_impersonation_names_its_target():
    assert may_impersonate(user("act"), CLUSTER, user("bob")).outcome == "allow"
    assert may_impersonate(user("act"), CLUSTER, user("carol")).outcome == "implicit_deny"
    assert may_impersonate(user("act"), CLUSTER, user(APP)).outcome == "allow"
    assert may_impersonate(user("act"), CLUSTER, user("bob"), explicit=["devs"]).outcome == "implicit_deny"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("all", {"admin"}),
        ("pods", {"read"}),
        ("scale", {"write"}),
        ("raise", {"permissions", "read"}),
        ("act", {"permissions"}),
        ("urls", {"read"}),
        ("slash", {"read"}),
    ],
)
def test_privilege_classes(who, expected):
    everyone = {grant.because[0] for grant in effective(user("nobody"), CLUSTER)}
    assert {grant.privilege for grant in effective(user(who), CLUSTER) if grant.because[0] not in everyone} == expected


def test_secrets_read_is_permissions_and_actions_have_names():
    objects = parse(
        [
            role("s", rule("get", resources="secrets"), rule("create", "apps", "deployments", "a")),
            bind("s", ALICE, namespace="t1"),
        ]
    )
    grants = effective(user("alice"), objects)
    assert [(grant.actions, grant.resource, grant.privilege) for grant in grants] == [
        (("get secrets",), "namespace/t1", "permissions"),
        (("create deployments.apps",), "namespace/t1:a", "write"),
    ]


def test_shrink_groups_for_a_reader():
    rules = (Rule(("*",), ("", "apps"), ("*",)), Rule(("get",), urls=("/healthz*",)))
    calls = [
        *(Call("get", "", "configmaps", name=name) for name in ("b", "a")),
        *(Call("get", "", "pods", name=f"p{number}") for number in range(30)),
        Call("list", "", "pods"),
        Call("list", "", "services"),
        Call("get", "", "services", name="x"),
        Call("get", path="/healthz"),
        Call("get", path="/metrics"),
    ]
    assert shrink(rules, calls) == (
        Rule(("get",), ("",), ("configmaps",), ("a", "b")),
        Rule(("get", "list"), ("",), ("pods",)),
        Rule(("list",), ("",), ("services",)),
        Rule(("get",), ("",), ("services",), ("x",)),
        Rule(("get",), urls=("/healthz",)),
    )


VERBS = st.lists(st.sampled_from(["get", "list", "create", "*"]), min_size=1, max_size=2).map(tuple)
GROUPS = st.lists(st.sampled_from(["", "apps", "*"]), min_size=1, max_size=2).map(tuple)
RESOURCES = st.lists(st.sampled_from(["pods", "pods/log", "jobs", "*/log", "*"]), min_size=1, max_size=2).map(tuple)
NAMES = st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple)
URLS = st.lists(st.sampled_from(["/a", "/a/*", "/b*", "*"]), min_size=1, max_size=2).map(tuple)
RULES = st.lists(
    st.builds(Rule, VERBS, GROUPS, RESOURCES, NAMES) | st.builds(lambda verbs, urls: Rule(verbs, urls=urls), VERBS, URLS),
    max_size=4,
).map(tuple)
CALLS = st.builds(
    lambda verb, group, resource, name: Call(verb, group, *[*resource.split("/"), ""][:2], name),
    st.sampled_from(["get", "list", "create"]),
    st.sampled_from(["", "apps"]),
    st.sampled_from(["pods", "pods/log", "jobs", "jobs/log"]),
    st.sampled_from(["", "a", "b", "c"]),
) | st.builds(lambda path: Call("get", path=path), st.sampled_from(["/a", "/a/x", "/bb", "/c"]))


def allows(rules, call):
    return any(matches(rule, call.request) for rule in rules)


@settings(max_examples=300)
@given(RULES, st.lists(CALLS, max_size=30), st.lists(CALLS, min_size=20, max_size=20), st.sampled_from([1, 10]))
def test_shrink_keeps_what_was_used_and_adds_nothing(rules, used, others, many):
    seen = [call for call in used if allows(rules, call)]
    small = shrink(rules, seen, many=many)
    assert all(allows(small, call) for call in seen)
    assert all(allows(rules, call) or not allows(small, call) for call in [*used, *others])
    assert covers(rules, small) or any(rule.names for rule in rules)


@settings(max_examples=300)
@given(RULES, RULES, st.lists(CALLS, min_size=20, max_size=20))
def test_subsumes_agrees_with_decide_and_more_rules_never_remove(one, other, calls):
    if subsumes({"": one}, {"": other}):
        assert all(allows(one, call) or not allows(other, call) for call in calls)
    assert subsumes({"": one + other}, {"": one, "t1": other})
    assert all(allows(one + other, call) for call in calls if allows(one, call))


def test_held_by_scope():
    found = held(user("alice"), CLUSTER)
    assert set(found) == {"t1", "t2"}
    assert subsumes(held(user("all"), CLUSTER), {"t1": [rule for rule in found["t1"] if not rule.urls]})
    assert not subsumes(found, held(user("pods"), CLUSTER))


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "Role", "metadata": {"name": "x"}},
        {"kind": "ClusterRole", "metadata": {}},
        {"kind": "ClusterRole", "metadata": {"name": "x"}, "rules": [{"verbs": "get"}]},
        {"kind": "ClusterRoleBinding", "metadata": {"name": "x"}},
        {
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "x"},
            "roleRef": {"kind": "ClusterRole", "name": "y"},
            "subjects": [{}],
        },
    ],
)
def test_broken_objects_are_named(broken):
    with pytest.raises(CaseError):
        parse([broken])
