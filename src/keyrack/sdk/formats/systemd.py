"""Systemd unit files: who a service runs as, and the values in its environment.

Source: systemd.exec(5) (``Environment=``, ``EnvironmentFile=``, ``SetCredential=``, ``LoadCredential=``, ``User=``,
``DynamicUser=``) and systemd.service(5). ``LoadCredential`` names a file; ``SetCredentialEncrypted`` is encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from keyrack.sdk.formats.base import Parsed, clean, text_of
from keyrack.sdk.formats.commandline import inline
from keyrack.sdk.formats.dotenv import environment_materials
from keyrack.sdk.formats.ini import Entry, entries
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|(\S+)')


@dataclass(frozen=True)
class Unit(Parsed):
    """A unit file. ``service``: it has a [Service] section and starts something; files are as written, without ``-``."""

    service: bool = False
    user: str = ""
    dynamic_user: bool = False
    description: str = ""
    command: str = ""
    environment_files: tuple[str, ...] = ()


def parse(data: bytes) -> Unit:
    """A unit file or drop-in; never malformed, since systemd ignores what it does not know."""
    found = list(entries(text_of(data), join=True))
    service = [entry for entry in found if entry.section == "Service"]
    by_key: dict[str, str] = {}
    for entry in service:
        by_key[entry.key] = entry.value
    return Unit(
        materials=tuple(_materials(service)),
        service=bool(service),
        user=clean(by_key.get("User", "")),
        dynamic_user=by_key.get("DynamicUser", "").lower() in ("yes", "true", "1", "on"),
        description=clean(next((e.value for e in found if (e.section, e.key) == ("Unit", "Description")), "")),
        command=_executable(by_key.get("ExecStart", "")),
        environment_files=tuple(
            e.value.lstrip("-").strip() for e in service if e.key == "EnvironmentFile" and e.value.strip("- ")
        ),
    )


def _executable(command: str) -> str:
    """The program a unit starts, without its arguments and systemd's prefixes (``-``, ``@``, ``+``, ``!``, ``:``)."""
    words = command.lstrip("-@+!:").split(maxsplit=1)
    return clean(words[0]) if words else ""


def _materials(service: list[Entry]) -> Iterator[Material]:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for entry in service:
        if entry.key == "Environment":
            for word in words(entry.value):
                name, sign, value = word.partition("=")
                if sign:
                    values[name], lines[name] = value, entry.line
    for found in environment_materials(values, detector="systemd.environment"):
        yield replace(found, line=lines.get(found.field or ""), field=f"Service.Environment.{found.field}")
    for entry in service:
        if entry.key == "SetCredential":
            yield from _credential(entry)
        elif entry.key.startswith("Exec"):
            yield from inline(entry.value, detector="systemd.command", line=entry.line)


def _credential(entry: Entry) -> Iterator[Material]:
    name, sign, value = entry.value.partition(":")
    found = described(
        value if sign else "",
        kind="secret",
        issuer="unknown",
        name=f"systemd credential {clean(name)}",
        detector="systemd.credential",
        field=f"Service.SetCredential.{clean(name)}",
        line=entry.line,
    )
    if found:
        yield found


def words(value: str) -> Iterator[str]:
    """Words of a setting, quotes removed: ``"A=b c" D=e``."""
    for match in _WORD.finditer(value):
        double, single, bare = match.groups()
        if double is not None:
            yield double.replace('\\"', '"').replace("\\\\", "\\")
        else:
            yield single if single is not None else bare
