"""Decisions as JSON Lines: one case a line in, one answer a line out, for every permission language.

A language is one row of ``LANGUAGES``: a module with ``answer(case) -> answer``, which raises ``KeyrackError`` for a case it
cannot read; it may have ``answer_line(bytes) -> bytes`` instead, when it reads its cases faster than that. An answer has at least
``decision`` (``allow`` | ``implicit_deny`` | ``explicit_deny``), ``because`` and ``assumed``; ``id`` is added here. A malformed
line is answered with ``{"id", "error"}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

import msgspec

from keyrack.errors import KeyrackError, UsageError

LANGUAGES: dict[str, str] = {
    "aws-iam": "keyrack.access.aws.cases",
    "kubernetes-rbac": "keyrack.access.kubernetes.cases",
    "gcp-iam": "keyrack.access.gcp.cases",
    "azure-rbac": "keyrack.access.azure.cases",
    "entra": "keyrack.access.entra.cases",
    "github": "keyrack.access.github.cases",
    "openbao": "keyrack.access.openbao.cases",
}
"""Name on the command line -> module."""

LONGEST = 16 * 2**20
"""Bytes a line may have; a longer one is answered with an error and not read."""

Answer = Callable[[bytes], bytes]
"""One line without its end -> one line without its end; never raises for what is in the line."""


class _Language(Protocol):
    def answer(self, case: Mapping[str, Any], /) -> Mapping[str, Any]: ...


class _Id(msgspec.Struct):
    id: Any = None


def answerer(language: str) -> Answer:
    """The function that answers a language's lines.

    Raises:
        UsageError: no such language.
    """
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UsageError("access.language", f"{language!r} is no permission language Keyrack knows", hint=f"one of {known}")
    module = import_module(LANGUAGES[language])
    whole = getattr(module, "answer_line", None)
    inner = cast("Answer", whole) if whole else _by_case(cast("_Language", module))

    def answer(line: bytes) -> bytes:
        try:
            return inner(line)
        except KeyrackError as problem:
            return error_line(line, str(problem))
        except msgspec.MsgspecError as problem:
            return error_line(line, str(problem))
        except UnicodeDecodeError as problem:
            return error_line(line, f"no UTF-8 at byte {problem.start}")
        except RecursionError:
            return error_line(line, "nested too deeply")

    return answer


def error_line(line: bytes, message: str) -> bytes:
    """The answer to a line that cannot be decided: its id if that much can be read, and why."""
    return msgspec.json.encode({"id": _id(line), "error": message})


_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,1000}"|-?\d{1,18})\s*[,}]')


def _id(line: bytes) -> Any:
    """The id of a line that may be no JSON: its whole meaning, or what it begins with."""
    try:
        found = msgspec.json.decode(line, type=_Id).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        leading = _LEADING_ID.match(line)
        return _decoded(leading.group(1)) if leading else None
    return found if isinstance(found, str | int | float) else None


def _decoded(value: bytes) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _by_case(module: _Language) -> Answer:
    """Answer line by line with a module that answers decoded cases."""

    def answer(line: bytes) -> bytes:
        case = msgspec.json.decode(line)
        if not isinstance(case, dict):
            raise KeyrackError("access.case", "a case is a JSON object")
        return msgspec.json.encode({"id": case.get("id"), **module.answer(case)})

    return answer
