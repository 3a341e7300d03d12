"""Crontabs: scheduled jobs, whom they run as, and the credentials in their environment and commands. Source: crontab(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keyrack.sdk.formats.base import Parsed, clean, text_of
from keyrack.sdk.formats.commandline import inline
from keyrack.sdk.formats.dotenv import value_material
from keyrack.sdk.formats.ini import unquoted
from keyrack.sdk.material import Material

_ASSIGNMENT = re.compile(r"""^\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s*=\s*(.*)$""")
_FIELD = r"[A-Za-z0-9*/,\-~?#]+"
_SCHEDULE = re.compile(rf"^\s*(@[a-z]+|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(.+)$")
_WRAPPERS = frozenset(("env", "sudo", "nice", "ionice", "timeout", "exec", "nohup", "time", "sh", "bash", "/bin/sh", "/bin/bash"))


@dataclass(frozen=True, slots=True)
class CronJob:
    """One scheduled command; ``user`` only where the file has a user column; ``command`` is the program alone."""

    line: int
    schedule: str
    user: str
    command: str
    materials: tuple[Material, ...]


@dataclass(frozen=True)
class Crontab(Parsed):
    """Jobs of a crontab; ``materials`` are those of its environment lines, which every job gets."""

    jobs: tuple[CronJob, ...] = ()


def parse_system(data: bytes) -> Crontab:
    """``/etc/crontab`` or a file of ``/etc/cron.d``: the sixth column is the user."""
    return _parse(data, system=True)


def parse_user(data: bytes) -> Crontab:
    """A crontab of ``/var/spool/cron``: all jobs run as its owner."""
    return _parse(data, system=False)


def _parse(data: bytes, *, system: bool) -> Crontab:
    materials: list[Material] = []
    jobs: list[CronJob] = []
    for number, line in enumerate(text_of(data).split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        schedule = _SCHEDULE.match(line)
        if schedule:
            jobs.extend(_job(schedule, number, system=system))
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            found = value_material(assignment[1], unquoted(assignment[2].strip()), detector="crontab", line=number)
            materials += [found] if found else []
    return Crontab(tuple(materials), (), tuple(jobs))


def _job(match: re.Match[str], line: int, *, system: bool) -> Iterator[CronJob]:
    user, command = "", match[2].strip()
    if system:
        user, _, command = command.partition(" ") if " " in command else command.partition("\t")
    if command.strip():
        yield CronJob(
            line=line,
            schedule=clean(match[1]),
            user=clean(user),
            command=_program(command),
            materials=tuple(inline(command, detector="crontab", line=line)),
        )


def _program(command: str) -> str:
    """The first word that is a program: no test, assignment, option or wrapper."""
    for part in re.split(r"&&|\|\||;", command[:4096]):
        for word in part.split()[:12]:
            plain = word.strip("\"'()")
            if plain in ("[", "[[", "test", "cd", "sleep", "umask", ".", "source", "if", "then", "export"):
                break  # only prepares or asks; what it guards comes after
            if "=" not in plain and not plain.startswith(("-", "$")) and plain not in _WRAPPERS and not plain.isdecimal():
                return clean(plain)
    return "command"
