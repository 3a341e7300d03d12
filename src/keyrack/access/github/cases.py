"""One JSON case of ``keyrack access decide --language github`` to its answer; the shape is in docs/access-languages.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from keyrack.access.github.decide import decide
from keyrack.access.github.model import Held, Request, plain
from keyrack.access.github.token import Run, job_token
from keyrack.access.words import CaseError, line, read_case


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    permission: str = ""
    level: str = "read"
    method: str = ""
    path: str = ""
    repository: str = ""


_Levels = dict[str, Literal["none", "read", "write", "admin"]]


class _Installation(msgspec.Struct):
    permissions: _Levels
    repositories: list[str] | None = None
    suspended: bool = False


class _Token(msgspec.Struct, forbid_unknown_fields=True):
    default: Literal["permissive", "restricted"] = "restricted"
    event: str = "push"
    fork: bool = False
    write_to_forks: bool = False
    dependabot: bool = False
    workflow: dict[str, str] | str | None = None
    job: dict[str, str] | str | None = None
    caller: _Levels | None = None
    repository: str = ""


class _Case(msgspec.Struct):
    request: _Request
    installation: _Installation | None = None
    token: _Token | None = None


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; raises :class:`CaseError` for a malformed case."""
    given = read_case(case, _Case)
    asked = given.request
    request = Request(asked.permission, asked.level, asked.method, asked.path, asked.repository)
    if (given.installation is None) == (given.token is None):
        raise CaseError("a case has either an installation or a token")
    return line(decide(request, _installed(given.installation) if given.installation else _token(given.token)))


def _installed(given: _Installation) -> Held:
    reach = None if given.repositories is None else frozenset(given.repositories)
    return Held(_levels(given.permissions), reach, suspended=given.suspended)


def _token(given: _Token | None) -> Held:
    if given is None:
        raise CaseError("a case has either an installation or a token")
    run = Run(given.default, given.event, given.fork, given.write_to_forks, given.dependabot)
    caller = None if given.caller is None else Held(_levels(given.caller), source="caller")
    found = job_token(run, workflow=_declared(given.workflow), job=_declared(given.job), caller=caller)
    return Held(found.permissions, frozenset({given.repository}) if given.repository else None, found.source)


def _declared(value: dict[str, str] | str | None) -> dict[str, str] | Literal["read-all", "write-all"] | None:
    if value is None or isinstance(value, dict):
        return value
    if value == "read-all":
        return "read-all"
    if value == "write-all":
        return "write-all"
    raise CaseError(f"permissions: {value!r} is neither read-all nor write-all")


def _levels(permissions: _Levels) -> dict[str, str]:
    return {plain(name): level for name, level in permissions.items()}
