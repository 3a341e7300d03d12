"""Records of the server log that tell of a sign-in, a refusal or a statement, as Events. Pure.

Messages: ``PerformAuthentication`` (src/backend/utils/init/postinit.c), ``set_authn_id`` and ``auth_failed``
(src/backend/libpq/auth.c) of PostgreSQL 12 to 18, in English (``lc_messages``); ``AUDIT:`` of pgaudit ("Format" of its README).
The text of a statement is never kept: it may hold a password.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from keyrack.providers.postgres.activity import human_tool
from keyrack.providers.postgres.roles import role_uid
from keyrack.providers.postgres.serverlog import Line
from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid, row_uid

SOURCE: Final = "postgres:log"
_AUTHORIZED: Final = re.compile(
    r"(?P<replication>replication )?connection authorized: user=(?P<user>.*?)(?: database=(?P<database>.*?))?"
    r"(?: application_name=(?P<application>.*?))?(?P<tls> SSL enabled \([^()]*\))?(?P<gss> GSS \([^()]*\))?"
)
_AUTHENTICATED: Final = re.compile(
    r'connection authenticated: identity="(?P<identity>.*)" method=(?P<method>[a-z0-9-]+)(?: \(.*)?'
)
_RECEIVED: Final = re.compile(r"connection received: host=(?P<host>\S+)(?: port=\d+)?")
_REFUSED: Final = re.compile(
    r"""(?x)
      [A-Za-z0-9-]+[ ]authentication[ ]failed[ ]for[ ]user[ ]"(?P<user>.*?)"
    | role[ ]"(?P<user1>.*?)"[ ](?:(?P<missing>does[ ]not[ ]exist)|is[ ]not[ ]permitted[ ]to[ ]log[ ]in)
    | (?:no[ ]pg_hba\.conf[ ]entry|pg_hba\.conf[ ]rejects[ ](?:replication[ ])?connection)[ ]for[ ]
      (?:replication[ ]connection[ ]from[ ])?host[ ]"(?P<host>[^"]*)",[ ]user[ ]"(?P<user2>.*?)"
      (?:,[ ]database[ ]"(?P<database>.*?)")?.*
    | permission[ ]denied[ ]for[ ]database[ ]"(?P<database2>.*?)"
    """
)
_NOBODY: Final = re.compile(r'Role "[^"]*" does not exist\.')
"""The server asks a role that is not there for a password too, and tells only its log."""
_FORBIDDEN: Final = re.compile(r"permission denied for (?P<what>[a-z -]+?) (?P<name>.*)")
_STATEMENT: Final = re.compile(r"(?:duration: [0-9.]+ ms  )?(?:statement|execute [^:]*|fastpath function call): ")
_COMMAND: Final = re.compile(
    r"(?:duration: [0-9.]+ ms  )?(?:statement|execute [^:]*): (?:\s+|/\*(?:[^*]|\*(?!/))*\*/|--[^\n]*\n)*([A-Za-z]{2,20})\b"
)
_PASSWORD_METHODS: Final = frozenset({"scram-sha-256", "md5", "password"})
_PRIVILEGES: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "EXECUTE"})
_SIGN_IN_STATES: Final = frozenset({"28000", "28P01"})


@dataclass(slots=True)
class Session:
    """What earlier records of a connection said."""

    host: str | None = None
    method: str | None = None
    user: str | None = None
    database: str | None = None
    application: str | None = None


_LONGEST: Final = 2_000
"""Characters a message about a sign-in may have; names in it are cut at 63 bytes by the server."""
_MOST_SESSIONS: Final = 100_000


@dataclass
class Reader:
    """Reads the records of one server in their order."""

    server: str
    sessions: dict[str, Session] = field(default_factory=dict)

    def events(self, lines: Iterable[Line]) -> Iterator[tuple[Event, bool]]:
        """Events, and whether each needed a privilege that we could not tell."""
        for line in lines:
            yield from self._line(line)

    def _line(self, line: Line) -> Iterator[tuple[Event, bool]]:
        message = line.message
        if line.user:
            self._session(line).user = line.user
        if message.startswith("connection received: "):
            found = _RECEIVED.fullmatch(message)
            self.sessions[line.session] = Session(host=found["host"] if found else None)
        elif message.startswith("connection authenticated: "):
            found = _AUTHENTICATED.fullmatch(message)
            self._session(line).method = found["method"] if found else None
        elif "connection authorized: user=" in message[:40]:
            yield from self._authorized(line)
        elif message.startswith("AUDIT: "):
            yield from self._audited(line)
        elif line.severity in {"FATAL", "ERROR"}:
            yield from self._refused(line)
        elif _STATEMENT.match(message):
            yield from self._statement(line)
        elif message.startswith("disconnection: "):
            self.sessions.pop(line.session, None)

    def _session(self, line: Line) -> Session:
        if len(self.sessions) > _MOST_SESSIONS:  # connections whose end no record told
            self.sessions.clear()
        return self.sessions.setdefault(line.session, Session())

    def _authorized(self, line: Line) -> Iterator[tuple[Event, bool]]:
        found = _AUTHORIZED.fullmatch(line.message) if len(line.message) < _LONGEST else None
        if found is None:
            return
        session = self._session(line)
        session.user = line.user if line.exact else found["user"]
        session.database = line.database if line.exact else found["database"]
        session.application = found["application"] or line.application
        replicates = found["replication"] is not None
        facts = {
            "sign_in": "true",
            "method": session.method,
            "encrypted": "true" if found["tls"] or found["gss"] else "false",
            "tool": human_tool(session.application),
        }
        action = ("REPLICATION", "*") if replicates else ("CONNECT", session.database or "")
        yield self._event(line, "connection authorized", action, "allowed", facts), False

    def _refused(self, line: Line) -> Iterator[tuple[Event, bool]]:
        found = _REFUSED.fullmatch(line.message) if line.severity == "FATAL" and len(line.message) < _LONGEST else None
        if found is not None or (line.severity == "FATAL" and line.state in _SIGN_IN_STATES):
            parts = {name: value for name, value in (found.groupdict() if found else {}).items() if value}
            session = self._session(line)
            named = line.user or parts.get("user") or parts.get("user1") or parts.get("user2") or session.user
            session.user = None if "missing" in parts or _NOBODY.match(line.detail or "") else named
            session.database = line.database or parts.get("database") or parts.get("database2")
            session.host = line.client or session.host or parts.get("host")
            facts = {"sign_in": "true", "method": session.method}
            yield self._event(line, "connection refused", ("CONNECT", session.database or ""), "denied", facts), False
            return
        forbidden = _FORBIDDEN.fullmatch(line.message) if line.severity == "ERROR" and len(line.message) < _LONGEST else None
        if forbidden is not None and self._session(line).user:
            action = (line.tag, "") if line.tag in _PRIVILEGES else None
            event = self._event(line, f"{line.tag or 'statement'} on a {forbidden['what']}", action, "denied", {})
            yield event, action is None

    def _statement(self, line: Line) -> Iterator[tuple[Event, bool]]:
        """By its command alone; which tables it touched only pgaudit tells."""
        if not self._session(line).user:
            return
        first = _COMMAND.match(line.message)
        tag = first[1].upper() if first else ""  # the column of the command says "idle" still
        if tag in {"", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SET", "RESET", "SHOW", "DISCARD", "SAVEPOINT", "RELEASE"}:
            return
        action = (tag, "") if tag in _PRIVILEGES else None
        yield self._event(line, tag, action, "allowed", {}), action is None

    def _audited(self, line: Line) -> Iterator[tuple[Event, bool]]:
        """``AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.account,...``: columns 5 to 7 are command, object type and object."""
        row = next(csv.reader([line.message.removeprefix("AUDIT: ").split("\n", 1)[0][:20_000]]), [])
        if len(row) < 7 or not self._session(line).user:
            return
        command, name = row[4], row[6]
        database = line.database or self._session(line).database or ""
        action = (command, f"{database}/{name.replace('.', '/', 1)}" if name else "") if command in _PRIVILEGES else None
        yield self._event(line, command, action, "allowed", {"audit_class": row[3]}), action is None

    def _event(
        self, line: Line, api: str, action: tuple[str, str] | None, outcome: EventOutcome, facts: dict[str, str | None]
    ) -> Event:
        session = self._session(line)
        identity = role_uid(self.server, session.user) if session.user else None
        by_password = session.method in _PASSWORD_METHODS
        return Event(
            id=row_uid(
                "pg", self.server, line.session, line.number, line.at.isoformat(), line.message if not line.number else ""
            ),
            at=line.at,
            source=SOURCE,
            scope=self.server,
            identity_uid=identity,
            credential_uid=credential_uid("postgres", holder=identity, name="password") if identity and by_password else None,
            session=line.session or None,
            api=api,
            service="postgres",
            actions=[action[0]] if action else [],
            resources=[action[1]] if action else [],
            source_ip=line.client if line.client and line.client != "[local]" else session.host,
            user_agent=line.application or session.application,
            outcome=outcome,
            context={name: value for name, value in facts.items() if value},
        )
