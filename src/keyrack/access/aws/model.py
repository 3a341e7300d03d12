"""The words of the AWS permission language: policies as compiled once, a request, the policies in play, the verdict.

Terms are those of "Policy evaluation logic" and "IAM JSON policy elements reference" in the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["allow", "implicit_deny", "explicit_deny"]
Kind = Literal["identity", "boundary", "scp", "rcp", "resource", "session", "endpoint"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. ``operator`` is the bare name in lower case (``stringlike``), without quantifier and suffix."""

    operator: str
    key: str
    """Lower case; condition keys are case-insensitive."""
    values: tuple[str, ...]
    quantifier: Literal["", "forallvalues", "foranyvalue"] = ""
    if_exists: bool = False
    written: str = field(default="", compare=False)
    """The key as the policy spells it, for reports."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Patterns stay as written; matchers compile them once and cache by text."""

    index: int
    """Position in its policy, from 1."""
    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_actions: bool = False
    not_resources: bool = False
    principals: tuple[tuple[str, str], ...] | None = None
    """(``AWS`` | ``Service`` | ``Federated`` | ``CanonicalUser`` | ``*``, value); ``None``: the element is absent."""
    not_principals: bool = False
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    no_resource: bool = False
    """Neither Resource nor NotResource is there (trust policies): the policy's own resource is meant."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed document. ``version`` decides whether policy variables are replaced (2012-10-17) or literal (2008-10-17)."""

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    name: str = ""
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the engine compiled from this policy, so that it does so once; never part of its meaning (see rules.py)."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the meaning without the memo, which holds functions."""
        return Policy, (self.statements, self.version, self.name)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as AWS sees it: who, what, on what, and the request context.

    ``principal`` is an ARN (user, role, assumed-role session, federated user, root), a service host
    (``lambda.amazonaws.com``), or ``None`` for anonymous. Context keys are matched case-insensitively; values are
    tuples, single-valued keys have one.
    """

    principal: str | None
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    principal_account: str | None = None
    resource_account: str | None = None


Levels = tuple[tuple[Policy, ...], ...]
"""Service or resource control policies by organisation level, root first; every level must allow."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What is attached, by kind. ``None``: nothing of that kind is attached; empty: attached, and allows nothing."""

    identity: tuple[Policy, ...] = ()
    boundaries: tuple[Policy, ...] | None = None
    scps: Levels | None = None
    rcps: Levels | None = None
    resource: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    endpoint: tuple[Policy, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, what decided it, and the condition keys that had no value (so that a reader knows what was assumed absent).

    ``because`` starts with the policy kind; then one text a statement: its Sid, or ``policy.statement`` numbers from 1.
    """

    outcome: Outcome
    because: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
