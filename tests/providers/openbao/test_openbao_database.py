"""The database engine on a real PostgreSQL: what it mints, what it rotates, what lives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from openbao import Bao, openbao_server
from postgresql import Postgres, postgres_server

from keyrack.providers.openbao import provider
from keyrack.records import Credential, Gap, Placement, Resource, Trust
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_contract

GRANT = 'CREATE ROLE "{{name}}" LOGIN PASSWORD \'{{password}}\' VALID UNTIL \'{{expiration}}\'; GRANT "reporting" TO "{{name}}"'


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bao, Postgres, list[str]]]:
    with postgres_server() as database, openbao_server(Path(tmp_path_factory.mktemp("bao")) / "log") as bao:
        database.run("CREATE ROLE reporting NOLOGIN", "CREATE ROLE payments_app LOGIN PASSWORD 'first-one'")
        bao.must("POST", "sys/mounts/database", {"type": "database"})
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{database.port}/postgres?sslmode=disable"
        config = {"plugin_name": "postgresql-database-plugin", "allowed_roles": ["*"], "connection_url": url}
        bao.must("POST", "database/config/main", {**config, "username": database.admin, "password": database.password})
        bao.must(
            "POST",
            "database/roles/reporting",
            {"db_name": "main", "creation_statements": [GRANT], "default_ttl": "1h", "max_ttl": "24h"},
        )
        static = {"db_name": "main", "username": "payments_app", "rotation_period": "720h"}
        bao.must("POST", "database/static-roles/payments", static)
        issued = bao.must("GET", "database/creds/reporting")["data"]
        yield bao, database, [issued["username"], issued["password"], database.password]


def test_dynamic_static_and_leases(
    stack: tuple[Bao, Postgres, list[str]], openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    bao, database, (username, password, admin_password) = stack
    assert psycopg.connect(database.dsn(username, password)).execute("SELECT 1").fetchone() == (1,)
    monkeypatch.setenv("BAO_TOKEN", bao.root)
    target = Target("openbao", options={"endpoint": f"http://127.0.0.1:{bao.port}", "server": "bao", "leases": "true"})
    found = check_contract(provider, target, openbao_ctx, planted=[password, admin_password])
    assert not [record for record in found if isinstance(record, Gap)]
    server = f"pg:127.0.0.1:{database.port}"
    minted = {(trust.identity_uid, trust.attrs["path"], trust.mechanism) for trust in found if isinstance(trust, Trust)}
    assert minted == {
        (f"{server}:role/reporting", "database/creds/reporting", "openbao:database-role"),
        (f"{server}:role/payments_app", "database/static-creds/payments", "openbao:database-static-role"),
    }
    credentials = {record.uid: record for record in found if isinstance(record, Credential)}
    static = credentials[f"cred:at:{server}:role/payments_app/password"]
    assert static.attrs["rotation_days"] == "30"
    assert static.rotated_at is not None
    assert abs(static.rotated_at - openbao_ctx.now) < timedelta(minutes=10)
    assert f"cred:at:{server}:role/{database.admin}/password" in credentials
    lease = next(record for record in credentials.values() if record.attrs.get("of") == "lease")
    assert (lease.attrs["path"], lease.expiry) == ("database/creds/reporting", "set")
    connection = next(record for record in found if isinstance(record, Resource) and record.type == "openbao:database-connection")
    assert connection.attrs["tls"] == "false"
    places = {record.path for record in found if isinstance(record, Placement)}
    assert places == {"database/config/main", "database/static-creds/payments"}
