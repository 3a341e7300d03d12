"""A server worth looking at: every kind of thing the provider must see, made by SQL; and a hostile one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from postgresql import Postgres

HBA = (
    "host trusted_jobs trust_me 10.0.0.0/8 trust",
    "hostssl all +readers 0.0.0.0/0 scram-sha-256",
    "host all legacy_app 192.168.0.0/16 md5",
    "host all plain_app 127.0.0.1/32 password",
)
HOSTILE = (
    'evil"; DROP ROLE x; --',
    "new\nline",
    "tab\tand\x01control",
    "\u202ertl\u202c",
    "../../etc/passwd",
    "🔑key",
    "' OR 1=1",
    "x" * 63,
    "PUBLIC",
)


def made() -> str:
    """A password of this run."""
    return f"A1{secrets.token_urlsafe(12)}"


@dataclass
class Seed:
    """What was planted, with the values that must not come out."""

    secrets: dict[str, str] = field(
        default_factory=lambda: {name: made() for name in ("fdw", "ldap", "app", "keyrack", "standby", "told")}
    )

    def planted(self) -> list[str]:
        return list(self.secrets.values())


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def hba(seed: Seed) -> tuple[str, ...]:
    ldap = f'host all ldap_user 10.1.0.0/16 ldap ldapserver=ldap.nordholm.example ldapbasedn="dc=nordholm" ldapbinddn="cn=svc" ldapbindpasswd="{seed.secrets["ldap"]}" ldapsearchattribute=uid'
    return (*HBA, ldap)


def plant(pg: Postgres, seed: Seed) -> None:
    """Roles, memberships, tables, functions, mappings."""
    pg.run(
        f"CREATE ROLE payments_app LOGIN PASSWORD {literal(seed.secrets['app'])}",
        "COMMENT ON ROLE payments_app IS 'owner: ebba.ekstrom@nordholm.example; env: prod'",
        "SET password_encryption = md5; CREATE ROLE legacy_app LOGIN PASSWORD 'old' VALID UNTIL '2020-01-01'",
        "CREATE ROLE root_app LOGIN SUPERUSER",
        "CREATE ROLE maker_svc LOGIN CREATEROLE CREATEDB",
        "CREATE ROLE repl_svc LOGIN REPLICATION BYPASSRLS PASSWORD 'x' VALID UNTIL 'infinity'",
        "CREATE ROLE dba NOLOGIN SUPERUSER",
        "CREATE ROLE operators NOLOGIN; GRANT dba TO operators",
        "CREATE ROLE night_batch LOGIN NOINHERIT; GRANT operators TO night_batch",
        "CREATE ROLE readers NOLOGIN",
        "CREATE ROLE report_ro LOGIN CONNECTION LIMIT 5; GRANT readers TO report_ro",
        "CREATE ROLE team_lead_svc LOGIN; GRANT readers TO team_lead_svc WITH ADMIN OPTION",
        "CREATE ROLE files_svc LOGIN; GRANT pg_read_server_files TO files_svc",
        'CREATE ROLE "ebba.ekstrom" LOGIN',
        "CREATE ROLE trust_me LOGIN; CREATE ROLE plain_app LOGIN; CREATE ROLE closed LOGIN CONNECTION LIMIT 0",
        "CREATE ROLE nobody_app LOGIN",
        f"COMMENT ON ROLE nobody_app IS {literal('owner: team data; usage: reports, password is ' + seed.secrets['told'])}",
    )
    pg.run(
        "CREATE DATABASE payments OWNER maker_svc",
        "COMMENT ON DATABASE payments IS 'env: prod'",
        "CREATE DATABASE locked",
        "REVOKE CONNECT ON DATABASE locked FROM PUBLIC",
    )
    pg.run(
        "CREATE SCHEMA books",
        "CREATE TABLE books.ledger (id int, iban text, note text); CREATE TABLE books.audit (id int)",
        "GRANT SELECT ON ALL TABLES IN SCHEMA books TO readers; GRANT USAGE ON SCHEMA books TO readers",
        "GRANT SELECT, INSERT ON books.ledger TO payments_app WITH GRANT OPTION",
        "GRANT SELECT (iban), UPDATE (note) ON books.ledger TO night_batch",
        "CREATE SCHEMA own AUTHORIZATION payments_app; SET ROLE payments_app; CREATE TABLE own.t (a int); RESET ROLE",
        "ALTER DEFAULT PRIVILEGES FOR ROLE payments_app IN SCHEMA own GRANT SELECT ON TABLES TO report_ro",
        "CREATE FUNCTION books.become() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE FUNCTION books.careful() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1'",
        "REVOKE EXECUTE ON FUNCTION books.careful() FROM PUBLIC; GRANT EXECUTE ON FUNCTION books.careful() TO report_ro",
        "CREATE EXTENSION postgres_fdw; CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db2.nordholm.example', port '5433', dbname 'x')",
        f"CREATE USER MAPPING FOR payments_app SERVER other OPTIONS (user 'sync_app', password {literal(seed.secrets['fdw'])})",
        "GRANT SELECT ON pg_catalog.pg_authid TO files_svc",
        dbname="payments",
    )


def plant_hostile(pg: Postgres) -> None:
    """Names no form was made for."""
    for word in HOSTILE:
        pg.run(
            f"CREATE ROLE {name(word)} LOGIN",
            f"COMMENT ON ROLE {name(word)} IS {literal('owner: ' + word * 3 + chr(10) + 'x' * 10_000)}",
        )
    for word in HOSTILE[:5]:
        pg.run(f"CREATE DATABASE {name(word)}")
        pg.run(
            f"CREATE SCHEMA {name(word)}",
            f"CREATE TABLE {name(word)}.{name(word)} (a int)",
            f"GRANT ALL ON {name(word)}.{name(word)} TO {name(word)}",
            dbname=word,
        )
    pg.run("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pg.connect("ascii", client_encoding="SQL_ASCII") as link:
        link.execute(
            b'CREATE SCHEMA "bytes\xff\xfe"; CREATE TABLE "bytes\xff\xfe".t (a int); GRANT SELECT ON "bytes\xff\xfe".t TO PUBLIC'
        )


def keyrack_role(pg: Postgres, seed: Seed) -> None:
    """The role that `keyrack permissions postgres` describes."""
    from keyrack.providers.postgres import provider

    wanted = [permission for capability in provider.manifest.capabilities for permission in capability.permissions]
    assert provider.manifest.grant is not None
    pg.run(provider.manifest.grant(wanted), f"ALTER ROLE keyrack PASSWORD {literal(seed.secrets['keyrack'])}")
