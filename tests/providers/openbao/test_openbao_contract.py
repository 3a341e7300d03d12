"""The contract suite against the real server, and everything that was made there found again."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import pytest
from openbao import Bao
from openbao_seed import Seed

from keyrack.providers.openbao import provider
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_contract

R = TypeVar("R", bound=Record)


def target(bao: Bao, **options: str) -> Target:
    return Target("openbao", options={"endpoint": f"http://127.0.0.1:{bao.port}", "server": "bao", **options})


def of(records: list[Record], kind: type[R]) -> dict[str, R]:
    return {record.uid: record for record in records if isinstance(record, kind)}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def _scans() -> dict[str, list[Record]]:
    return {}


@pytest.fixture
def scan(
    openbao_seeded: tuple[Bao, Seed], openbao_token: Bao, openbao_ctx: Context, _scans: dict[str, list[Record]]
) -> list[Record]:
    if not _scans:
        wide = target(openbao_token, values="true", leases="true")
        _scans["all"] = check_contract(provider, wide, openbao_ctx, planted=[*openbao_seeded[1].planted, openbao_token.root])
    return _scans["all"]


def test_nothing_is_missing_with_the_root_token(scan: list[Record]) -> None:
    assert [gap for gap in scan if isinstance(gap, Gap)] == []


def test_roles_of_every_mount(scan: list[Record]) -> None:
    found = {uid.partition("role/")[2]: identity for uid, identity in of(scan, Identity).items() if "role/" in uid}
    assert {name: identity.type for name, identity in found.items()} == {
        "approle/payments": "openbao:approle",
        "approle/old": "openbao:approle",
        "approle/open": "openbao:approle",
        "team/approle/inner": "openbao:approle",
        "jwt/web": "openbao:jwt-role",
        "jwt/any": "openbao:jwt-role",
        "kubernetes/payments": "openbao:kubernetes-role",
        "kubernetes/wide": "openbao:kubernetes-role",
        "token/batch": "openbao:token-role",
        "userpass/maja.lindqvist": "openbao:user",
        "userpass/svc-nightly": "openbao:user",
    }
    assert found["jwt/web"].kind == "cicd"
    assert found["userpass/maja.lindqvist"].kind == "human"
    assert found["userpass/svc-nightly"].attrs["service_evidence"] == "name"
    assert found["approle/open"].attrs["bind_secret_id"] == "false"


def test_secret_ids_and_tokens(scan: list[Record], openbao_seeded: tuple[Bao, Seed]) -> None:
    made, credentials = openbao_seeded[1], of(scan, Credential)
    limited, endless = (credentials[f"cred:vault:{made.accessors[name]}"] for name in ("payments", "old"))
    assert (limited.expiry, limited.attrs["cidrs"], endless.expiry) == ("set", "127.0.0.0/8", "never")
    assert endless.identity_uid == "openbao:bao:role/approle/old"
    login = credentials[f"cred:vault:{made.accessors['old-login']}"]
    assert (login.kind, login.identity_uid) == ("session_token", "openbao:bao:role/approle/old")
    assert credentials[f"cred:vault:{made.accessors['batch']}"].identity_uid == "openbao:bao:role/token/batch"
    exporter = credentials[f"cred:vault:{made.accessors['exporter']}"]
    assert (exporter.attrs["period"], exporter.attrs["orphan"]) == ("86400", "true")
    used = {(use.identity_uid, use.action) for use in of(scan, Usage).values()}
    assert {("openbao:bao:role/approle/old", "login"), (exporter.identity_uid, "renew")} <= used
    assert sum(identity.type == "openbao:root-token" for identity in of(scan, Identity).values()) == 1
    assert not [use for use in of(scan, Usage).values() if use.grade == "absent"]


def test_policies_grants_and_privileges(scan: list[Record]) -> None:
    grants = [grant for grant in of(scan, Grant).values() if grant.identity_uid == "openbao:bao:role/approle/old"]
    assert [(grant.resources, grant.privilege) for grant in grants if grant.policy == "admin"] == [(["*"], "admin")]
    admin = next(policy for policy in of(scan, Policy).values() if policy.name == "admin")
    assert "openbao:bao:role/approle/old" in admin.targets
    keeper = [grant for grant in of(scan, Grant).values() if grant.policy == "keeper"]
    assert [(grant.identity_uid.split(":")[2][:7], grant.privilege) for grant in keeper] == [("entity/", "permissions")]


def test_entities_of_people_and_their_groups(scan: list[Record], openbao_seeded: tuple[Bao, Seed]) -> None:
    uid = f"openbao:bao:entity/{openbao_seeded[1].accessors['entity']}"
    entity = of(scan, Identity)[uid]
    assert (entity.kind, entity.name) == ("human", "maja")
    assert [trust.subject for trust in of(scan, Trust).values() if trust.identity_uid == uid] == [
        "openbao:bao:role/userpass/maja.lindqvist"
    ]
    assert {grant.via for grant in of(scan, Grant).values() if grant.identity_uid == uid and grant.policy == "admin"} == {"group"}
    assert sum(identity.type == "openbao:entity" for identity in of(scan, Identity).values()) == 1


def test_trusts_say_whose_tokens_log_in(scan: list[Record]) -> None:
    trusts = {
        trust.identity_uid.partition("role/")[2]: trust for trust in of(scan, Trust).values() if trust.subject_kind == "federated"
    }
    web, anyone, wide = trusts["jwt/web"], trusts["jwt/any"], trusts["kubernetes/wide"]
    assert (web.issuer, web.subs, web.audiences) == (
        "token.actions.githubusercontent.com",
        ["repo:nordholm/web:ref:refs/heads/main"],
        ["bao"],
    )
    assert (anyone.subs, anyone.attrs.get("claims")) == ([], None)
    assert (wide.mechanism, wide.subs, wide.attrs["sub_operator"]) == (
        "openbao:kubernetes-login",
        ["system:serviceaccount:payments:*"],
        "StringLike",
    )


def test_engines(scan: list[Record], openbao_seeded: tuple[Bao, Seed]) -> None:
    resources = {resource.uid.partition(":bao:")[2]: resource for resource in of(scan, Resource).values()}
    assert resources["pki-role/pki/any"].attrs["allow_any_name"] == "true"
    assert resources["transit-key/transit/orders"].attrs["exportable"] == "true"
    assert resources["ssh-role/ssh/root"].attrs["allowed_users"] == "*"
    assert resources["kubernetes-role/kubernetes/deploy"].attrs["namespaces"] == "*"
    server = resources["server/bao"]
    assert (server.attrs["seal"], server.attrs["audit_devices"]) == ("shamir", "0")
    states = Counter(c.status for c in of(scan, Credential).values() if c.kind == "certificate")
    assert states == {"unknown": 2, "revoked": 1}


def test_secrets_and_the_same_value_in_three_places(scan: list[Record]) -> None:
    places = of(scan, Placement)
    paths = {place.path for place in places.values() if place.attrs.get("field") is None}
    assert paths == {"secret/payments/db", "secret/payments/dev/db", "secret/payments/api", "old/legacy/app"}
    shared = Counter(place.credential_uid for place in places.values() if place.attrs.get("field") == "password")
    assert list(shared.values()) == [3]
    api = next(place for place in places.values() if place.path == "secret/payments/api")
    assert api.environment == "prod"
