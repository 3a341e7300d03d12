"""Whether an identity's own documents allow a call: a small evaluator of what the estate's policies use, apart from Keyrack's.

Known here: Action and NotAction, Resource and NotResource, ``*`` and ``?``, ``${aws:username}``, StringEquals on given
context, Deny before Allow, boundaries. AWS's managed policies come with moto ("Policy evaluation logic", IAM User Guide).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from keyrack_estate.account.model import Account, Document, Role, User

Context = Mapping[str, str]


@cache
def managed_document(arn: str) -> Document:
    """Default version of one of AWS's managed policies, as moto packages it."""
    found: Document = _managed()[arn.rpartition("/")[2]]["Document"]
    return found


@cache
def _managed() -> dict[str, Document]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    loaded: dict[str, Document] = json.loads(aws_managed_policies_data)
    return loaded


def document(account: Account, arn: str) -> Document:
    """A managed policy, AWS's or the account's own."""
    return managed_document(arn) if ":aws:policy/" in arn else account.policies[arn.rpartition("/")[2]]


def documents(account: Account, identity: User | Role) -> list[Document]:
    """All identity policies: inline, managed, and those of groups."""
    arns = list(identity.managed)
    if isinstance(identity, User):
        arns += [arn for group in identity.groups for arn in account.groups[group]]
    return [*identity.inline.values(), *(document(account, arn) for arn in arns)]


def boundary(account: Account, identity: User | Role) -> list[Document] | None:
    """The permissions boundary, if there is one."""
    held = identity.boundary if isinstance(identity, Role) else None
    return [document(account, held)] if held else None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _any(patterns: object, value: str) -> bool:
    return any(_pattern(str(item)).fullmatch(value) for item in _list(patterns))


def _applies(statement: Document, action: str, resource: str, context: Context) -> bool:
    lowered = {name: _lower(statement[name]) for name in ("Action", "NotAction") if name in statement}
    called = action.lower()
    if "Action" in lowered and not _any(lowered["Action"], called):
        return False
    if "NotAction" in lowered and _any(lowered["NotAction"], called):
        return False
    if "Resource" in statement and not _any(_filled(statement["Resource"], context), resource):
        return False
    if "NotResource" in statement and _any(_filled(statement["NotResource"], context), resource):
        return False
    return _conditions(statement.get("Condition", {}), context)


def _lower(value: object) -> list[str]:
    return [str(item).lower() for item in ([value] if isinstance(value, str) else _list(value))]


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _filled(value: object, context: Context) -> list[str]:
    return [str(item).replace("${aws:username}", context.get("aws:username", "\0")) for item in _list(value)]


def _conditions(block: Document, context: Context) -> bool:
    for operator, keys in block.items():
        if operator != "StringEquals":
            return False
        for name, values in keys.items():
            if context.get(name.lower()) not in {str(item) for item in _list(values)}:
                return False
    return True


def statements(policy: Document) -> list[Document]:
    """The statements of a document, one or many."""
    held = policy["Statement"]
    return list(held) if isinstance(held, list) else [held]


def decide(held: Iterable[Document], action: str, resource: str, context: Context) -> bool | None:
    """``True`` allowed, ``False`` denied by a statement, ``None`` by nobody's word."""
    verdict: bool | None = None
    for policy in held:
        for statement in statements(policy):
            if _applies(statement, action, resource, context):
                if statement["Effect"] == "Deny":
                    return False
                verdict = True
    return verdict


def permits(held: Sequence[Document], limit: Sequence[Document] | None, action: str, resource: str, context: Context) -> bool:
    """Whether identity policies under a boundary allow one action on one resource."""
    if decide(held, action, resource, context) is not True:
        return False
    return limit is None or decide(limit, action, resource, context) is True
