"""Sign in and ask: short read-only transactions with a deadline on both sides; every failure after the first sign-in is data.

Options of a connection: "Database Connection Control Functions" of the PostgreSQL manual (libpq); the environment variables,
``pg_service.conf`` and ``.pgpass`` work as in psql. The server enforces ``statement_timeout``; a watchdog of ours cuts the
socket when not even that comes back.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import TYPE_CHECKING, Any, cast

from keyrack.errors import KeyrackError, UsageError
from keyrack.providers.postgres.weather import CUT, GONE, LOST, SLOW, Weather, of_error
from keyrack.sdk import Target

if TYPE_CHECKING:
    import psycopg

Row = Mapping[str, object]

_PAGE = 2000
_TRIES = 4
_GIVE_UP_AFTER = 3
_GONE = frozenset({"unreachable", "truncated"})
_DEFAULT_TIMEOUT = 60.0
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Failed:
    """A query without an answer."""

    weather: Weather


class _AgainError(Exception):
    """A failure that a second try may not meet."""

    def __init__(self, weather: Weather) -> None:
        super().__init__(weather.sentence)
        self.weather = weather


@dataclass(slots=True)
class Server:
    """One server. ``ask`` opens a connection for each database when it is first needed, and one at a time."""

    name: str
    version: int
    home: str
    timeout: float
    words: Mapping[str, Any] = field(repr=False)
    connection: psycopg.Connection[Any] | None = field(default=None, repr=False)
    database: str = ""
    queries: int = 0
    broken: int = 0

    def ask(self, query: str, database: str | None = None) -> Iterator[Row | Failed]:
        """Rows of one statement of ours, page by page; at most one Failed, and then the last.

        A statement that broke off is asked again from the start, so rows may repeat.
        """
        from stamina import retry_context

        if self.broken >= _GIVE_UP_AFTER:
            yield Failed(GONE)
            return
        try:
            for attempt in retry_context(on=_AgainError, attempts=_TRIES, wait_initial=0.5, wait_max=8.0):
                with attempt:
                    yield from self._rows(query, database or self.home)
        except _AgainError as error:
            self.broken += error.weather.reason in _GONE
            yield Failed(error.weather)

    def whole(self, query: str, database: str | None = None) -> list[Row] | Failed:
        """All rows of a statement whose answer is small."""
        found: dict[str, Row] = {}
        for row in self.ask(query, database):
            if isinstance(row, Failed):
                return row
            found[repr(row)] = row
        return list(found.values())

    def close(self) -> None:
        """Sign out."""
        if self.connection is not None:
            with contextlib.suppress(*failures()):
                self.connection.close()
        self.connection = None

    def _rows(self, query: str, database: str) -> Iterator[Row | Failed]:
        late, link = Event(), None
        try:
            link = self._connected(database)
            self.queries += 1
            with link.transaction(), link.cursor(name="keyrack") as cursor:
                with deadline(link, self.timeout) as late:
                    cursor.execute(cast("Any", query))
                    page = cursor.fetchmany(_PAGE)
                while page:
                    yield from page
                    with deadline(link, self.timeout) as late:
                        page = cursor.fetchmany(_PAGE) if len(page) == _PAGE else []
            self.broken = 0
        except failures() as error:
            weather = SLOW if late.is_set() else of_error(error)
            if weather is LOST and link is not None:
                weather = CUT
            if weather.again:
                self.close()
                raise _AgainError(weather) from None
            self.broken += weather.reason in _GONE
            yield Failed(weather)

    def _connected(self, database: str) -> psycopg.Connection[Any]:
        if self.connection is not None and self.database == database and not self.connection.closed:
            return self.connection
        self.close()
        self.connection = _connect({**self.words, "dbname": database}, self.timeout)
        self.database = database
        return self.connection


def failures() -> tuple[type[Exception], ...]:
    """What psycopg, the network and decoding may raise."""
    import psycopg

    return psycopg.Error, OSError, UnicodeError, ValueError


@contextlib.contextmanager
def open_server(target: Target) -> Iterator[Server]:
    """Sign in, find out what the server is called, and sign out when the block ends.

    Raises:
        UsageError: options that contradict each other, or a variable that is not set.
        KeyrackError: psycopg is missing, or the server cannot be reached or lets us not in.
    """
    words, timeout = _words(target.options), _timeout(target.options)
    try:
        link = _first(words, timeout)
    except _AgainError as error:
        said = error.weather
        raise KeyrackError(f"postgres.{said.reason}", f"PostgreSQL: {said.sentence}", hint=said.hint, retry="later") from None
    name = target.options.get("server") or server_name(link.info.host, link.info.port)
    server = Server(name, link.info.server_version, link.info.dbname, timeout, words, link, link.info.dbname)
    try:
        yield server
    finally:
        server.close()


def _first(words: Mapping[str, Any], timeout: float) -> psycopg.Connection[Any]:
    """The first connection; what passes is tried again.

    Raises:
        _AgainError: what came of it in the end.
    """
    from stamina import retry_context

    for attempt in retry_context(on=_passing, attempts=_TRIES, wait_initial=0.5, wait_max=8.0):
        with attempt:
            try:
                return _connect(words, timeout)
            except failures() as error:
                raise _AgainError(of_error(error)) from None
    raise _AgainError(LOST)


def _passing(error: Exception) -> bool:
    return isinstance(error, _AgainError) and error.weather.again


def server_name(host: str, port: int) -> str:
    """``host[:port]``; a socket or loopback is this computer, by its name."""
    shown = socket.gethostname() if host.startswith(("/", "@")) else host
    return (shown if port == 5432 else f"{shown}:{port}").lower()


def is_local(host: str) -> bool:
    """Whether an address is the server itself."""
    return host.lower() in _LOCAL or host.startswith(("/", "@"))


def _words(options: Mapping[str, str]) -> dict[str, Any]:
    """Words for libpq; secrets come from its own places or from the variable an option names."""
    library()
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    words: dict[str, Any] = {}
    if variable := options.get("dsn_env"):
        text = os.environ.get(variable)
        if not text:
            raise UsageError("postgres.dsn", f"the variable {variable} is not set", hint="export the connection string in it")
        try:
            words.update(conninfo_to_dict(text))
        except ProgrammingError:
            raise UsageError(
                "postgres.dsn", f"the value of {variable} is no connection string", hint="postgresql://host/db"
            ) from None
    for name in ("service", "host", "port", "user", "dbname"):
        if options.get(name):
            words[name] = options[name]
    return words


def _timeout(options: Mapping[str, str]) -> float:
    try:
        seconds = float(options.get("timeout") or _DEFAULT_TIMEOUT)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise UsageError("postgres.timeout", "the time-out is not a number of seconds", hint="--postgres-timeout 60")
    return seconds


def library() -> None:
    """Make sure that psycopg is there.

    Raises:
        KeyrackError: it is not.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise KeyrackError("postgres.library", "psycopg is not installed", hint="pip install 'keyrack[postgres]'") from None


