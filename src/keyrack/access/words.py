"""The words that every permission language beside AWS shares: an effective grant, an error in a case, one answer line.

The verdict is the AWS language's own (:class:`keyrack.access.aws.model.Verdict`): mixed output has one shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from keyrack.access.aws.model import Outcome, Verdict
from keyrack.errors import KeyrackError
from keyrack.records.grant import Privilege

__all__ = ["CaseError", "EffectiveGrant", "Outcome", "Privilege", "Verdict", "line", "read_case", "unique"]

Shape = TypeVar("Shape")


class CaseError(KeyrackError):
    """A policy or request that does not follow its language; the message says where (JSON path or line)."""

    def __init__(self, message: str, *, hint: str = "see docs/access-languages.md for the shape of a case") -> None:
        super().__init__("access.case", message, hint=hint)


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """What one statement really gives: actions on a resource (patterns as its language writes them), and its class."""

    actions: tuple[str, ...]
    resource: str
    privilege: Privilege
    because: tuple[str, ...]
    """The policy, role or binding that gives it."""
    conditions: tuple[str, ...] = ()
    """What must hold beside, as text in the language's own words; empty: nothing limits it."""
    excluded: tuple[str, ...] = ()
    """Actions taken out again (Azure NotActions, denied permissions)."""


def read_case(case: Mapping[str, Any], shape: type[Shape]) -> Shape:
    """Convert a JSON object to a typed case; raises :class:`CaseError` with the JSON path of what does not fit."""
    try:
        return msgspec.convert(case, shape)
    except msgspec.ValidationError as error:
        raise CaseError(str(error)) from error


def line(verdict: Verdict) -> dict[str, Any]:
    """The answer to one case: ``{"decision", "because", "assumed"}``; the caller adds the case's ``id``."""
    return {
        "decision": verdict.outcome,
        "because": list(verdict.because),
        "assumed": list(verdict.assumed),
    }


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The distinct items in their first order."""
    return tuple(dict.fromkeys(items))
