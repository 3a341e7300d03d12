"""pg_hba.conf: which line lets whom in, from where, by which method. Pure.

Facts: "The pg_hba.conf File" of the PostgreSQL manual: the first line that matches connection type, database, user and address
decides; ``+group`` names a group's members, ``/`` begins a regular expression (16), ``all`` does not match replication.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from keyrack.providers.postgres.closure import Memberships
from keyrack.providers.postgres.roles import role_uid
from keyrack.records import Record, Resource, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw, number, text, texts
from keyrack.sdk.material import Material, Place, observe
from keyrack.sdk.secret import Secret

_ADDRESSES = re.compile(r"[0-9a-fA-F:.]+")
_SECRETS = {"ldapbindpasswd": "password of the LDAP account that looks users up", "radiussecrets": "secret shared with RADIUS"}
"""Options of a line that hold a secret in plain text ("LDAP Authentication", "RADIUS Authentication")."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that the server can use."""

    number: int
    connection: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str
    reach: str
    method: str
    options: tuple[str, ...]

    def covers_all(self) -> bool:
        """Whether no later line of the same connection type is reached."""
        return "all" in self.databases and self.reach == "any" and self.connection in {"host", "local"}

    def matches(self, role: str, groups: Iterable[str]) -> bool:
        """Whether the line is about a role; a regular expression we cannot read counts as a match."""
        mine = set(groups)
        for user in self.users:
            if user in {"all", role} or (user.startswith("+") and (user[1:] in mine or user[1:] == role)):
                return True
            if user.startswith("/") and _fits(user[1:], role):
                return True
        return False

    @property
    def shown(self) -> str:
        """The line as one writes it, without options."""
        return " ".join(
            filter(None, (self.connection, ",".join(self.databases), ",".join(self.users), self.address, self.method))
        )


def _fits(pattern: str, role: str) -> bool:
    if len(pattern) > 200:
        return True
    plain = re.fullmatch(r"\^?([\w.-]*)(\.\*)?\$?", pattern)
    return True if plain is None else role.startswith(plain[1]) if pattern.startswith("^") else plain[1] in role


def line_of(row: Raw) -> Line | None:
    """A row of ``pg_hba_file_rules``; ``None`` for a line the server cannot use, or that refuses."""
    connection, method = text(row, "connection"), text(row, "method")
    users, databases = texts(row, "users"), texts(row, "databases")
    if not connection or not method or row.get("broken") is True or not users or not databases:
        return None
    address = _address(text(row, "address"), text(row, "netmask"))
    return Line(
        number=number(row, "line_number") or 0,
        connection=connection,
        databases=tuple(databases),
        users=tuple(users),
        address=address,
        reach="socket" if connection == "local" else _reach(address),
        method=method,
        options=tuple(texts(row, "options")),
    )


def _address(address: str | None, mask: str | None) -> str:
    """Address and mask as one network; names stay names."""
    if not address or not mask or not _ADDRESSES.fullmatch(address):
        return address or ""
    try:
        bits = int(ipaddress.ip_address(mask)).bit_count()
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return address


def _reach(address: str) -> str:
    """How far an address reaches: any, public, private or loopback; names are taken for private ones."""
    if address in {"all", "0.0.0.0/0", "::/0"}:
        return "any"
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        return "loopback" if address == "samehost" else "private"
    if network.is_loopback:
        return "loopback"
    return "private" if network.is_private else "public"


def sign_in(role: str, lines: Iterable[Line], members: Memberships) -> dict[str, str]:
    """How a role may come in: every method of the lines that may be first for it, strongest places first."""
    groups = [held.group for held in members.groups(role)]
    methods: dict[str, None] = {}
    open_from = ""
    done: set[str] = set()
    for line in lines:
        if line.connection in done or not line.matches(role, groups):
            continue
        if line.covers_all():
            done |= {
                line.connection,
                *(("hostssl", "hostnossl", "hostgssenc", "hostnogssenc") if line.connection == "host" else ()),
            }
        if line.method == "reject":
            continue
        methods[line.method] = None
        if line.method == "trust" and "replication" not in line.databases:
            open_from = open_from or (line.address or "the server itself")
    facts = {"sign_in": ", ".join(methods), "sign_in_without_password": open_from}
    return {key: value for key, value in facts.items() if value}


def records(lines: Iterable[Line], server: str, path: str, roles: Mapping[str, bool], ctx: Context) -> Iterator[Record]:
    """Lines as Resources, ``trust`` as Trusts of the roles they name, secrets in options as placements.

    Args:
        lines: all usable lines, in order.
        server: name of the server.
        path: the file, as the server names it.
        roles: login roles by name; whether each is superuser.
        ctx: fingerprinter.
    """
    for line in lines:
        uid = f"pg:{server}:hba/{line.shown if len(line.shown) <= 300 else row_uid('line', line.shown)}"
        yield Resource(
            uid=uid, type="pg:hba-rule", name=line.shown[:300], provider="postgres", scope=server, attrs=_attrs(line, path)
        )
        if line.method == "trust":
            yield from _trusts(line, server, roles)
        yield from _secrets(line, server, path, ctx)


def _attrs(line: Line, path: str) -> dict[str, str]:
    facts = {
        "path": path,
        "line": str(line.number),
        "connection": line.connection,
        "databases": ", ".join(line.databases)[:500],
        "users": ", ".join(line.users)[:500],
        "address": line.address,
        "method": line.method,
        "reach": line.reach,
    }
    return {key: value for key, value in facts.items() if value}


def _trusts(line: Line, server: str, roles: Mapping[str, bool]) -> Iterator[Trust]:
    """Roles that a ``trust`` line names; for ``all`` the superusers alone, else the graph would be everybody's."""
    named = [user for user in line.users if user in roles]
    everybody = [role for role, strong in roles.items() if strong] if "all" in line.users else []
    for role in sorted({*named, *everybody}):
        yield Trust(
            uid=row_uid("trust", server, "hba", role, line.shown),
            identity_uid=role_uid(server, role),
            subject=line.address or server,
            subject_kind="anyone" if line.reach in {"any", "public"} else "workload",
            mechanism="pg:hba-trust",
            attrs={"line": str(line.number)},
        )


def _secrets(line: Line, server: str, path: str, ctx: Context) -> Iterator[Record]:
    for option in line.options:
        name, _, value = option.partition("=")
        if name not in _SECRETS or not value:
            continue
        material = Material(kind="password", issuer="ldap" if name.startswith("ldap") else "radius", name=_SECRETS[name],
                            detector="pg_hba", secret=Secret(value.strip('"')), field=name, line=line.number)  # fmt: skip
        yield from observe(material, Place(system="app_setting", exposure="config", scope=server, path=path), ctx.fingerprint)