def _connect(words: Mapping[str, Any], timeout: float) -> psycopg.Connection[Any]:
    """A connection that can only read, whose names resolve to the system catalogue whatever a database has set."""
    import psycopg
    from psycopg.rows import dict_row

    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(max(1, int(timeout * 1000))),
        "lock_timeout": str(max(1, int(timeout * 500))),
        "search_path": "pg_catalog",
    }
    fixed = {
        "application_name": "keyrack",
        "client_encoding": "UTF8",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "connect_timeout": max(2, int(timeout)),
    }
    link = psycopg.connect(**{**words, **fixed}, autocommit=True, row_factory=dict_row, prepare_threshold=None)
    _read_any_text(link, timeout)
    return link


def _read_any_text(link: psycopg.Connection[Any], timeout: float) -> None:
    """A database in SQL_ASCII may hold any bytes: what is no UTF-8 becomes the replacement character.

    The server itself would refuse to send such bytes as UTF-8 (manual, "Character Set Support").
    """
    from psycopg.types.string import TextLoader

    if link.info.parameter_status("server_encoding") == "SQL_ASCII":
        with deadline(link, timeout):
            link.execute("SET client_encoding TO 'SQL_ASCII'")

    class Total(TextLoader):
        def load(self, data: Any) -> str:
            return bytes(data).decode("utf-8", "replace")

    for kind in ("text", "name", "varchar"):
        link.adapters.register_loader(kind, Total)


@contextlib.contextmanager
def deadline(link: psycopg.Connection[Any], seconds: float) -> Iterator[Event]:
    """Cut the socket when the block takes longer than the server's own time-out should have allowed; the event says so."""
    late = Event()
    timer = Timer(seconds * 1.5 + 0.2, _cut, args=(link, late))
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _cut(link: psycopg.Connection[Any], late: Event) -> None:
    """Shut a copy of the descriptor down: whoever waits on the original wakes with an end of file."""
    late.set()
    with contextlib.suppress(*failures()):
        held = socket.socket(fileno=os.dup(link.fileno()))
        try:
            held.shutdown(socket.SHUT_RDWR)
        finally:
            held.close()
