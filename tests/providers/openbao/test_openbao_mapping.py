"""Mapping is pure and total: whatever a server says, there are records in the house's words or nothing, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.openbao import map_engines, map_entities, map_kv, map_policies, map_roles, map_tokens, names
from keyrack.providers.openbao.capabilities import MANIFEST, grant
from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.probe import concrete
from keyrack.providers.openbao.read_leases import lease_record
from keyrack.providers.openbao.read_server import engine_of, mount_of
from keyrack.providers.openbao.scan import Engine
from keyrack.records import Record
from keyrack.sdk import Context, Fingerprinter
from keyrack.sdk.testing import check_words

CTX = Context(now=datetime(2026, 11, 25, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))
HOME = names.Home("bao", "team/")
TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "*", "\x00\x1b[2J", "\u202eabc", "'\";--", "../..", "a" * 10_000, "💥", "0001-01-01T00:00:00Z", "9" * 40, "\ud800"]
    ),
)
KEYS = sorted(
    {
        "accessor", "path", "meta", "role_name", "role", "policies", "token_policies", "expire_time", "issue_time", "creation_time", "period",
        "bound_claims", "bound_claims_type", "bound_subject", "sub", "role_type", "bound_audiences", "bound_service_account_names",
        "bound_service_account_namespaces", "aliases", "metadata", "owner", "team", "vendor", "id", "name", "group_ids", "mount_path",
        "mount_type", "keys", "versions", "current_version", "created_time", "custom_metadata", "connection_details", "connection_url",
        "username", "plugin_name", "db_name", "creation_statements", "rotation_period", "last_vault_rotation", "not_after", "key_bits",
        "secret_id_accessor", "expiration_time", "secret_id_num_uses", "cidr_list", "config", "options", "version", "type", "max_ttl",
        "secret_id_ttl", "environment", "display_name", "num_uses", "orphan", "last_renewal", "allowed_users", "entity_id", "delete_version_after",
    }
)  # fmt: skip
VALUE: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(KEYS), TEXT), inner, max_size=5)
    ),
    max_leaves=12,
)
RAW = st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=14)


def checked(records: Iterable[object]) -> None:
    check_words(MANIFEST, [record for record in records if isinstance(record, Record)])


@settings(max_examples=150, deadline=None)
@given(raw=RAW, name=TEXT, kind=st.sampled_from(sorted(map_roles.KINDS)), config=RAW)
def test_roles(raw: dict[str, object], name: str, kind: str, config: dict[str, object]) -> None:
    mount = map_roles.Mount("m", kind, config=config)
    checked(map_roles.role_records(HOME, mount, name, raw))
    mount_of(name, raw)
    engine_of(name, raw)


@settings(max_examples=150, deadline=None)
@given(raw=RAW)
def test_tokens_secret_ids_and_entities(raw: dict[str, object]) -> None:
    actors = map_tokens.Actors({"e": "openbao:bao:entity/e"}, frozenset({"m", "m/n"}))
    checked(map_tokens.token_records(HOME, raw, actors))
    checked(map_tokens.login_usage(actors))
    checked(map_tokens.secret_id_records(HOME.role("approle", "x"), raw))
    checked(map_entities.entity_records(HOME, raw, {}, map_entities.Entities()))
    map_entities.group(HOME, raw)


@settings(max_examples=150, deadline=None)
@given(raw=RAW, name=TEXT)
def test_engines_and_secrets(raw: dict[str, object], name: str) -> None:
    engine, known = Engine("e", "database"), {"main": map_engines.Database("postgresql", "db:5432", "x")}
    checked(map_engines.connection_records(HOME, engine, name, raw))
    checked(map_engines.static_role_records(HOME, engine, name, raw, known))
    checked(map_engines.dynamic_role_records(HOME, engine, name, raw, known))
    checked(map_engines.transit_key(HOME, engine, name, raw))
    checked(map_engines.kubernetes_role(HOME, engine, name, raw))
    checked([map_engines.pki_role(HOME, engine, name, raw), map_engines.ssh_role(HOME, engine, name, raw)])
    checked([map_engines.certificate(HOME, engine, name, raw), lease_record(HOME, name, raw)])
    checked(map_kv.secret_records(HOME, name, raw))
    checked(map_kv.value_records(HOME, name, raw, None, CTX, raw))


@settings(max_examples=150, deadline=None)
@given(
    document=st.one_of(
        TEXT, st.text(alphabet='path"{}[]=,*/ \n#<a1'), st.builds('path "{}" {{ capabilities = ["{}"] }}'.format, TEXT, TEXT)
    )
)
def test_policies(document: str) -> None:
    map_policies.rules(document)
    checked(
        map_policies.records(HOME, {"p": document}, [Held("openbao:bao:role/a/b", "p"), Held("openbao:bao:role/a/c", "gone")])
    )


@pytest.mark.parametrize(
    ("path", "capabilities", "privilege"),
    [
        ("*", ("create", "sudo"), "admin"),
        ("*", ("list", "read"), "read"),
        ("sys/*", ("update",), "admin"),
        ("sys/policies/acl/*", ("update",), "permissions"),
        ("sys/policies/acl/*", ("list", "read"), "read"),
        ("auth/approle/role/app", ("create", "update"), "permissions"),
        ("auth/approle/role/app/secret-id", ("update",), "permissions"),
        ("auth/+/role/+/secret-id-accessor/lookup", ("update",), "read"),
        ("auth/token/lookup-accessor", ("update",), "read"),
        ("auth/token/accessors/", ("list", "sudo"), "list"),
        ("sys/audit", ("read", "sudo"), "read"),
        ("sys/raw/*", ("read", "sudo"), "permissions"),
        ("auth/token/create", ("update",), "write"),
        ("auth/token/create", ("sudo", "update"), "permissions"),
        ("auth/token/create-orphan", ("update",), "permissions"),
        ("identity/entity/id/*", ("update",), "permissions"),
        ("secret/data/app", ("create", "update"), "write"),
        ("secret/data/app", ("read",), "read"),
        ("secret/metadata/", ("list",), "list"),
        ("secret/data/app", ("deny",), "unknown"),
    ],
)
def test_what_a_rule_comes_to(path: str, capabilities: tuple[str, ...], privilege: str) -> None:
    assert map_policies.privilege(map_policies.Rule(path, capabilities)) == privilege


def test_our_own_policy_rules_nothing() -> None:
    """Whoever follows `keyrack permissions openbao` is not accused of ruling the server."""
    needed = [permission for capability in MANIFEST.capabilities for permission in capability.permissions]
    found = map_policies.rules(grant(needed))
    assert found
    assert {map_policies.privilege(rule) for rule in found} == {"read", "list"}


@pytest.mark.parametrize(
    ("statements", "roles"),
    [
        ('CREATE ROLE "{{name}}" LOGIN; GRANT reporting TO "{{name}}"', ["reporting"]),
        ('GRANT "Re-porting" TO "{{name}}"; GRANT ops TO {{name}};', ["Re-porting", "ops"]),
        ('CREATE ROLE "{{name}}" LOGIN IN ROLE readers;', ["readers"]),
        ('GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{{name}}"', []),
        ("", []),
    ],
)
def test_roles_a_dynamic_login_gets(statements: str, roles: list[str]) -> None:
    assert map_engines.granted_roles(statements) == roles


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("postgresql://{{username}}:{{password}}@DB.nordholm.example:5432/x?sslmode=verify-full", "db.nordholm.example"),
        ("postgresql://{{username}}:{{password}}@db.nordholm.example/x", "db.nordholm.example"),
        ("postgresql://{{username}}:{{password}}@db.nordholm.example:6432/x", "db.nordholm.example:6432"),
        ("postgresql://{{username}}:{{password}}@[fe80::1/x", ""),
    ],
)
def test_a_database_is_named_as_its_own_provider_names_it(url: str, server: str) -> None:
    raw = {"plugin_name": "postgresql-database-plugin", "connection_details": {"connection_url": url, "username": "admin"}}
    found = map_engines.database(raw)
    assert found.server == server
    assert found.account == (f"pg:{server}:role/admin" if server else None)


@pytest.mark.parametrize(
    ("name", "service"), [("svc-nightly", True), ("ci", True), ("deploy-bot", True), ("maja.lindqvist", False), ("cicero", False)]
)
def test_names_of_services(name: str, service: bool) -> None:
    assert names.service_name(name) is service


def test_a_permission_is_asked_about_where_it_is_needed() -> None:
    mounts, engines = {"approle": "approle", "k8s": "kubernetes", "token": "token"}, {"secret": "kv", "db": "database"}
    assert concrete("list on auth/+/role/", mounts, engines) == ["auth/approle/role/", "auth/k8s/role/"]
    assert concrete("list on auth/+/role/+/secret-id/", mounts, engines) == ["auth/approle/role/keyrack-probe/secret-id/"]
    assert concrete("read on +/data/*", mounts, engines) == ["secret/data/keyrack-probe"]
    assert concrete("list on +/keys/", mounts, engines) == []
    assert concrete("read, sudo on sys/audit", mounts, engines) == ["sys/audit"]
