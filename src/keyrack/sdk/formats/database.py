r"""Database client files: MySQL ``my.cnf`` and PostgreSQL ``.pgpass`` / ``pg_service.conf``.

Sources: MySQL manual, "Using option files"; PostgreSQL manual, "The password file" (``host:port:database:user:password``, with
``\:`` and ``\\`` escaped) and "The connection service file". ``.mylogin.cnf`` is obfuscated, not encrypted, and unsupported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.ini import Entry, entries, unquoted
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_PGPASS_FIELDS = 5
_UNESCAPED_COLON = re.compile(r"(?<!\\):")


def parse_my_cnf(data: bytes) -> Parsed:
    """``password`` of each section of an option file."""
    return parsed(_sections(text_of(data), "my.cnf", ("password", "master-password", "master_password")))


def parse_pg_service(data: bytes) -> Parsed:
    """``password`` of each service."""
    return parsed(_sections(text_of(data), "pg_service", ("password",)))


def _sections(text: str, detector: str, keys: tuple[str, ...]) -> Iterator[Material]:
    sections: dict[str, dict[str, Entry]] = {}
    for entry in entries(text):
        sections.setdefault(entry.section, {})[entry.key.lower()] = entry
    for section, found in sections.items():
        for key in keys:
            if key in found:
                host = found["host"].value if "host" in found else ""
                user = found["user"].value if "user" in found else ""
                yield from _password(
                    unquoted(found[key].value),
                    detector,
                    clean(f"{section}.{key}"),
                    found[key].line,
                    unquoted(user),
                    unquoted(host),
                )


def parse_pgpass(data: bytes) -> Parsed:
    """One password per line."""
    return parsed(_pgpass(text_of(data)))


def _pgpass(text: str) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n"), start=1):
        parts = _UNESCAPED_COLON.split(line.rstrip("\r"), maxsplit=_PGPASS_FIELDS - 1)
        if line.startswith("#") or len(parts) != _PGPASS_FIELDS:
            continue
        host, port, database, user, password = (part.replace("\\:", ":").replace("\\\\", "\\") for part in parts)
        where = f"{host}:{port}/{database}"
        yield from _password(password, "pgpass", clean(f"{where}:{user}"), number, user, where)


def _password(value: str, detector: str, field: str, line: int, user: str, endpoint: str) -> Iterator[Material]:
    found = described(
        value,
        kind="password",
        issuer="database",
        name=f"database password of {clean(user) or 'the default user'}",
        detector=detector,
        field=field,
        line=line,
        attrs={"login": user, "endpoint": endpoint},
    )
    if found:
        yield found
