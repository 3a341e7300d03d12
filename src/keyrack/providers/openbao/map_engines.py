"""Secrets engines beside key-value: databases, PKI, transit, SSH, Kubernetes. Pure and total.

Facts: openbao.org/api-docs/secret/{databases,pki,transit,ssh,kubernetes}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from keyrack.providers.openbao.names import ISSUER, Home, clean, flag, moment, seconds, words
from keyrack.providers.openbao.scan import Engine
from keyrack.records import Credential, Placement, Record, Resource, Trust
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Material
from keyrack.sdk.fields import Raw, part, text

_DAY = 86_400
_GRANTED = re.compile(r'(?is)\bGRANT\s+"?([A-Za-z_][\w$-]*)"?\s+TO\s+"?\{\{\s*name|\bIN\s+ROLE\s+"?([A-Za-z_][\w$-]*)')
_NOT_ROLES = frozenset({"all", "select", "insert", "update", "delete", "usage", "connect", "execute", "create"})


@dataclass(frozen=True, slots=True)
class Database:
    """A database connection: which product, which server, as whom."""

    product: str
    server: str
    username: str = ""

    @property
    def account(self) -> str | None:
        """Uid of the login the engine itself uses."""
        return self.login(self.username) if self.username else None

    def login(self, name: str) -> str | None:
        """Uid of a login of this database; ``None`` for products no provider names."""
        return f"pg:{self.server}:role/{name}" if self.product == "postgresql" and self.server and name else None


def database(raw: Raw) -> Database:
    """A connection from its configuration; ``connection_url`` holds placeholders for name and password.

    The server is named as the database's own provider names it: host, and port where it is not the usual one.
    """
    details = part(raw, "connection_details")
    plugin = text(raw, "plugin_name") or ""
    product = plugin.removesuffix("-database-plugin")
    url = re.sub(r"\{\{.*?\}\}", "x", text(details, "connection_url") or "")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port = "", None
    server = host if port in {None, 5432} else f"{host}:{port}"
    return Database(clean(product), clean(server), clean(text(details, "username") or ""))


def connection_records(home: Home, engine: Engine, name: str, raw: Raw) -> Iterator[Record]:
    """A connection, and the stored password of its own login: a copy that only the engine reads."""
    known = database(raw)
    url = text(part(raw, "connection_details"), "connection_url") or ""
    attrs = {
        "kind": known.product,
        "url": known.server,
        "login": known.username,
        "tls": "false" if "sslmode=disable" in url else "",
        "allowed_roles": ",".join(words(raw, "allowed_roles")),
    }
    yield Resource(
        uid=home.uid("database", f"{engine.path}/{clean(name)}"),
        type="openbao:database-connection",
        name=clean(name),
        provider="openbao",
        scope=home.server,
        attrs={key: value for key, value in attrs.items() if value},
    )
    if known.account:
        yield from _password(home, known.account, f"{engine.path}/config/{clean(name)}", None, {})


def _password(home: Home, account: str, path: str, rotated: datetime | None, attrs: Mapping[str, str]) -> Iterator[Record]:
    uid = credential_uid("database", holder=account, name="password")
    yield Credential(
        uid=uid,
        kind="password",
        issuer="database",
        name=f"password of {account.rpartition('/')[2]}",
        identity_uid=account,
        status="active",
        rotated_at=rotated,
        attrs=dict(attrs),
    )
    full = f"{home.prefix}{path}"
    yield Placement(
        uid=row_uid("place", home.server, "vault", full, uid),
        credential_uid=uid,
        system="vault",
        exposure="sanctioned",
        scope=home.server,
        path=full,
        detector="openbao.database",
    )


def static_role_records(home: Home, engine: Engine, name: str, raw: Raw, databases: Mapping[str, Database]) -> Iterator[Record]:
    """A static role: the engine owns the password of one login and changes it every period."""
    known = databases.get(text(raw, "db_name") or "", Database("", ""))
    login = clean(text(raw, "username") or "")
    account = known.login(login) or home.uid("database-login", f"{engine.path}/{login or clean(name)}")
    period = seconds(raw, "rotation_period")
    yield from _password(
        home,
        account,
        f"{engine.path}/static-creds/{clean(name)}",
        moment(raw, "last_vault_rotation") or moment(raw, "last_bao_rotation"),
        {"rotation_enabled": "true", "rotation_days": str(max(1, round(period / _DAY)))}
        if period
        else {"rotation_schedule": clean(text(raw, "rotation_schedule") or "")},
    )
    yield _mints(home, account, f"{engine.path}/static-creds/{clean(name)}", "openbao:database-static-role")


def dynamic_role_records(home: Home, engine: Engine, name: str, raw: Raw, databases: Mapping[str, Database]) -> Iterator[Record]:
    """A dynamic role: every reader gets a login of its own; what it may do is what the statements grant."""
    known = databases.get(text(raw, "db_name") or "", Database("", ""))
    statements = "\n".join(words_of_lines(raw, "creation_statements"))
    attrs = {
        "kind": known.product,
        "url": known.server,
        "max_ttl": str(seconds(raw, "max_ttl") or engine.max_ttl),
        "default_ttl": str(seconds(raw, "default_ttl")),
        "superuser": "true" if re.search(r"(?i)\bSUPERUSER\b", statements) else "",
    }
    yield Resource(
        uid=home.uid("database-role", f"{engine.path}/{clean(name)}"),
        type="openbao:database-role",
        name=clean(name),
        provider="openbao",
        scope=home.server,
        attrs={key: value for key, value in attrs.items() if value not in {"", "0"}},
    )
    for granted in granted_roles(statements):
        if account := known.login(granted):
            yield _mints(home, account, f"{engine.path}/creds/{clean(name)}", "openbao:database-role")


def words_of_lines(raw: Raw, name: str) -> list[str]:
    """Statements as a list, whatever the version wrote."""
    value = raw.get(name)
    return (
        [item for item in value if isinstance(item, str)]
        if isinstance(value, list)
        else [value]
        if isinstance(value, str)
        else []
    )


def granted_roles(statements: str) -> list[str]:
    """Database roles whose rights a dynamic login gets."""
    found = [one or two for one, two in _GRANTED.findall(statements[:100_000])]
    return [name for name in dict.fromkeys(found) if name.lower() not in _NOT_ROLES]


def _mints(home: Home, account: str, path: str, mechanism: str) -> Trust:
    """Who may read the path becomes the login."""
    subject = home.uid("path", path)
    return Trust(
        uid=row_uid("trust", account, mechanism, subject),
        identity_uid=account,
        subject=subject,
        subject_kind="workload",
        mechanism=mechanism,
        attrs={"path": f"{home.prefix}{path}"},
    )


def pki_role(home: Home, engine: Engine, name: str, raw: Raw) -> Resource:
    """Whose certificates a role's holder may have made, and for how long."""
    attrs = {
        "allow_any_name": flag(raw, "allow_any_name"),
        "allow_subdomains": flag(raw, "allow_subdomains"),
        "allow_glob_domains": flag(raw, "allow_glob_domains"),
        "allowed_domains": ",".join(words(raw, "allowed_domains")),
        "client_flag": flag(raw, "client_flag"),
        "max_ttl": str(seconds(raw, "max_ttl") or seconds(raw, "ttl") or engine.max_ttl),
        "default_ttl": str(seconds(raw, "ttl")),
        "no_store": flag(raw, "no_store"),
    }
    return _resource(home, engine, "pki-role", name, attrs)


