"""Change the sources of ``keyrack.toml`` as text: what a person wrote, comments and all, stays as it is; never a secret.

A change is written only when the file, read again as TOML, differs from before by exactly that source.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keyrack.errors import KeyrackError, UsageError
from keyrack.sdk.detect import shared

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*sources[ \t]*\]\][ \t]*(#.*)?")
_TABLE = re.compile(r"[ \t]*\[")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BY_HAND = "change the file by hand: docs/configuration.md"


def add(path: Path, table: Mapping[str, str | bool]) -> str:
    """Append a ``[[sources]]`` table; returns the text that was added.

    Raises:
        UsageError: a value looks like a secret, a source of that name is there, or the file is written in another way.
        KeyrackError: the file cannot be read or written.
    """
    for name, value in table.items():
        refuse_secret(name, value)
    text = _read(path)
    before = _parsed(text, path)
    sources = before.get("sources", [])
    if any(isinstance(other, dict) and other.get("name") == table.get("name") for other in sources) and table.get("name"):
        raise UsageError("config.twice", f"{path} has a source called {table['name']!r}", hint="choose another --name")
    end = "\r\n" if "\r\n" in text else "\n"
    block = end.join(["[[sources]]", *(f"{_key(name)} = {_value(value)}" for name, value in table.items())]) + end
    gap = "" if not text else end if text.endswith("\n") else end * 2
    _write(path, text + gap + block, {**before, "sources": [*sources, dict(table)]})
    return block


def remove(path: Path, name: str) -> None:
    """Take out the source of that name (a source without one is called as its target).

    Raises:
        UsageError: there is none, there are several, or the file is written in another way.
        KeyrackError: the file cannot be read or written.
    """
    text = _read(path)
    before = _parsed(text, path)
    sources = before.get("sources", [])
    places = [
        n for n, table in enumerate(sources) if isinstance(table, dict) and (table.get("name") or table.get("target")) == name
    ]
    if len(places) != 1:
        found = "no source is" if not places else f"{len(places)} sources are"
        raise UsageError(
            "config.source", f"{found} called {name!r} in {path}", hint="`keyrack sources list --configured` lists them"
        )
    kept = [table for n, table in enumerate(sources) if n != places[0]]
    _write(
        path,
        _without(text, places[0]),
        {**before, "sources": kept} if kept else {k: v for k, v in before.items() if k != "sources"},
    )


def refuse_secret(name: str, value: str | bool) -> None:
    """Make sure that a setting is no secret.

    Raises:
        UsageError: it looks like one; the message does not quote it.
    """
    if isinstance(value, bool):
        return
    line = f"{name} = {_value(value)}\n{name}={value}\n".encode("utf-8", "replace")
    if "-----BEGIN " in value or shared().scan(line, "keyrack.toml") or shared().scan(line, ".env"):
        raise UsageError(
            "config.secret",
            f"the value of {name!r} looks like a secret, and keyrack.toml holds none",
            hint="name the environment variable or file that holds it, or sign in with the platform's own identity",
        )


def _without(text: str, place: int) -> str:
    """The text less one table: from its header to the next table's, or to the comment that belongs to that."""
    lines = text.splitlines(keepends=True)
    headers = [number for number, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    if place >= len(headers):
        raise UsageError("config.shape", "the sources are not written as [[sources]] tables", hint=_BY_HAND)
    start = headers[place]
    end = next((n for n in range(start + 1, len(lines)) if _TABLE.match(lines[n])), len(lines))
    while end > start + 1 and end < len(lines) and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    rest = lines[end:]
    while rest and not rest[0].strip():
        rest = rest[1:]
    return "".join([*lines[:start], *rest])


def _read(path: Path) -> str:
    """The file with its own line ends; nothing when there is none."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("config.unreadable", f"cannot read {path}", hint="check --config") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("config.invalid", f"{path}: {error}", hint=_BY_HAND) from error


def _write(path: Path, text: str, expected: Mapping[str, Any]) -> None:
    try:
        same = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise UsageError("config.shape", f"{path} is written in a way that cannot be changed safely", hint=_BY_HAND)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyrackError("config.unwritable", f"cannot write {path}: {error.strerror}", hint="check --config") from error


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: str | bool) -> str:
    """A TOML basic string has JSON's escapes (TOML 1.0, "String"), and DEL must be one, too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
