"""Least privilege on the real server: the policy we print is enough and no more, and a workload's own token signs in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from openbao import Bao
from openbao_seed import Seed, client

from keyrack.errors import KeyrackError
from keyrack.providers.openbao import provider
from keyrack.records import Credential, Gap
from keyrack.sdk import Context, Target
from keyrack.sdk.provider import Probing

ALL = [permission for capability in provider.manifest.capabilities for permission in capability.permissions]

OLD = ("openbao.kv", "list on old/*")


def target(bao: Bao, **options: str) -> Target:
    return Target("openbao", options={"endpoint": f"http://127.0.0.1:{bao.port}", "server": "bao", **options})


def printed(*, optional: bool) -> str:
    grant = provider.manifest.grant
    assert grant is not None
    return grant([permission for permission in ALL if optional or not permission.optional])


@pytest.fixture
def workload(openbao_seeded: tuple[Bao, Seed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A JWT mount with our key, a role that carries the printed policy, and the workload's token in a file."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from joserfc import jwt
    from joserfc.jwk import ECKey

    bao, _ = openbao_seeded
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hv = client(bao)
    if "ours/" not in hv.sys.list_auth_methods()["data"]:
        hv.sys.enable_auth_method("jwt", path="ours")
    bao.must("POST", "auth/ours/config", {"jwt_validation_pubkeys": [public.decode()]})
    hv.sys.create_or_update_policy("keyrack", printed(optional=False))
    role = {
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_subject": "keyrack",
        "bound_audiences": ["bao"],
        "token_policies": ["keyrack"],
    }
    bao.must("POST", "auth/ours/role/keyrack", role)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    now = int(time.time())  # without nbf the server takes exp - 150 s for it
    claims = {"sub": "keyrack", "aud": "bao", "iat": now, "nbf": now - 5, "exp": now + 600}
    path = tmp_path / "token"
    path.write_text(jwt.encode({"alg": "ES256"}, claims, ECKey.import_key(private)))
    for name in ("BAO_TOKEN", "VAULT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return path


def options(workload: Path) -> dict[str, str]:
    return {"role": "keyrack", "login_mount": "ours", "token_file": str(workload)}


def test_the_printed_policy_is_enough(openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context) -> None:
    bao, _ = openbao_seeded
    found = list(provider.discover(target(bao, **options(workload)), openbao_ctx))
    gaps = [gap for gap in found if isinstance(gap, Gap) and not gap.subject.startswith("team/")]
    assert [(gap.capability, gap.permission) for gap in gaps] == [OLD]  # version 1 engines need a line each
    assert sum(isinstance(record, Credential) for record in found) > 10


def test_what_it_cannot_see_in_a_namespace_is_said(
    openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context
) -> None:
    """A policy holds in its own namespace only."""
    found = list(provider.discover(target(openbao_seeded[0], **options(workload)), openbao_ctx))
    gaps = [gap for gap in found if isinstance(gap, Gap) and gap.subject.startswith("team/")]
    assert {gap.permission for gap in gaps} >= {"read on team/sys/auth", "read on team/sys/mounts"}


def test_values_take_their_own_permission(openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context) -> None:
    bao, _ = openbao_seeded
    found = list(provider.discover(target(bao, **options(workload), values="true", leases="true"), openbao_ctx))
    gaps = {(gap.capability, gap.permission) for gap in found if isinstance(gap, Gap) and not gap.subject.startswith("team/")}
    assert gaps == {
        OLD,
        ("openbao.kv_values", "read on secret/data/*"),
        ("openbao.leases", "list, sudo on sys/leases/lookup/*"),
    }
    client(bao).sys.create_or_update_policy("keyrack", printed(optional=True))
    found = list(provider.discover(target(bao, **options(workload), values="true", leases="true"), openbao_ctx))
    gaps = {(gap.capability, gap.permission) for gap in found if isinstance(gap, Gap) and not gap.subject.startswith("team/")}
    assert gaps == {OLD}


def test_a_login_leaves_no_token_behind(openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context) -> None:
    bao, _ = openbao_seeded

    def tokens() -> set[Any]:
        return set(bao.must("LIST", "auth/token/accessors")["data"]["keys"])

    before = tokens()
    list(provider.discover(target(bao, **options(workload)), openbao_ctx))
    list(provider.probe(target(bao, **options(workload)), openbao_ctx))
    assert tokens() == before


def test_probe_names_what_is_missing(openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context) -> None:
    bao, _ = openbao_seeded
    assert isinstance(provider, Probing)
    probes = list(provider.probe(target(bao, **options(workload)), openbao_ctx))
    assert {probe.permission for probe in probes if not probe.ok} == {
        permission.name for permission in ALL if permission.optional and " on " in permission.name
    } - {"update on sys/leases/lookup"}  # the stock `default` policy holds it
    client(bao).sys.create_or_update_policy("keyrack", printed(optional=True).replace('path "sys/audit"', 'path "sys/nothing"'))
    probes = list(provider.probe(target(bao, **options(workload)), openbao_ctx))
    assert [(probe.capability, probe.permission) for probe in probes if not probe.ok] == [
        ("openbao.server", "read, sudo on sys/audit")
    ]


def test_an_agents_sink_and_a_missing_one(
    openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context, tmp_path: Path
) -> None:
    bao, _ = openbao_seeded
    sink = tmp_path / "sink"
    sink.write_text(f"{bao.root}\n")
    found = list(provider.discover(target(bao, token_file=str(sink)), openbao_ctx))
    assert not [gap for gap in found if isinstance(gap, Gap)]
    del workload
    with pytest.raises(KeyrackError, match="nothing to sign in") as caught:
        list(provider.discover(target(bao), openbao_ctx))
    assert "BAO_TOKEN" in caught.value.hint


def test_a_refused_login_is_an_error_with_a_next_step(
    openbao_seeded: tuple[Bao, Seed], workload: Path, openbao_ctx: Context
) -> None:
    bao, _ = openbao_seeded
    with pytest.raises(KeyrackError, match="does not let role") as caught:
        list(provider.discover(target(bao, **{**options(workload), "role": "other"}), openbao_ctx))
    assert workload.read_text() not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("wrong", "code"), [({"timeout": "soon"}, "openbao.timeout"), ({"limit": "many"}, "openbao.limit"), ({"ca_file": "/nowhere"}, "openbao.ca_file"), ({"endpoint": "http://vault.example"}, "openbao.plain_http")]
)  # fmt: skip
@pytest.mark.usefixtures("openbao_token")
def test_wrong_options_are_sentences(
    openbao_seeded: tuple[Bao, Seed], openbao_ctx: Context, wrong: dict[str, str], code: str
) -> None:
    with pytest.raises(KeyrackError) as caught:
        list(provider.discover(target(openbao_seeded[0], **wrong), openbao_ctx))
    assert caught.value.code == code