def transit_key(home: Home, engine: Engine, name: str, raw: Raw) -> Iterator[Record]:
    """A key of the transit engine: its material never leaves it unless it is exportable."""
    versions = part(raw, "keys")
    made = [
        found for version in versions if (found := moment(versions, version) or moment(part(versions, version), "creation_time"))
    ]
    period = seconds(raw, "auto_rotate_period")
    exportable = raw.get("exportable") is True or raw.get("allow_plaintext_backup") is True
    attrs = {"exportable": "true" if exportable else "false", "rotation_period": str(period) if period else ""}
    resource = _resource(home, engine, "transit-key", name, {"kind": text(raw, "type") or "", **attrs})
    yield resource
    yield Credential(
        uid=credential_uid(ISSUER, holder=resource.uid, name="key"),
        kind="signing_key",
        issuer=ISSUER,
        name=clean(name),
        status="active",
        created_at=min(made, default=None),
        rotated_at=max(made, default=None),
        algorithm=clean(text(raw, "type") or "") or None,
        attrs={"of": "transit-key", **{key: value for key, value in attrs.items() if value}},
    )


def ssh_role(home: Home, engine: Engine, name: str, raw: Raw) -> Resource:
    """As whom, and for how long, a role's holder may log in to every host that trusts the engine's CA."""
    attrs = {
        "kind": text(raw, "key_type") or "",
        "allowed_users": ",".join(words(raw, "allowed_users")),
        "default_user": text(raw, "default_user") or "",
        "allow_user_certificates": flag(raw, "allow_user_certificates"),
        "allow_host_certificates": flag(raw, "allow_host_certificates"),
        "max_ttl": str(seconds(raw, "max_ttl") or seconds(raw, "ttl") or engine.max_ttl),
        "cidrs": ",".join(words(raw, "cidr_list")),
    }
    return _resource(home, engine, "ssh-role", name, attrs)


