"""The real server's audit log: who read what, under the names that discovery gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openbao import Bao, openbao_server
from openbao_seed import client

from keyrack.providers.openbao import provider
from keyrack.records import Event, Identity, Resource
from keyrack.sdk import Context, Target
from keyrack.sdk.usage import Rows, load

READER = 'path "secret/*" { capabilities = ["create", "read", "update"] }'


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bao, Path]]:
    folder = tmp_path_factory.mktemp("bao-audit")
    log = folder / "audit.log"
    config = folder / "audit.hcl"
    config.write_text(f'audit "file" "to-file" {{\n  options {{ file_path = "{log}" }}\n}}\n')
    with openbao_server(folder / "log", config) as bao:
        hv = client(bao)
        hv.sys.create_or_update_policy("reader", READER)
        hv.sys.enable_auth_method("approle", path="my-app")
        hv.auth.approle.create_or_update_approle("pay", token_policies=["reader"], mount_point="my-app")
        role_id = hv.auth.approle.read_role_id("pay", mount_point="my-app")["data"]["role_id"]
        secret_id = hv.auth.approle.generate_secret_id("pay", mount_point="my-app")["data"]["secret_id"]
        answer = hv.auth.approle.login(role_id, secret_id, use_token=False, mount_point="my-app")
        bao.must("POST", "secret/data/shop", {"data": {"a": "b"}}, token=answer["auth"]["client_token"])
        bao.must("GET", "secret/data/shop", token=answer["auth"]["client_token"], headers={"User-Agent": "shop/1"})
        hv.sys.enable_auth_method("userpass")
        hv.auth.userpass.create_or_update_user("al-ice", password="x" * 12, policies="reader")
        person = hv.auth.userpass.login("al-ice", "x" * 12, use_token=False)
        bao.must("GET", "secret/data/shop", token=person["auth"]["client_token"])
        assert bao.call("DELETE", "secret/data/shop", token=person["auth"]["client_token"])[0] == 403
        yield bao, log


def events(log: Path) -> list[dict[str, object]]:
    rows = Rows("bao")
    load("openbao:audit").read(log.read_bytes(), rows)
    assert not rows.problems
    names = list(Event.__struct_fields__)
    return [dict(zip(names, values, strict=True)) for values in zip(*(rows.columns[name] for name in names), strict=True)]


def test_who_read_what(audited: tuple[Bao, Path], openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    bao, log = audited
    found = [event for event in events(log) if event["resources"] == ("secret/data/shop",)]
    role, user = "openbao:bao:role/my-app/pay", "openbao:bao:role/userpass/al-ice"
    assert [(event["identity_uid"], event["actions"], event["outcome"]) for event in found] == [
        (role, ("create",), "allowed"),
        (role, ("read",), "allowed"),
        (user, ("read",), "allowed"),
        (user, ("delete",), "denied"),
    ]
    assert all(str(event["caller"]).startswith("openbao:bao:entity/") for event in found)
    assert all(event["source_ip"] == "127.0.0.1" for event in found)
    assert len({event["credential_uid"] for event in found}) == 2
    monkeypatch.setenv("BAO_TOKEN", bao.root)
    target = Target("openbao", options={"endpoint": f"http://127.0.0.1:{bao.port}", "server": "bao"})
    records = list(provider.discover(target, openbao_ctx))
    assert {role, user} <= {record.uid for record in records if isinstance(record, Identity)}
    server = next(record for record in records if isinstance(record, Resource) and record.type == "openbao:server")
    assert (server.attrs["audit_devices"], server.attrs["audit_types"]) == ("1", "file")


def test_logins_name_the_role_they_are_for(audited: tuple[Bao, Path]) -> None:
    logins = [event for event in events(audited[1]) if dict(event["context"]).get("sign_in")]  # type: ignore[call-overload]
    assert [event["identity_uid"] for event in logins] == ["openbao:bao:role/my-app/pay", "openbao:bao:role/userpass/al-ice"]


def test_the_log_holds_no_value_of_ours(audited: tuple[Bao, Path]) -> None:
    """The server hashes; a line of ours would be the first leak."""
    lines = [json.loads(line) for line in audited[1].read_text().splitlines()]
    assert lines
    assert "x" * 12 not in audited[1].read_text()
