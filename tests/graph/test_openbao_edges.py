"""Through a vault: who may read, have made or log in with the credential of another; and who only seems to."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from keyrack.access.openbao import Policy, Request, Rule, decide
from keyrack.graph.model import Edge, Estate
from keyrack.graph.openbao_edges import openbao_edges
from keyrack.records import Credential, Grant, Identity, Placement, Resource, Trust

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SERVER = "vault.example:8200"
DATABASE = "pg:db.example:role/payments_app"


def role(name: str, native: str = "openbao:approle", mount: str = "approle", prefix: str = "", **attrs: str) -> Identity:
    uid = f"openbao:{SERVER}:role/{prefix}{mount}/{name}"
    shown = {"mount": mount, **attrs}
    return Identity(uid=uid, kind="service_account", type=native, name=name, provider="openbao", scope=SERVER, attrs=shown)


def grant(who: Identity, path: str, *capabilities: str, **more: str) -> Grant:
    denied = "deny" in capabilities
    return Grant(
        uid=f"{who.uid} {path} {capabilities}",
        identity_uid=who.uid,
        language="openbao",
        effect="deny" if denied else "allow",
        actions=list(capabilities),
        resources=[path],
        conditions=more.get("conditions"),
        policy=more.get("policy", "p"),
    )


def engine(path: str, version: str = "2") -> Resource:
    uid = f"openbao:{SERVER}:engine-mount/{path}"
    attrs = {"kind": "kv", "kv_version": version}
    return Resource(uid=uid, type="openbao:engine-mount", name=path, provider="openbao", scope=SERVER, attrs=attrs)


def secret(path: str, target: str = DATABASE, status: str = "active") -> tuple[Credential, Placement]:
    uid = f"cred:fp:{path}"
    credential = Credential(uid=uid, kind="password", issuer="database", name="password", identity_uid=target, status=status)  # type: ignore[arg-type]
    place = Placement(
        uid=f"place {path}",
        credential_uid=uid,
        system="vault",
        exposure="sanctioned",
        scope=SERVER,
        path=path,
        detector="openbao.kv",
    )
    return credential, place


def estate(*records: object) -> Estate:
    kinds: dict[str, type] = {
        "identities": Identity,
        "grants": Grant,
        "trusts": Trust,
        "resources": Resource,
        "placements": Placement,
        "credentials": Credential,
    }
    made = {name: tuple(record for record in records if isinstance(record, kind)) for name, kind in kinds.items()}
    return Estate(now=NOW, **made)  # type: ignore[arg-type]


def edges(*records: object) -> list[tuple[str, str, str, bool]]:
    def short(uid: str) -> str:
        return uid.rpartition("/")[2]

    return [(short(e.source), short(e.target), e.mechanism, e.conditional) for e in openbao_edges(estate(*records))]


APP = role("app")
KV = engine("secret")


def test_who_reads_a_secret_becomes_whom_it_opens() -> None:
    there = (APP, KV, *secret("secret/payments/db"))
    assert edges(*there, grant(APP, "secret/data/payments/*", "read")) == [("app", "payments_app", "openbao:read", False)]
    assert edges(*there, grant(APP, "secret/+/payments/db", "list", "read")) == [("app", "payments_app", "openbao:read", False)]
    assert edges(*there, grant(APP, "*", "root", policy="root")) == [("app", "payments_app", "openbao:read", False)]


def test_who_only_seems_to_read_it_does_not() -> None:
    there = (APP, KV, *secret("secret/payments/db"))
    assert edges(*there, grant(APP, "secret/metadata/*", "read", "list")) == []  # ages, not values
    assert edges(*there, grant(APP, "secret/payments/*", "read")) == []  # the path of a version 1 engine
    assert edges(*there, grant(APP, "secret/data/*", "list", "create", "update")) == []  # writes it blindly
    assert edges(*there, grant(APP, "secret/data/*", "read"), grant(APP, "secret/data/payments/*", "deny")) == []
    assert (
        edges(*there, grant(APP, "secret/data/*", "read"), grant(APP, "secret/data/payments/db", "list")) == []
    )  # wins, says less
    assert edges(*there, grant(APP, "secret/data/{{identity.entity.name}}/*", "read")) == []
    read = grant(APP, "secret/data/*", "read")
    assert edges(APP, KV, *secret("secret/payments/db", status="revoked"), read) == []
    assert edges(APP, *secret("secret/payments/db"), read) == []  # in no engine that we saw


def test_engines_of_version_one_and_of_several_segments() -> None:
    legacy = (APP, engine("old", "1"), *secret("old/app/db"))
    assert edges(*legacy, grant(APP, "old/app/db", "read")) == [("app", "payments_app", "openbao:read", False)]
    assert edges(*legacy, grant(APP, "old/data/app/db", "read")) == []
    deep = (APP, KV, engine("team/secret"), *secret("team/secret/db"))
    assert edges(*deep, grant(APP, "team/secret/data/db", "read")) == [("app", "payments_app", "openbao:read", False)]


def test_constraints_make_it_conditional() -> None:
    there = (APP, KV, *secret("secret/payments/db"))
    bound = grant(APP, "secret/data/payments/*", "read", conditions='{"min_wrapping_ttl": "60s"}')
    assert edges(*there, bound) == [("app", "payments_app", "openbao:read", True)]


def test_a_login_that_an_engine_hands_out() -> None:
    subject = f"openbao:{SERVER}:path/database/creds/payments"
    minted = Trust(
        uid="t",
        identity_uid=DATABASE,
        subject=subject,
        subject_kind="workload",
        mechanism="openbao:database-role",
        attrs={"path": "database/creds/payments"},
    )
    found = edges(APP, minted, grant(APP, "database/creds/*", "read"))
    assert found == [("app", "payments_app", "openbao:database-role", False)]
    assert edges(APP, minted, grant(APP, "database/roles/*", "read")) == []
    elsewhere = Trust(
        **{**{n: getattr(minted, n) for n in minted.__struct_fields__}, "subject": subject.replace("vault.", "v2.")}
    )
    assert edges(APP, elsewhere, grant(APP, "database/creds/*", "read")) == []


def test_who_may_have_a_secret_id_made_logs_in_as_the_role() -> None:
    other, open_ = role("deploy", prefix="team/"), role("edge", bind_secret_id="false")
    both = [
        grant(APP, "team/auth/approle/role/deploy/role-id", "read"),
        grant(APP, "team/auth/approle/role/+/secret-id", "update"),
    ]
    assert edges(APP, other, *both) == [("app", "deploy", "openbao:approle-login", False)]
    assert edges(APP, other, both[0]) == []
    assert edges(APP, other, both[1]) == []
    assert edges(APP, open_, grant(APP, "auth/approle/role/edge/role-id", "read")) == [
        ("app", "edge", "openbao:approle-login", False)
    ]
    inside = role("inside", bind_secret_id="false", cidrs="10.0.0.0/8")
    assert edges(APP, inside, grant(APP, "auth/approle/role/inside/role-id", "read")) == [
        ("app", "inside", "openbao:approle-login", True)
    ]
    wide = role("wide", bind_secret_id="false", cidrs="10.0.0.0/8,::/0")
    assert edges(APP, wide, grant(APP, "auth/approle/role/wide/role-id", "read")) == [
        ("app", "wide", "openbao:approle-login", False)
    ]
    sets = grant(APP, "auth/+/role/*", "create", "update")  # a role-id of one's own choice, without reading any
    assert edges(APP, open_, sets) == [("app", "edge", "openbao:approle-login", False)]  # ``app`` itself is no step
    batch = role("batch", "openbao:token-role", "token")
    assert edges(APP, batch, grant(APP, "auth/token/create/batch", "update")) == [("app", "batch", "openbao:token-role", False)]
    assert edges(APP, batch, grant(APP, "auth/token/create", "update")) == []


def test_a_login_brings_the_rights_of_its_entity() -> None:
    uid = f"openbao:{SERVER}:entity/1"
    entity = Identity(uid=uid, kind="service_account", type="openbao:entity", name="e", provider="openbao", scope=SERVER)
    alias = Trust(uid="t", identity_uid=uid, subject=APP.uid, subject_kind="identity", mechanism="openbao:entity-alias")
    there = (APP, entity, alias, KV, *secret("secret/payments/db"))
    assert edges(*there, grant(entity, "secret/data/*", "read")) == [
        ("app", "payments_app", "openbao:read", False),
        ("1", "payments_app", "openbao:read", False),
    ]
    taken = [grant(APP, "secret/data/*", "read"), grant(entity, "secret/data/payments/*", "deny")]
    assert edges(*there, *taken) == []


PATHS = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(st.sampled_from(["secret", "data", "payments", "db", "+", "metadata"]), min_size=1, max_size=4),
    st.sampled_from(["", "/*", "*"]),
).filter(lambda text: "+*" not in text)
RULES = st.lists(st.tuples(PATHS, st.sampled_from([("read",), ("list",), ("deny",), ("read", "list"), ("update",)])), max_size=5)


@given(RULES)
def test_an_edge_is_there_exactly_when_the_engine_lets_the_read_through(drawn: list[tuple[str, tuple[str, ...]]]) -> None:
    rules = dict(drawn)
    policy = Policy("p", tuple(Rule(path, frozenset(given)) for path, given in rules.items()))
    allowed = decide(Request("read", "secret/data/payments/db"), [policy]).outcome == "allow"
    grants = [grant(APP, path, *given) for path, given in rules.items()]
    assert bool(edges(APP, KV, *secret("secret/payments/db"), *grants)) == allowed


def test_many_holders_of_few_policies_are_judged_once() -> None:
    """Ten thousand roles with one policy: as many edges as roles, in far less than a decision each."""
    roles = [role(f"r{number}") for number in range(10_000)]
    grants = [grant(one, "secret/data/*", "read") for one in roles]
    found = list(openbao_edges(estate(*roles, KV, *secret("secret/payments/db"), *grants)))
    assert len(found) == 10_000
    assert isinstance(found[0], Edge)
