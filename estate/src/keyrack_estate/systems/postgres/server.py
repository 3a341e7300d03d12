"""A real PostgreSQL server on loopback, thrown away when its block ends: for the estate's company and for tests.

PostgreSQL refuses to run as root, so under root it runs as the system user `postgres`. Durability is off: nobody keeps the data.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from keyrack_estate.ports import free_port

if TYPE_CHECKING:
    import psycopg

_PLACES = ("/usr/local/bin", "/usr/lib/postgresql/*/bin", "/opt/homebrew/bin", "/usr/pgsql-*/bin")
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB", "shared_buffers=128MB")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. ``admin`` is its superuser; ``password`` was made up when it started."""

    port: int
    folder: Path
    admin: str
    password: str

    def dsn(self, user: str = "", password: str = "", dbname: str = "postgres", **more: str) -> str:
        """A libpq connection string; without a user, of the superuser."""
        words = {
            "host": "127.0.0.1",
            "port": str(self.port),
            "user": user or self.admin,
            "password": password or self.password,
            "dbname": dbname,
            **more,
        }
        return " ".join(f"{name}='{_quoted(value)}'" for name, value in words.items())

    def connect(self, dbname: str = "postgres", **more: Any) -> psycopg.Connection[Any]:
        """A superuser's connection that commits each statement."""
        import psycopg

        return psycopg.connect(self.dsn(dbname=dbname), autocommit=True, **more)

    def run(self, *statements: str, dbname: str = "postgres") -> None:
        """Statements of ours, as the superuser."""
        with self.connect(dbname) as connection:
            for statement in statements:
                connection.execute(cast("Any", statement))

    @property
    def data(self) -> Path:
        """The data directory, with ``pg_hba.conf``."""
        return self.folder / "data"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def binary(name: str) -> str | None:
    """Path of a server program, wherever distributions put it; ``None``: not installed."""
    found = shutil.which(name)
    if found:
        return found
    for pattern in _PLACES:
        root, _, rest = pattern.partition("*")
        paths = [Path(pattern)] if not rest else sorted(Path(root).parent.glob(Path(root).name + "*" + rest))
        for path in paths:
            if (path / name).exists():
                return str(path / name)
    return None


def available() -> bool:
    """Whether a server can be started here."""
    return bool(binary("initdb") and binary("postgres")) and (os.geteuid() != 0 or _system_user() is not None)


@contextlib.contextmanager
def postgres_server(hba: Sequence[str] = (), settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """Run a server until the block ends.

    Args:
        hba: lines of ``pg_hba.conf`` before the last ones, which let everybody in by SCRAM on loopback.
        settings: ``name=value`` settings.

    Raises:
        RuntimeError: PostgreSQL is not installed, or does not start; says what it said.
    """
    initdb, server = binary("initdb"), binary("postgres")
    if not initdb or not server:
        raise RuntimeError("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="keyrack-pg-"))
    user = _system_user() if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    database = Postgres(free_port(), folder, "estate_admin", secrets.token_urlsafe(18))
    try:
        _initialise(initdb, database, hba, user)
        with _running(server, database, settings, user):
            yield database
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(initdb: str, database: Postgres, hba: Sequence[str], user: str | None) -> None:
    secret = database.folder / "admin"
    secret.write_text(database.password)
    if user:
        shutil.chown(secret, user)
    secret.chmod(0o600)
    words = [
        "-D",
        str(database.data),
        "-U",
        database.admin,
        f"--pwfile={secret}",
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    done = subprocess.run([initdb, *words, "--locale=C.UTF-8"], user=user, capture_output=True, text=True, check=False, cwd="/")
    secret.unlink()
    if done.returncode:
        raise RuntimeError(f"initdb: {done.stderr.strip()[-500:]}")
    lines = [*hba, "local all all scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256"]
    (database.data / "pg_hba.conf").write_text("\n".join(lines) + "\n")


@contextlib.contextmanager
def _running(server: str, database: Postgres, settings: Sequence[str], user: str | None) -> Iterator[None]:
    listen = ("listen_addresses=127.0.0.1", f"port={database.port}", f"unix_socket_directories={database.folder}")
    words = [word for setting in (*_FAST, *listen, *settings) for word in ("-c", setting)]
    log = database.folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([server, "-D", str(database.data), *words], stdout=out, stderr=out, user=user, cwd="/")
    try:
        _wait(database, process, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # the "fast" shutdown: sessions are cut, files are closed
        process.wait(timeout=60)


def _wait(database: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"postgres ended at once: {log.read_text('utf-8', 'replace')[-500:]}")
        with contextlib.suppress(psycopg.OperationalError):
            database.connect(connect_timeout=2).close()
            return
        time.sleep(0.05)
    raise RuntimeError("postgres did not start within 30 seconds")


def _system_user() -> str | None:
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "_postgres") if name in names), None)
