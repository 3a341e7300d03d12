"""``.netrc``: logins by machine, read by curl, git, pip and many more. Source: the GNU inetutils manual, "The .netrc file"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.ini import unquoted
from keyrack.sdk.formats.urls import issuer_of
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')


def parse(data: bytes) -> Parsed:
    """One password or token per machine; ``endpoint`` is the machine, ``login`` the account."""
    return parsed(_materials(text_of(data)))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    macro = False
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if macro:  # a macdef body runs to the next empty line
            macro = bool(stripped)
            continue
        if stripped.startswith("#"):
            continue
        macro = stripped.startswith("macdef ")
        if not macro:
            yield from ((unquoted(match[0]), number) for match in _TOKEN.finditer(stripped))


def _materials(text: str) -> Iterator[Material]:
    machine, login = "", ""
    tokens = list(_tokens(text))
    for (word, _), (value, line) in pairwise([*tokens, ("", 0)]):
        if word == "machine":
            machine, login = clean(value), ""
        elif word == "default":
            machine, login = "default", ""
        elif word == "login":
            login = clean(value)
        elif word == "password":
            found = described(
                value,
                kind="password",
                issuer=issuer_of(machine),
                name=f"password for {machine or 'an unnamed machine'}",
                detector="netrc",
                field=f"{machine}.password",
                line=line,
                attrs={"login": login, "endpoint": machine},
            )
            if found:
                yield found
