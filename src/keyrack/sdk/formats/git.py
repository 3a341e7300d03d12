"""Git's own credential places: the plain credential store and ``config`` files.

Sources: git-scm.com, "git-credential-store" (one URL a line) and "git-config" (``url.<base>.insteadOf``, ``http.extraHeader``).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.ini import Entry, entries, unquoted
from keyrack.sdk.formats.urls import endpoint_of, issuer_of, logins
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material


def parse_store(data: bytes) -> Parsed:
    """``.git-credentials``: one login per line."""
    return parsed(_store(text_of(data)))


def _store(text: str) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n"), start=1):
        for login in logins(line):
            found = login.material(f"git login at {login.host}", "git.credential_store", field=login.endpoint, line=number)
            if found:
                yield found


def parse_config(data: bytes) -> Parsed:
    """``.gitconfig`` or ``.git/config``: logins in remote and ``insteadOf`` URLs, and authorization headers."""
    text = text_of(data)
    return parsed(_config(text))


def _config(text: str) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n"), start=1):
        for login in logins(line):
            found = login.material(f"git login at {login.host}", "git.config", field=login.endpoint, line=number)
            if found:
                yield found
    for entry in entries(text, join=True):
        if entry.key.lower() == "extraheader" and entry.value.lower().lstrip("\"'").startswith("authorization:"):
            yield from _header(entry)


def _header(entry: Entry) -> Iterator[Material]:
    value = unquoted(entry.value).partition(":")[2].strip()
    where = entry.section.partition(" ")[2].strip().strip('"')
    endpoint = endpoint_of(where)
    found = described(
        value,
        kind="api_token",
        issuer=issuer_of(endpoint),
        name=f"authorization header for {endpoint or 'every remote'}",
        detector="git.config",
        field=clean(f"http.{endpoint}.extraHeader"),
        line=entry.line,
        attrs={"endpoint": endpoint},
    )
    if found:
        yield found
