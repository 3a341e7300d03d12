"""The order of questions: the server first, then each database, the roles last, when it is known what their groups hold."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping

from keyrack.providers.postgres import capabilities, hba, privileges, queries
from keyrack.providers.postgres.activity import session_usage
from keyrack.providers.postgres.closure import memberships
from keyrack.providers.postgres.comments import written
from keyrack.providers.postgres.connect import Failed, Row, Server
from keyrack.providers.postgres.foreign import foreign_records, subscription_records
from keyrack.providers.postgres.privileges import Documents, Statement
from keyrack.providers.postgres.roles import Password, Roles, role_records
from keyrack.providers.postgres.things import database_record, function_records, server_records, settings_of
from keyrack.records import Gap, Record
from keyrack.sdk import Context
from keyrack.sdk.fields import text, when
from keyrack.sdk.gaps import gap
from keyrack.sdk.spending import note

_PERMISSIONS = {
    "server": capabilities.MONITOR,
    "passwords": capabilities.METHODS,
    "hba": capabilities.HBA,
    "foreign": capabilities.MAPPINGS,
    "subscriptions": capabilities.SUBSCRIPTIONS,
    "activity": capabilities.MONITOR,
}
_OPTIONAL = frozenset({"passwords", "hba", "foreign", "subscriptions"})
_READERS: tuple[tuple[str, Callable[[Row, str], Statement | None]], ...] = (
    (queries.RELATIONS, privileges.relations),
    (queries.COLUMNS, privileges.columns),
    (queries.SCHEMAS, privileges.schemas),
    (queries.ROUTINES, privileges.routines),
    (queries.OWNED, privileges.owned),
    (queries.DEFAULTS, privileges.defaults),
)


def discover(server: Server, options: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """Records and Gaps of one server."""
    members = server.whole(queries.members(server.version))
    roles = Roles(server.name, memberships([] if isinstance(members, Failed) else members), server.version)
    if isinstance(members, Failed):
        yield _gap("roles", "memberships", members)
    for row in server.ask(queries.ROLES):
        if isinstance(row, Failed):
            yield _gap("roles", "pg_roles", row)
        else:
            roles.add(row)
    settings = server.whole(queries.SETTINGS)
    if isinstance(settings, Failed):
        yield _gap("server", "pg_settings", settings)
        settings = []
    known = settings_of(settings)
    yield from server_records(known, roles, ctx)
    documents = Documents()
    yield from _statements(server, roles, documents, queries.DATABASE_ACL, privileges.databases, "server", None)
    lines: list[hba.Line] = []
    yield from _sign_in(server, roles, known, lines, ctx)
    yield from _subscriptions(server, roles, ctx)
    yield from _activity(server, roles)
    yield from _databases(server, options, roles, documents, ctx)
    yield from _roles(server, roles, lines, ctx)
    yield from documents.policies(roles)
    note(ctx.progress, server.name, calls=server.queries)


def _statements(
    server: Server,
    roles: Roles,
    documents: Documents,
    query: str,
    read: Callable[[Row, str], Statement | None],
    capability: str,
    database: str | None,
) -> Iterator[Record]:
    """Grants of login roles at once; what groups hold is kept for their documents."""
    for row in server.ask(query, database):
        if isinstance(row, Failed):
            yield _gap(capability, database or "databases", row)
            continue
        statement = read(row, database or "")
        if statement is None:
            continue
        if statement.role in roles.login:
            yield privileges.grant(statement, roles)
        if statement.role not in roles.login or statement.role in roles.members.counts:
            documents.add(statement, roles)


def _sign_in(server: Server, roles: Roles, settings: Mapping[str, str], lines: list[hba.Line], ctx: Context) -> Iterator[Record]:
    rows = server.whole(queries.HBA)
    if isinstance(rows, Failed):
        yield _gap("hba", "pg_hba_file_rules", rows)
        return
    lines += [line for line in map(hba.line_of, rows) if line is not None]
    broken = sum(1 for row in rows if row.get("broken") is True)
    if broken:
        yield gap("postgres.hba", "pg_hba.conf", "malformed", f"the server cannot use {broken} lines of pg_hba.conf",
                  hint="SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL", incomplete=False)  # fmt: skip
    login = {name: name in roles.super for name in roles.login}
    yield from hba.records(lines, server.name, settings.get("hba_file", "pg_hba.conf"), login, ctx)


def _subscriptions(server: Server, roles: Roles, ctx: Context) -> Iterator[Record]:
    rows = server.whole(queries.subscriptions(whole=True))
    if isinstance(rows, Failed):
        refused, rows = rows, server.whole(queries.subscriptions(whole=False))
        if rows:  # nobody subscribes to anything: nothing was missed
            yield _gap("subscriptions", "pg_subscription", rows if isinstance(rows, Failed) else refused)
    for row in [] if isinstance(rows, Failed) else rows:
        yield from subscription_records(row, roles, ctx)


def _activity(server: Server, roles: Roles) -> Iterator[Record]:
    hidden = False
    for row in server.ask(queries.ACTIVITY):
        if isinstance(row, Failed):
            yield _gap("activity", "pg_stat_activity", row)
            continue
        hidden = hidden or row.get("hidden") is True
        yield from session_usage(row, roles)
    if hidden:
        yield gap("postgres.activity", "pg_stat_activity", "denied", "sessions of other roles are shown without their details",
                  permission=capabilities.MONITOR, hint="GRANT pg_monitor TO the role Keyrack signs in as")  # fmt: skip


def _databases(server: Server, options: Mapping[str, str], roles: Roles, documents: Documents, ctx: Context) -> Iterator[Record]:
    rows = server.whole(queries.DATABASES)
    if isinstance(rows, Failed):
        yield _gap("server", "pg_database", rows)
        return
    wanted = {name.strip() for name in options.get("databases", "").split(",") if name.strip()}
    for row in rows:
        name = text(row, "name")
        if not name or row.get("open") is not True:
            continue
        yield from written(text(row, "comment"), server.name, f"database {name}", ctx.fingerprint)
        if wanted and name not in wanted:
            yield gap("postgres.privileges", name, "not_configured", f"database {name} was left out on request", incomplete=False)
            yield from database_record(row, (), roles)
        elif row.get("may_connect") is not True:
            yield gap("postgres.privileges", name, "denied", f"database {name} does not let us connect",
                      permission=capabilities.CONNECT, hint="GRANT CONNECT on it to the role Keyrack signs in as")  # fmt: skip
            yield from database_record(row, (), roles)
        else:
            yield from _database(server, row, name, roles, documents, ctx)


def _database(server: Server, row: Row, name: str, roles: Roles, documents: Documents, ctx: Context) -> Iterator[Record]:
    """One database: what reaches outside it, who holds what in it."""
    extensions = server.whole(queries.EXTENSIONS, name)
    if isinstance(extensions, Failed):
        yield _gap("privileges", name, extensions)
        yield from database_record(row, (), roles)
        return
    yield from database_record(row, [found for one in extensions if (found := text(one, "name"))], roles)
    for query, read in _READERS:
        yield from _statements(server, roles, documents, query, read, "privileges", name)
    for definer in server.ask(queries.DEFINERS, name):
        if isinstance(definer, Failed):
            yield _gap("functions", name, definer)
        else:
            yield from function_records(definer, name, roles)
    yield from _foreign(server, name, roles, ctx)


def _foreign(server: Server, name: str, roles: Roles, ctx: Context) -> Iterator[Record]:
    rows = server.whole(queries.FOREIGN, name)
    if isinstance(rows, Failed):
        yield _gap("foreign", name, rows)
        return
    for row in rows:
        yield from foreign_records(row, name, roles, ctx)
    if any(row.get("mapped") is True and not row.get("secrets") for row in rows):
        yield gap(
            "postgres.foreign",
            name,
            "denied",
            f"options of user mappings in {name} are not shown to us",
            permission=capabilities.MAPPINGS,
            hint="their passwords are not compared with copies elsewhere",
            incomplete=False,
        )


def _roles(server: Server, roles: Roles, lines: list[hba.Line], ctx: Context) -> Iterator[Record]:
    methods = yield from _methods(server)
    for row in server.ask(queries.ROLES):
        if isinstance(row, Failed):
            yield _gap("roles", "pg_roles", row)
            continue
        name = text(row, "name") or ""
        facts = hba.sign_in(name, lines, roles.members) if row.get("login") is True else {}
        yield from role_records(row, roles, (methods or {}).get(name, Password()), facts, ctx)


def _methods(server: Server) -> Generator[Gap, None, dict[str, Password] | None]:
    """How passwords are stored, by role: from the catalogue, else from the view made for us; ``None``: nobody tells."""
    found: dict[str, Password] = {}
    refused = None
    for query in (queries.METHODS, queries.METHODS_VIEW):
        refused = None
        for row in server.ask(query):
            if isinstance(row, Failed):
                refused = row
            else:
                name, method = text(row, "name"), text(row, "method")
                if name and method:
                    found[name] = Password(method, when(row, "changed"))
        if refused is None:
            return found
    if refused is not None:
        yield _gap("passwords", "pg_authid", refused)
    return None


def _gap(capability: str, subject: str, failed: Failed) -> Gap:
    """A Gap in our words; what is refused without an optional permission does not make a scan incomplete."""
    weather = failed.weather
    optional = capability in _OPTIONAL and weather.reason in {"denied", "unsupported"}
    return gap(
        f"postgres.{capability}",
        subject,
        "denied" if optional else weather.reason,
        f"{subject}: {weather.sentence}",
        permission=_PERMISSIONS.get(capability) if weather.reason in {"denied", "unsupported"} else None,
        hint=weather.hint,
        incomplete=not optional,
    )
