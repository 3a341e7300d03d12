"""Privileges inside databases, gathered by schema: Grants of login roles, and one document for each group. Pure.

Facts: "Privileges" of the PostgreSQL manual (which privileges exist, what an owner may do, what PUBLIC gets by default).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.postgres.closure import higher
from keyrack.providers.postgres.roles import Roles
from keyrack.records import Grant, Policy
from keyrack.records.grant import Privilege, Via
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, number, text, texts

PUBLIC = ""
"""Stands for everybody; no role can have an empty name, but one may be called "PUBLIC"."""
_CLASS: dict[str, Privilege] = {
    "SELECT": "read",
    "INSERT": "write",
    "UPDATE": "write",
    "DELETE": "write",
    "TRUNCATE": "write",
    "TRIGGER": "write",
    "MAINTAIN": "write",
    "REFERENCES": "read",
    "CREATE": "write",
    "OWNER": "write",
    "EXECUTE": "list",
    "USAGE": "list",
    "CONNECT": "list",
    "TEMPORARY": "list",
}
_MOST = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """What one role (or PUBLIC) holds in one place."""

    role: str
    kind: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    via: Via = "direct"
    attrs: tuple[tuple[str, str], ...] = ()

    @property
    def privilege(self) -> Privilege:
        """Strongest class of the actions."""
        found: Privilege = "unknown"
        for action in self.actions:
            found = higher(found, _CLASS.get(action, "unknown"))
        return found


def relations(row: Raw, database: str) -> Statement | None:
    """Tables and views of a schema on which a role holds the same privileges."""
    schema = text(row, "schema")
    tables, total = number(row, "tables") or 0, number(row, "tables_total") or 0
    if not schema or not tables:
        return None
    every = tables >= total
    names = ["*"] if every else texts(row, "names")
    attrs = _attrs(row, database, schema, tables=str(tables), tables_total=str(total))
    return _statement(row, "tables", texts(row, "privileges"), [f"{database}/{schema}/{name}" for name in names], attrs)


def columns(row: Raw, database: str) -> Statement | None:
    """Columns of a schema on which a role holds one privilege."""
    schema, privilege = text(row, "schema"), text(row, "privilege")
    if not schema or not privilege:
        return None
    attrs = _attrs(row, database, schema, tables=str(number(row, "tables") or 0))
    return _statement(row, "columns", [privilege], [f"{database}/{schema}/{name}" for name in texts(row, "names")], attrs)


def schemas(row: Raw, database: str) -> Statement | None:
    """Privileges on a schema itself."""
    schema = text(row, "schema")
    return (
        _statement(row, "schema", texts(row, "privileges"), [f"{database}/{schema}"], _attrs(row, database, schema))
        if schema
        else None
    )


def routines(row: Raw, database: str) -> Statement | None:
    """EXECUTE given to a role by name; what PUBLIC may call is no statement about anybody."""
    schema = text(row, "schema")
    if not schema:
        return None
    return _statement(row, "functions", ["EXECUTE"], [f"{database}/{schema}/()"], _attrs(row, database, schema))


def databases(row: Raw, _: str) -> Statement | None:
    """Privileges on a database."""
    database = text(row, "database")
    return _statement(row, "database", texts(row, "privileges"), [database], _attrs(row, database, None)) if database else None


def defaults(row: Raw, database: str) -> Statement | None:
    """Default privileges: what a role will hold on things another role makes later (ALTER DEFAULT PRIVILEGES)."""
    owner, kind = text(row, "owner"), text(row, "kind")
    if not owner or not kind:
        return None
    schema = text(row, "schema")
    resource = f"{database}/{schema or '*'}/future {kind} of {owner}"
    return _statement(row, "default", texts(row, "privileges"), [resource], _attrs(row, database, schema))


def owned(row: Raw, database: str) -> Statement | None:
    """What a role owns: an owner may do everything with it, and hand rights on it out."""
    schema, what, owner = text(row, "schema"), text(row, "what"), text(row, "owner")
    if not schema or not what or not owner:
        return None
    resource = f"{database}/{schema}" if what == "schema" else f"{database}/{schema}/{'()' if what == 'functions' else '*'}"
    attrs = _attrs(row, database, schema, owner_of=what, tables=str(number(row, "things") or 0) if what == "tables" else None)
    return Statement(owner, f"owner {what}", ("OWNER",), (resource,), "ownership", attrs)


def _statement(
    row: Raw, kind: str, actions: list[str], resources: list[str], attrs: tuple[tuple[str, str], ...]
) -> Statement | None:
    return (
        Statement(text(row, "grantee") or PUBLIC, kind, tuple(sorted(set(actions))), tuple(resources), attrs=attrs)
        if actions
        else None
    )


def _attrs(row: Raw, database: str, schema: str | None, **more: str | None) -> tuple[tuple[str, str], ...]:
    facts = {"database": database, "schema": schema, "grantable": "true" if row.get("grantable") is True else None, **more}
    return tuple((key, value) for key, value in facts.items() if value)


def grant(statement: Statement, roles: Roles) -> Grant:
    """The Grant of a login role."""
    uid = roles.uid(statement.role)
    return Grant(
        uid=row_uid(
            "grant", uid, statement.kind, *statement.actions, *statement.resources, dict(statement.attrs).get("grantable")
        ),
        identity_uid=uid,
        language="postgres",
        effect="allow",
        actions=list(statement.actions),
        resources=list(statement.resources),
        via=statement.via,
        privilege=statement.privilege,
        attrs=dict(statement.attrs),
    )


@dataclass(slots=True)
class Documents:
    """What groups hold, until all databases are read; at most 500 statements each."""

    held: dict[str, list[Statement]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)

    def add(self, statement: Statement, roles: Roles) -> None:
        """One more statement of a group, or of PUBLIC."""
        kept = self.held.setdefault(statement.role, [])
        roles.raise_worth(statement.role, statement.privilege)
        if len(kept) < _MOST:
            kept.append(statement)
        else:
            self.cut.add(statement.role)

    def policies(self, roles: Roles) -> Iterator[Policy]:
        """One document for each group and for PUBLIC: a list of {actions, resources}."""
        for name in sorted(self.held):
            said = sorted({(statement.actions, statement.resources) for statement in self.held[name]})
            document = [{"actions": list(actions), "resources": list(resources)} for actions, resources in said]
            members = roles.members.counts.get(name, 0)
            yield Policy(
                uid=row_uid("policy", roles.server, "role", name),
                language="postgres",
                kind="role",
                name=name or "PUBLIC",
                scope=roles.server,
                document=json.dumps(document, ensure_ascii=False),
                targets=[roles.uid(name)] if name else [],
                attrs={"members": str(members), **({"truncated": "true"} if name in self.cut else {})},
            )
