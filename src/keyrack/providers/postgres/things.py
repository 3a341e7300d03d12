"""The server, its databases and the functions that lend their owner's rights. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keyrack.providers.postgres import nature
from keyrack.providers.postgres.foreign import connection_words, placed
from keyrack.providers.postgres.roles import Roles
from keyrack.records import Record, Resource, Trust
from keyrack.records.trust import SubjectKind
from keyrack.records.uids import row_uid
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw, text, texts
from keyrack.sdk.notes import pairs


def settings_of(rows: Sequence[Raw]) -> dict[str, str]:
    """Settings by name."""
    found = {}
    for row in rows:
        name, value = text(row, "name"), text(row, "setting")
        if name and value:
            found[name] = value
    return found


def server_records(settings: Mapping[str, str], roles: Roles, ctx: Context) -> Iterator[Record]:
    """The server; a standby's password for its primary is a placement."""
    facts = {
        "version": settings.get("server_version"),
        "tls": settings.get("ssl"),
        "password_encryption": settings.get("password_encryption"),
        "log_connections": settings.get("log_connections"),
        "listen": settings.get("listen_addresses"),
        "audit": "true" if "pgaudit" in settings.get("shared_preload_libraries", "") else "false",
    }
    yield Resource(
        uid=f"pg:{roles.server}:server/{roles.server}",
        type="pg:server",
        name=roles.server,
        provider="postgres",
        scope=roles.server,
        attrs={key: value for key, value in facts.items() if value},
    )
    words = connection_words(settings.get("primary_conninfo", ""))
    if words.get("password"):
        yield from placed(words["password"], words.get("user"), words, "postgresql.auto.conf: primary_conninfo", roles, ctx)


def database_record(row: Raw, extensions: Sequence[str], roles: Roles) -> Iterator[Resource]:
    """A database, with the environment its comment states."""
    name = text(row, "name")
    if not name:
        return
    tags = pairs(text(row, "comment"))
    owner = text(row, "owner")
    facts = {"owner": roles.uid(owner) if owner else None, "extensions": ", ".join(extensions)}
    yield Resource(
        uid=f"pg:{roles.server}:database/{name}",
        type="pg:database",
        name=name,
        provider="postgres",
        scope=roles.server,
        environment=nature.environment(tags),
        tags=tags,
        attrs={key: value for key, value in facts.items() if value},
    )


def function_records(row: Raw, database: str, roles: Roles) -> Iterator[Record]:
    """A SECURITY DEFINER function, and who may act with its owner's rights through it.

    The owner of an extension's function is who installed it; its author fixed what it does, so it makes no Trust.
    """
    schema, name, owner = text(row, "schema"), text(row, "name"), text(row, "owner")
    if not schema or not name or not owner:
        return
    shown = f"{schema}.{name}({text(row, 'arguments') or ''})"[:300]
    everybody = row.get("public_execute") is True
    path = "fixed" if row.get("fixed_path") is True else "open"
    uid = f"pg:{roles.server}:function/{database}/{shown}"
    yield Resource(
        uid=uid,
        type="pg:function",
        name=shown,
        provider="postgres",
        scope=roles.server,
        attrs={
            "security_definer_owner": roles.uid(owner),
            "public_execute": str(everybody).lower(),
            "search_path": path,
            "superuser": "true" if row.get("superuser") is True else "false",
        },
    )
    if row.get("of_extension") is True:
        return
    callers: list[tuple[str, SubjectKind]] = [(roles.uid(role), "identity") for role in texts(row, "executors")]
    if everybody:
        callers = [("*", "same_account")]
    for subject, kind in callers:
        yield Trust(
            uid=row_uid("trust", uid, subject),
            identity_uid=roles.uid(owner),
            subject=subject,
            subject_kind=kind,
            mechanism="pg:security-definer",
            attrs={"function": shown, "search_path": path, "database": database},
        )
