"""Where a server keeps passwords of other servers: user mappings, subscriptions, primary_conninfo. Pure.

The values end here: a keyed fingerprint goes on, so that the same password is recognised in a vault, a cluster or in code.
Facts: CREATE USER MAPPING and CREATE SUBSCRIPTION of the PostgreSQL manual; both are kept in plain text in the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from keyrack.providers.postgres.connect import server_name
from keyrack.providers.postgres.roles import Roles, role_uid
from keyrack.records import Record, Resource
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw, text, texts
from keyrack.sdk.material import Material, Place, observe
from keyrack.sdk.secret import Secret

_WORD = re.compile(r"([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s']*))")
_URL = re.compile(r"postgres(?:ql)?://(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?:,]*)(?::(\d{1,5}))?")


def foreign_records(row: Raw, database: str, roles: Roles, ctx: Context) -> Iterator[Record]:
    """A foreign server and one of its user mappings."""
    name = text(row, "server")
    if not name:
        return
    options = pairs(texts(row, "options"))
    owner = text(row, "owner")
    facts = {
        "tool": text(row, "wrapper"),
        "endpoint": _endpoint(options),
        "owner": roles.uid(owner) if owner else None,
    }
    uid = f"pg:{roles.server}:foreign-server/{database}/{name}"
    yield Resource(
        uid=uid,
        type="pg:foreign-server",
        name=name,
        provider="postgres",
        scope=roles.server,
        attrs={key: value for key, value in facts.items() if value},
    )
    mapping = pairs(texts(row, "secrets"))
    secret = mapping.get("password")
    if secret:
        place = f"{database}: user mapping of {text(row, 'role') or 'public'} for {name}"
        yield from placed(secret, mapping.get("user"), options, place, roles, ctx, consumer=text(row, "role"))


def subscription_records(row: Raw, roles: Roles, ctx: Context) -> Iterator[Record]:
    """A subscription, and the password in its connection string when it may be read."""
    name, database = text(row, "name"), text(row, "database")
    if not name or not database:
        return
    owner = text(row, "owner")
    words = connection_words(text(row, "conninfo") or "")
    facts = {
        "endpoint": _endpoint(words),
        "owner": roles.uid(owner) if owner else None,
        "enabled": "true" if row.get("enabled") is True else "false",
    }
    yield Resource(
        uid=f"pg:{roles.server}:subscription/{database}/{name}",
        type="pg:subscription",
        name=name,
        provider="postgres",
        scope=roles.server,
        attrs={key: value for key, value in facts.items() if value},
    )
    if words.get("password"):
        yield from placed(
            words["password"], words.get("user"), words, f"{database}: subscription {name}", roles, ctx, consumer=owner
        )


def placed(
    secret: str,
    user: str | None,
    server: Mapping[str, str],
    path: str,
    roles: Roles,
    ctx: Context,
    *,
    consumer: str | None = None,
) -> Iterator[Record]:
    """A password kept for another server: the credential is that server's role's, as a scan of it would call it."""
    host, port = server.get("host") or server.get("hostaddr") or "", server.get("port") or "5432"
    holder = None
    if user and host and port.isascii() and port.isdigit() and len(port) < 6:
        holder = role_uid(server_name(host, int(port)), user)
    attrs = {"login": user or "", "endpoint": _endpoint(server) or ""}
    material = Material(
        kind="password",
        issuer="database",
        name=f"password of {user}" if user else "password of a database role",
        detector="postgres",
        secret=Secret(secret),
        field="password",
        attrs={key: value for key, value in attrs.items() if value},
    )
    place = Place(
        system="app_setting",
        exposure="config",
        scope=roles.server,
        path=path,
        consumer_uid=roles.uid(consumer) if consumer and consumer != "public" else None,
    )
    yield from observe(material, place, ctx.fingerprint, identity_uid=holder)


def pairs(options: list[str]) -> dict[str, str]:
    """``name=value`` options as a mapping."""
    return {name: value for name, sign, value in (option.partition("=") for option in options) if sign}


def connection_words(conninfo: str) -> dict[str, str]:
    """Words of a libpq connection string or URL; a value it cannot read is left out, never an error."""
    url = _URL.match(conninfo)
    if url:
        from urllib.parse import unquote

        user, secret, host, port = (unquote(part) if part else "" for part in url.groups())
        return {key: value for key, value in (("user", user), ("password", secret), ("host", host), ("port", port)) if value}
    words = {}
    for name, quoted, bare in _WORD.findall(conninfo):
        words[name] = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
    return words


def _endpoint(server: Mapping[str, str]) -> str | None:
    host = server.get("host") or server.get("hostaddr")
    return f"{host}:{server.get('port') or '5432'}" if host else None
