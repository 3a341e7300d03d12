"""The engine against the real OpenBao server: capabilities of random policies, and real requests with parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openbao import Bao, openbao_server

from keyrack.access.openbao import Call, Request, capabilities, decide, parse, render, shrink
from keyrack.access.openbao.model import Limits, Policy, Rule
from keyrack.access.words import CaseError

SEGMENTS = st.sampled_from(["a", "b", "ab", "c"])
PATTERNS = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(st.one_of(SEGMENTS, st.just("+")), min_size=1, max_size=4),
    st.sampled_from(["", "*", "/", "/*", "b*"]),
).filter(lambda text: "+*" not in text and "+b*" not in text)
CAPABILITIES = st.frozensets(
    st.sampled_from(["create", "read", "update", "delete", "list", "patch", "scan", "sudo"]), max_size=4
) | st.just(frozenset({"deny"}))
POLICIES = st.lists(st.lists(st.tuples(PATTERNS, CAPABILITIES), min_size=1, max_size=5), min_size=1, max_size=3)
PATHS = st.lists(
    st.builds(lambda parts, end: "/".join(parts) + end, st.lists(SEGMENTS, min_size=1, max_size=4), st.sampled_from(["", "/"])),
    min_size=12,
    max_size=12,
)


@pytest.fixture(scope="module")
def bao(tmp_path_factory):
    with openbao_server(tmp_path_factory.mktemp("bao") / "log") as server:
        yield server


def _policies(drawn) -> list[Policy]:
    """As objects; a path written twice in one policy counts once (the last) for both sides."""
    return [
        Policy(f"p{number}", tuple(Rule(path, given) for path, given in dict(rules).items()))
        for number, rules in enumerate(drawn)
    ]


def _token(bao: Bao, policies: list[Policy]) -> str:
    for policy in policies:
        bao.must("PUT", f"sys/policies/acl/{policy.name}", {"policy": render(policy)})
    return bao.token(*(policy.name for policy in policies))


@settings(max_examples=120, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=POLICIES, paths=PATHS)
def test_capabilities_of_random_policies_are_the_servers(bao, drawn, paths):
    policies = _policies(drawn)
    token = _token(bao, policies)
    answered = bao.must("POST", "sys/capabilities", {"paths": paths, "token": token})["data"]
    for path in paths:
        assert capabilities(path, policies) == frozenset(answered[path]), (path, [render(policy) for policy in policies])


METHODS = {"read": "GET", "list": "LIST", "scan": "SCAN", "delete": "DELETE", "update": "POST", "create": "POST"}


@settings(max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=POLICIES,
    operations=st.lists(
        st.tuples(st.sampled_from(sorted(METHODS)), PATHS.map(lambda p: p[0].rstrip("/"))), min_size=8, max_size=8
    ),
)
def test_real_requests_are_allowed_as_decided(bao, drawn, operations):
    """On a kv-1 engine: every write of a path that is there is an update, of one that is not a create."""
    policies = [
        Policy(policy.name, tuple(Rule(f"kv/{rule.path}", rule.capabilities) for rule in policy.rules))
        for policy in _policies(drawn)
    ]
    bao.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    token = _token(bao, policies)
    for operation, path in operations:
        bao.call("DELETE", f"kv/{path}")
        if operation != "create":
            bao.must("POST", f"kv/{path}", {"v": "1"})
        status, _ = bao.call(METHODS[operation], f"kv/{path}", {"v": "2"} if METHODS[operation] == "POST" else None, token=token)
        verdict = decide(Request(operation, f"kv/{path}"), policies)
        assert (status != 403) == (verdict.outcome == "allow"), (operation, path, status, verdict, [render(p) for p in policies])


def test_a_policy_cut_down_keeps_its_calls_on_the_server(bao):
    """A rule on ``a`` takes the listing of ``a/`` from ``+/*``: the least policy has to name the listing too."""
    broad = Policy("broad", (Rule("cut/+", frozenset({"read"})), Rule("cut/+/*", frozenset({"read", "list"}))))
    bao.call("POST", "sys/mounts/cut", {"type": "kv", "options": {"version": "1"}})
    for path in ("cut/a", "cut/a/b", "cut/c/d"):
        bao.must("POST", path, {"v": "1"})
    calls = [Call("read", "cut/a"), Call("list", "cut/a"), *(Call("read", f"cut/c/{number}") for number in range(21))]
    small = replace(shrink(broad, calls), name="small")
    token = _token(bao, [small])
    assert [bao.call(METHODS[call.operation], call.path, token=token)[0] for call in calls[:2]] == [200, 200]
    assert bao.call("LIST", "cut/c", token=token)[0] == 200
    assert bao.call("GET", "cut/c", token=token)[0] == 403


LIMITED = """
path "kv/any/*"      { capabilities = ["create", "update"]  allowed_parameters = { "*" = [] } }
path "kv/some/*"     { capabilities = ["create", "update"]  allowed_parameters = { "a" = [], "B" = ["x", "y*", "*z"] } }
path "kv/rest/*"     { capabilities = ["create", "update"]  allowed_parameters = { "a" = ["x"], "*" = [] } }
path "kv/denied/*"   { capabilities = ["create", "update"]  denied_parameters = { "a" = ["x", "*mid*"], "c" = [] } }
path "kv/nothing/*"  { capabilities = ["create", "update"]  denied_parameters = { "*" = [] } }
path "kv/needed/*"   { capabilities = ["create", "update", "read"]  required_parameters = ["a"] }
path "kv/both/*"     { capabilities = ["create", "update"]  allowed_parameters = { "a" = [], "b" = [] }  denied_parameters = { "b" = ["no"] } }
path "kv/flag/*"     { capabilities = ["create", "update"]  allowed_parameters = { "a" = [true, 5] } }
path "kv/wrapped/*"  { capabilities = ["create", "update"]  min_wrapping_ttl = "60s"  max_wrapping_ttl = "2m" }
path "kv/pages/*"    { capabilities = ["list"]  pagination_limit = 10 }
path "kv/page/*"     { capabilities = ["list"]  pagination_limit = 10  required_parameters = ["limit"] }
"""
BODIES = [
    {},
    {"a": "x"},
    {"A": "x"},
    {"a": "other"},
    {"b": "x"},
    {"b": "yes"},
    {"b": "fuzz"},
    {"b": "q"},
    {"a": "amide"},
    {"a": "x", "b": "x"},
    {"c": "1"},
    {"a": "q", "d": "q"},
    {"b": "no"},
    {"a": True},
    {"a": False},
    {"a": 5},
    {"a": "5"},
    {"a": ["x"]},
    {"a": None},
]


@pytest.mark.parametrize("folder", ["any", "some", "rest", "denied", "nothing", "needed", "both", "flag", "wrapped"])
def test_parameter_constraints_are_the_servers(bao, folder):
    bao.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    policies = [parse(LIMITED, name="limited")]
    bao.must("PUT", "sys/policies/acl/limited", {"policy": LIMITED})
    token = bao.token("limited")
    for body in BODIES:
        for ttl in (None, 30, 90, 300) if folder == "wrapped" else (None,):
            headers = {"X-Vault-Wrap-TTL": str(ttl)} if ttl else {}
            status, _ = bao.call("POST", f"kv/{folder}/x", body, token=token, headers=headers)
            verdict = decide(Request("update", f"kv/{folder}/x", body, ttl), policies)
            assert (status != 403) == (verdict.outcome == "allow"), (folder, body, ttl, status, verdict)


@pytest.mark.parametrize("folder", ["pages", "page"])
@pytest.mark.parametrize("limit", [None, "1", "10", "11", "-1", "0", "max", "many"])
def test_page_limits_are_the_servers(bao, folder, limit):
    bao.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    bao.must("POST", f"kv/{folder}/x", {"v": "1"})
    bao.must("PUT", "sys/policies/acl/limited", {"policy": LIMITED})
    data = {} if limit is None else {"limit": limit}
    status, _ = bao.call("LIST", f"kv/{folder}/", token=bao.token("limited"), query=data)
    verdict = decide(Request("list", f"kv/{folder}/", data), [parse(LIMITED, name="limited")])
    assert (status != 403) == (verdict.outcome == "allow"), (status, verdict)


MERGED = [
    (
        'path "kv/m" { capabilities = ["update"] allowed_parameters = { "a" = ["1"] } }',
        'path "kv/m" { capabilities = ["update"] }',
    ),
    (
        'path "kv/m" { capabilities = ["update"] allowed_parameters = { "a" = ["1"] } }',
        'path "kv/m" { capabilities = ["update"] allowed_parameters = { "a" = ["2"], "b" = [] } }',
    ),
    (
        'path "kv/m" { capabilities = ["update"] allowed_parameters = { "a" = ["1"] } }',
        'path "kv/m" { capabilities = ["update"] allowed_parameters = { "a" = [] } }',
    ),
    (
        'path "kv/m" { capabilities = ["update"] denied_parameters = { "a" = ["1"] } }',
        'path "kv/m" { capabilities = ["update"] required_parameters = ["b"] }',
    ),
    ('path "kv/m" { capabilities = ["update"] denied_parameters = { "a" = [] } }', 'path "kv/m" { capabilities = ["deny"] }'),
    ('path "kv/m" { policy = "write" }', 'path "kv/m" { capabilities = ["read"] }'),
]


@pytest.mark.parametrize("texts", MERGED)
def test_rules_of_one_path_merge_as_on_the_server(bao, texts):
    bao.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    bao.must("POST", "kv/m", {"v": "1"})
    names = [f"m{number}" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        bao.must("PUT", f"sys/policies/acl/{name}", {"policy": text})
    token = bao.token(*names)
    policies = [parse(text, name=name) for name, text in zip(names, texts, strict=True)]
    for body in ({}, {"a": "1"}, {"a": "2"}, {"a": "3"}, {"b": "1"}, {"a": "1", "b": "2"}, {"a": "2", "b": "2"}):
        status, _ = bao.call("POST", "kv/m", body, token=token)
        verdict = decide(Request("update", "kv/m", body), policies)
        assert (status != 403) == (verdict.outcome == "allow"), (texts, body, status, verdict)


@pytest.mark.parametrize(
    ("method", "operation", "path"),
    [
        ("GET", "read", "sys/auth/token/tune"),
        ("GET", "read", "sys/audit"),
        ("GET", "read", "sys/config/cors"),
        ("LIST", "list", "sys/leases/lookup/kv"),
        ("LIST", "list", "auth/token/accessors"),
        ("GET", "read", "sys/mounts"),
        ("GET", "read", "sys/policies/acl/default"),
        ("GET", "read", "sys/auth"),
        ("GET", "read", "sys/internal/inspect/router/root"),
        ("PUT", "update", "sys/leases/revoke-prefix/none"),
    ],
)
@pytest.mark.parametrize("sudo", [True, False])
def test_root_protected_paths_need_sudo_as_on_the_server(bao, method, operation, path, sudo):
    text = 'path "*" { capabilities = ["create", "read", "update", "list"%s] }' % (', "sudo"' if sudo else "")
    bao.must("PUT", "sys/policies/acl/wide", {"policy": text})
    status, _ = bao.call(method, path, {} if method == "PUT" else None, token=bao.token("wide"))
    verdict = decide(Request(operation, path), [parse(text, name="wide")])
    assert (status != 403) == (verdict.outcome == "allow"), (status, verdict)


@pytest.mark.parametrize(
    "path",
    [
        "kv/{{identity.entity.id}}/x",
        "kv/{{identity.entity.name}}/*",
        "kv/{{ identity.entity.metadata.team }}/x",
        "kv/{{identity.entity.metadata.none}}/x",
        "kv/{{identity.entity.metadata.star}}x",
        "kv/{{identity.entity.metadata.slash}}",
        "kv/{{identity.entity.aliases.ACCESSOR.name}}/x",
        "kv/{{identity.entity.aliases.nowhere.name}}/x",
        "kv/{{identity.groups.names.writers.id}}/x",
        "kv/{{identity.groups.names.writers.metadata.env}}/x",
        "kv/{{identity.groups.names.others.id}}/x",
        "kv/{{identity.other.id}}/x",
    ],
)
def test_templated_paths_are_filled_as_on_the_server(bao, path):
    entity, groups, accessor, token = _person(bao)
    path = path.replace("ACCESSOR", accessor)
    text = f'path "{path}" {{ capabilities = ["read"] }}'
    bao.must("PUT", "sys/policies/acl/own", {"policy": text})
    policies = [parse(text, name="own")]
    asked = Request("read", "", entity=entity, groups=groups)
    values = [entity["id"], entity["name"], "blue", "login", groups[0]["id"], "prod", "*", "a/b", ""]
    paths = [f"kv/{value}{end}" for value in values for end in ("", "x", "/x")]
    status, answered = bao.call("POST", "sys/capabilities", {"paths": paths, "token": token})
    for one in paths:
        expected = {"deny"} if status == 403 else frozenset(answered["data"][one])
        assert capabilities(one, policies, asked) == expected, (path, one)


def _person(bao):
    """An entity with metadata, an alias and a group, and a token of theirs with the policy ``own``."""
    bao.call("POST", "sys/auth/userpass", {"type": "userpass"})
    accessor = bao.must("GET", "sys/auth")["data"]["userpass/"]["accessor"]
    secret = f"pw-{accessor}"
    bao.must("POST", "auth/userpass/users/login", {"password": secret, "token_policies": "own", "token_no_default_policy": True})
    metadata = {"team": "blue", "star": "*", "slash": "a/b"}
    bao.call("POST", "identity/entity", {"name": "robot", "metadata": metadata})
    person = bao.must("GET", "identity/entity/name/robot")["data"]
    bao.call("POST", "identity/entity-alias", {"name": "login", "canonical_id": person["id"], "mount_accessor": accessor})
    bao.call("POST", "identity/group", {"name": "writers", "member_entity_ids": [person["id"]], "metadata": {"env": "prod"}})
    group = bao.must("GET", "identity/group/name/writers")["data"]
    token = bao.must("POST", "auth/userpass/login/login", {"password": secret})["auth"]["client_token"]
    entity = {"id": person["id"], "name": "robot", "metadata": metadata, "aliases": {accessor: {"id": "", "name": "login"}}}
    return entity, ({"id": group["id"], "name": "writers", "metadata": {"env": "prod"}},), accessor, token


def test_an_expired_path_gives_nothing(bao):
    text = 'path "kv/x" { capabilities = ["read"] expiration = "2020-01-01T00:00:00Z" }'
    bao.must("PUT", "sys/policies/acl/late", {"policy": text})
    answered = bao.must("POST", "sys/capabilities", {"paths": ["kv/x"], "token": bao.token("late")})["data"]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert capabilities("kv/x", [parse(text)], Request("read", "kv/x", now=now)) == frozenset(answered["kv/x"]) == {"deny"}
    assert decide(Request("read", "kv/x"), [parse(text)]).assumed == ("now",)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ('path "a/*" { capabilities = ["read"] }', True),
        ('path "a/*" { capabilities = ["read",] }', True),
        ('path "a/*" { capabilities = ["read"] comment = "x" }', True),
        ('# c\n// c\n/* c */ path "a" { policy = "read" }', True),
        ('path "a" { policy = "read", capabilities = ["update"] }', True),
        ('{"path": {"a/*": {"capabilities": ["read", "list"]}}}', True),
        ('name = "x"\npath "a" { capabilities = [] }', True),
        ('path "a" { allowed_parameters { "x" = ["1"] } capabilities = ["update"] }', True),
        ('path "a/+*" { capabilities = ["read"] }', False),
        ('path "a" { capabilities = ["reed"] }', False),
        ('path "a" { policy = "all" }', False),
        ('path "a" { capabilties = ["read"] }', False),
        ('paths "a" { capabilities = ["read"] }', False),
        ('path "a" { capabilities = ["read"]', False),
        ('path "a" { capabilities = "read" }', False),
        ('path "a" { min_wrapping_ttl = "2m" max_wrapping_ttl = "1m" capabilities = ["read"] }', False),
        ('path "{{identity.entity.id" { capabilities = ["read"] }', False),
        ('path "a" { max_wrapping_ttl = "fast" capabilities = ["read"] }', False),
        ('path "a" { expiration = "soon" capabilities = ["read"] }', False),
    ],
)
def test_policies_are_accepted_and_refused_as_on_the_server(bao, text, fine):
    status, _ = bao.call("PUT", "sys/policies/acl/syntax", {"policy": text})
    assert (status < 300) is fine
    if fine:
        policy = parse(text, name="syntax")
        answered = bao.must("POST", "sys/capabilities", {"paths": ["a", "a/b"], "token": bao.token("syntax")})["data"]
        assert {path: capabilities(path, [policy]) for path in answered if path.startswith("a")} == {
            path: frozenset(names) for path, names in answered.items() if path.startswith("a") and isinstance(names, list)
        }
    else:
        with pytest.raises(CaseError):
            parse(text, name="syntax")


def test_render_reads_back():
    policy = parse(LIMITED, name="limited")
    again = parse(render(policy), name="limited")
    assert [(rule.path, rule.capabilities, rule.limits) for rule in again.rules] == [
        (rule.path, rule.capabilities, rule.limits) for rule in policy.rules
    ]
    assert parse(render(Policy("x", (Rule("a", frozenset({"read"}), Limits()),)))).rules[0].path == "a"
