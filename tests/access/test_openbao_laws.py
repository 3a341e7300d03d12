"""Laws of the OpenBao engine. A more specific rule wins, so "adding an allow never removes" holds for the same path only."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyrack.access.openbao import Call, Policy, Request, Rule, decide, effective, shrink, subsumes
from keyrack.access.openbao.model import Limits
from keyrack.access.openbao.subsume import covers, meets

SEGMENTS = st.sampled_from(["a", "b", "ab"])
PATTERNS = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(st.one_of(SEGMENTS, st.just("+")), min_size=1, max_size=3),
    st.sampled_from(["", "*", "/", "/*", "b*"]),
).filter(lambda text: "+*" not in text and "+b*" not in text)
GIVEN = st.frozensets(st.sampled_from(["read", "update", "list"]), max_size=3) | st.just(frozenset({"deny"}))
LIMITS = st.sampled_from(
    [Limits(), Limits(), Limits(required=("k",)), Limits(denied={"k": ("x",)}), Limits(allowed={"k": ()}), Limits(pages=5)]
)
RULES = st.builds(lambda path, given, limits: Rule(path, given, Limits() if "deny" in given else limits), PATTERNS, GIVEN, LIMITS)
POLICY = st.lists(RULES, max_size=5, unique_by=lambda rule: rule.path).map(lambda rules: Policy("p", tuple(rules)))
PATHS = st.builds(
    lambda parts, end: "/".join(parts) + end, st.lists(SEGMENTS, min_size=1, max_size=4), st.sampled_from(["", "/"])
)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["read", "update", "list"]),
    PATHS,
    st.sampled_from([{}, {"k": "x"}, {"k": "y"}, {"z": "x"}, {"limit": "3"}, {"limit": "9"}]),
)
MANY = st.lists(REQUESTS, min_size=20, max_size=40)
READ, LIST = frozenset({"read"}), frozenset({"list"})
BROAD = Policy("p", (Rule("+", READ), Rule("+/*", READ | LIST)))
BUSY = [*(Request("read", f"b/{number}") for number in range(21)), Request("read", "a"), Request("list", "a")]
"""More paths than are listed one by one, a read of ``a`` that is, and a listing of ``a/``, which a rule on ``a`` would take."""
SLASH = Policy("p", (Rule("a", LIST, Limits(pages=5)), Rule("+/", READ)))


def allowed(request, *policies):
    return decide(request, policies).outcome == "allow"


@given(POLICY, RULES, REQUESTS)
def test_deny_wins_on_its_own_path(policy, rule, request):
    denied = Policy("d", (replace(rule, capabilities=frozenset({"deny"}), limits=Limits()),))
    both = [policy, Policy("e", (rule,)), denied]
    verdict = decide(request, both)
    if decide(request, [denied]).outcome == "explicit_deny" and all(other.path == rule.path for other in policy.rules):
        assert verdict.outcome == "explicit_deny"


@given(POLICY, st.data(), REQUESTS)
def test_adding_a_capability_to_a_path_never_removes_access(policy, data, request):
    if not policy.rules:
        return
    rule = data.draw(st.sampled_from(policy.rules))
    more = Policy("q", (Rule(rule.path, data.draw(GIVEN) - {"deny"}),))
    if allowed(request, policy):
        assert allowed(request, policy, more)


@settings(max_examples=300)
@given(POLICY, POLICY, MANY)
def test_subsumes_agrees_with_decide(one, other, requests):
    if subsumes([one], [other]):
        for request in requests:
            assert not allowed(request, other) or allowed(request, one), request


@given(POLICY)
def test_a_policy_subsumes_itself_and_nothing(policy):
    assert subsumes([policy], [policy])
    assert subsumes([policy], [])
    assert subsumes([Policy("root")], [policy])


@settings(max_examples=300)
@example(BROAD, BUSY, [], 20)
@example(SLASH, [Request("read", "a/"), Request("list", "a/", {"limit": "3"})], [Request("list", "a/", {"limit": "9"})], 20)
@given(POLICY, MANY, MANY, st.sampled_from([1, 3, 20]))
def test_shrink_keeps_what_was_used_and_adds_nothing(policy, used, others, many):
    seen = [request for request in used if allowed(request, policy)]
    small = shrink(policy, [Call(request.operation, request.path) for request in seen], many=many)
    for request in seen:
        assert allowed(request, small), (request, small)
    for request in [*used, *others]:
        assert allowed(request, policy) or not allowed(request, small), (request, small)


@given(PATTERNS, PATTERNS, PATHS)
def test_covers_and_meets_agree_with_matching(one, other, path):
    first, second = (allowed(Request("read", path), Policy("p", (Rule(text, frozenset({"read"})),))) for text in (one, other))
    if covers(one, other):
        assert first or not second
    if first and second:
        assert meets(one, other)


def test_subsumes_is_not_always_no():
    wide = Policy("w", (Rule("secret/*", frozenset({"read", "list"})), Rule("*", frozenset({"deny"}))))
    assert subsumes([wide], [Policy("n", (Rule("secret/data/+/x", frozenset({"read"})),))])
    assert not subsumes([wide], [Policy("n", (Rule("sys/x", frozenset({"read"})),))])
    hole = Policy("h", (*wide.rules, Rule("secret/private/*", frozenset({"deny"}))))
    assert not subsumes([hole], [wide])
    assert subsumes([wide], [hole])


def test_shrink_names_the_paths_and_masks_what_it_drops():
    policy = Policy("app", (Rule("kv/*", frozenset({"read", "list"})), Rule("kv/private/*", frozenset({"list"}))))
    small = shrink(policy, [Call("read", "kv/a"), Call("read", "kv/b"), Call("list", "kv")])
    assert [(rule.path, sorted(rule.capabilities)) for rule in small.rules] == [
        ("kv/", ["list"]),
        ("kv/a", ["read"]),
        ("kv/b", ["read"]),
    ]
    wide = shrink(policy, [Call("read", f"kv/{number}") for number in range(30)])
    assert [(rule.path, sorted(rule.capabilities)) for rule in wide.rules] == [("kv/*", ["read"]), ("kv/private/*", [])]


def test_privilege_classes():
    policy = Policy(
        "p",
        (
            Rule("*", frozenset({"create", "sudo"})),
            Rule("auth/approle/role/*", frozenset({"update"})),
            Rule("auth/token/create", frozenset({"update"})),
            Rule("kv/*", frozenset({"create"}), Limits(required=("a",))),
            Rule("kv/a", frozenset({"read"})),
            Rule("kv/list/", frozenset({"list"})),
            Rule("kv/no", frozenset({"deny"})),
            Rule("sys/audit", frozenset({"read", "sudo"})),
            Rule("auth/approle/role/a/secret-id/lookup", frozenset({"update"})),
            Rule("sys/policies/acl/*", frozenset({"update"})),
            Rule("sys/raw/*", frozenset({"read", "sudo"})),
        ),
    )
    found = {grant.resource: grant.privilege for grant in effective([policy])}
    assert found == {
        "*": "admin",
        "auth/approle/role/*": "permissions",
        "auth/token/create": "permissions",
        "kv/*": "write",
        "kv/a": "read",
        "kv/list/": "list",
        "auth/approle/role/a/secret-id/lookup": "read",
        "sys/audit": "read",
        "sys/policies/acl/*": "permissions",
        "sys/raw/*": "permissions",
    }
    assert effective([policy])[4].conditions == ("required_parameters a",)
    assert effective([Policy("root")])[0].privilege == "admin"