def kubernetes_role(home: Home, engine: Engine, name: str, raw: Raw) -> Iterator[Record]:
    """Service-account tokens the engine hands out, for an account that is there or one made with generated rights."""
    spaces = words(raw, "allowed_kubernetes_namespaces")
    account = text(raw, "service_account_name") or ""
    attrs = {
        "namespaces": ",".join(spaces),
        "service_account": account,
        "kubernetes_role": text(raw, "kubernetes_role_name") or "",
        "generated_rules": "true" if text(raw, "generated_role_rules") else "",
        "cluster_role": "true" if text(raw, "kubernetes_role_type") == "ClusterRole" else "",
        "max_ttl": str(seconds(raw, "token_max_ttl") or engine.max_ttl),
    }
    yield _resource(home, engine, "kubernetes-role", name, attrs)


def _resource(home: Home, engine: Engine, kind: str, name: str, attrs: Mapping[str, str]) -> Resource:
    return Resource(
        uid=home.uid(kind, f"{engine.path}/{clean(name)}"),
        type=f"openbao:{kind}",
        name=clean(f"{home.prefix}{engine.path}/{name}"),
        provider="openbao",
        scope=home.server,
        attrs={key: clean(value) for key, value in attrs.items() if value not in {"", "0"}},
    )


def certificate(home: Home, engine: Engine, serial: str, raw: Raw) -> Credential:
    """A certificate from the detailed list (``not_after``...). Its thumbprint is not in the list; the serial names it."""
    expires = moment(raw, "not_after")
    attrs = {"subject": text(raw, "common_name") or "", "issuer_name": text(raw, "issuer") or "", "serial": serial}
    bits = raw.get("key_bits")
    issuer = f"{home.server}/{home.prefix}{engine.path}"
    return Credential(
        uid=credential_uid("x509", holder=f"openbao:{issuer}", name=clean(serial)),
        kind="certificate",
        issuer="x509",
        name=clean(text(raw, "common_name") or serial),
        created_at=moment(raw, "not_before"),
        expires_at=expires,
        expiry="set" if expires else "unknown",
        algorithm=clean(text(raw, "key_type") or "").upper() or None,
        bits=bits if isinstance(bits, int) and not isinstance(bits, bool) and 0 < bits < 100_000 else None,
        attrs={key: clean(value) for key, value in attrs.items() if value},
    )


def certificate_of(home: Home, engine: Engine, serial: str, material: Material) -> Credential:
    """A certificate that was read itself: named by its SHA-256 thumbprint, as it is wherever else it lies."""
    return Credential(
        uid=credential_uid("x509", public_id=material.public_id, holder=home.uid("pki", engine.path), name=clean(serial)),
        kind="certificate",
        issuer="x509",
        name=material.name,
        public_id=material.public_id,
        created_at=material.created_at,
        expires_at=material.expires_at,
        expiry=material.expiry,
        algorithm=material.algorithm,
        bits=material.bits,
        attrs={**material.attrs, "serial": clean(serial)},
    )
