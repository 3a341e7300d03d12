"""Small changes of an AWS trust policy, as documents, and the sentence that says what is loose."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from keyrack.access.aws.match import glob
from keyrack.access.aws.model import Condition, Statement
from keyrack.access.trust.model import Hints, Probe
from keyrack.access.trust.seeds import EXTERNAL_ID

Document = dict[str, Any]
Changed = Document | list[Document]
"""A statement after a change, or the statements it was split into."""
_WEB = "AssumeRoleWithWebIdentity"


def changes(written: Mapping[str, Any], meant: tuple[Probe, ...], hints: Hints, account: str) -> Iterator[tuple[str, Document]]:
    """(what, document) for every change that may help, statement by statement."""
    base: Document = json.loads(json.dumps(written))
    if not isinstance(base.get("Statement"), list):
        base["Statement"] = [base["Statement"]]
    for number, statement in enumerate(base["Statement"]):
        if statement.get("Effect") != "Allow":
            continue
        for what, changed in _of_statement(statement, meant, hints, account):
            document = copy.deepcopy(base)
            document["Statement"][number : number + 1] = changed if isinstance(changed, list) else [changed]
            if document != base:
                yield f"statement {number + 1}: {what}", document


def _of_statement(statement: Document, meant: tuple[Probe, ...], hints: Hints, account: str) -> Iterator[tuple[str, Changed]]:
    principal = statement.get("Principal")
    parts = principal if isinstance(principal, dict) else {"AWS": principal}
    if "Federated" in parts:
        yield from _federated(statement, [probe for probe in meant if probe.claims], parts["Federated"])
    if "Service" in parts:
        yield "add aws:SourceAccount", with_condition(statement, "StringEquals", "aws:SourceAccount", [account])
    if "AWS" in parts:
        ids = sorted({value for probe in meant for value in probe.context.get("sts:externalid", ())})
        yield from _accounts(statement, parts["AWS"], ids or [EXTERNAL_ID], hints, account)


def _federated(statement: Document, meant: list[Probe], federated: object) -> Iterator[tuple[str, Document]]:
    """For tokens: require what is optional, pin the audience, pin the subject, pin immutable ids beside it."""
    for provider in [federated] if isinstance(federated, str) else list(federated if isinstance(federated, list) else []):
        issuer = str(provider).partition(":oidc-provider/")[2] or str(provider)
        own = [probe for probe in meant if probe.issuer == issuer]
        if not own:
            continue
        yield "make optional conditions required", required(statement)
        audiences = sorted({str(probe.claims["aud"]) for probe in own})
        yield f"pin {issuer}:aud", with_condition(statement, "StringEquals", f"{issuer}:aud", audiences)
        subjects = sorted({str(probe.claims["sub"]) for probe in own})
        yield f"pin {issuer}:sub", pinned(statement, f"{issuer}:sub", subjects)
        if all("repository_id" in probe.claims for probe in own) and all(_known(probe) for probe in own):
            for claim in ("repository_owner_id", "repository_id"):
                values = sorted({str(probe.claims[claim]) for probe in own})
                yield f"pin {issuer}:{claim}", with_condition(statement, "StringEquals", f"{issuer}:{claim}", values)


def _known(probe: Probe) -> bool:
    """Every GitHub token has ids; which they are the placeholder says where the trust does not."""
    return "repository_owner_id" in probe.claims


def _accounts(statement: Document, names: object, ids: list[str], hints: Hints, account: str) -> Iterator[tuple[str, Changed]]:
    listed = [names] if isinstance(names, str) else list(names if isinstance(names, list) else [])
    yield "make optional conditions required", required(statement)
    if "*" in listed:
        if hints.organisation:
            yield "hold to our organisation", pinned(statement, "aws:PrincipalOrgID", [hints.organisation])
        yield "hold to our account", pinned(statement, "aws:PrincipalAccount", [account])
        return
    foreign = [name for name in listed if _number(name) not in {account, *hints.accounts}]
    if foreign and len(foreign) < len(listed):
        own = {**copy.deepcopy(statement), "Principal": {"AWS": [name for name in listed if name not in foreign]}}
        others = {**copy.deepcopy(statement), "Principal": {"AWS": foreign}}
        others.pop("Sid", None)
        yield "require an external id of other accounts", [own, with_condition(others, "StringEquals", "sts:ExternalId", ids)]
    if foreign:
        yield "require an external id", with_condition(statement, "StringEquals", "sts:ExternalId", ids)
        yield "require one external id only", pinned(statement, "sts:ExternalId", ids)


def _number(name: object) -> str:
    text = str(name)
    return text.split(":")[4] if text.startswith("arn:") and text.count(":") >= 5 else text


def with_condition(statement: Document, operator: str, key: str, values: list[str]) -> Document:
    """The statement with a condition beside those it has; a condition on the same key by this operator is replaced."""
    changed = copy.deepcopy(statement)
    block = changed.setdefault("Condition", {}).setdefault(operator, {})
    for name in [name for name in block if name.lower() == key.lower()]:
        del block[name]
    block[key] = values if len(values) > 1 else values[0]
    return changed


def pinned(statement: Document, key: str, values: list[str]) -> Document:
    """The statement with every positive comparison of a key replaced by one exact comparison."""
    changed = copy.deepcopy(statement)
    block: Document = changed.setdefault("Condition", {})
    for operator in list(block):
        if "not" in operator.lower() or operator.lower() == "null":
            continue
        for name in [name for name in block[operator] if name.lower() == key.lower()]:
            del block[operator][name]
        if not block[operator]:
            del block[operator]
    return with_condition(changed, "StringEquals", key, values)


def required(statement: Document) -> Document:
    """The statement with ``ForAllValues:`` and ``IfExists`` taken off: both hold when the claim is missing."""
    changed = copy.deepcopy(statement)
    block: Document = {}
    for operator, keys in changed.get("Condition", {}).items():
        name = operator.rpartition(":")[2] if operator.lower().startswith("forallvalues:") else operator
        name = name[: -len("IfExists")] if name.lower().endswith("ifexists") else name
        block.setdefault(name, {}).update(keys)
    if block:
        changed["Condition"] = block
    return changed


def loose(statement: Statement, probe: Probe) -> str:
    """Which condition is missing or loose for a probe that got in."""
    if probe.principal is not None:
        return _loose_caller(statement, probe)
    issuer = probe.issuer.lower()
    said = [condition for condition in statement.conditions if condition.key.startswith(f"{issuer}:")]
    if probe.claims.get("sub") is None and any(condition.key == f"{issuer}:sub" for condition in said):
        return "the condition on sub holds when the claim is missing (ForAllValues, IfExists)"
    if str(probe.claims.get("aud", "")).startswith("https://ci-helper"):
        return "no condition on aud"
    subjects = [condition for condition in said if condition.key == f"{issuer}:sub"]
    if not subjects:
        return "no condition on sub" + (f"; {_described(said)} admit it" if said else "")
    if probe.level == "recycled":
        return "sub holds names only, and no condition pins the ids of owner and project"
    return f"{_described(subjects, str(probe.claims['sub']))} admits it"


def _loose_caller(statement: Statement, probe: Probe) -> str:
    keys = {condition.key for condition in statement.conditions}
    if "external id" in probe.name or "another customer" in probe.name:
        return (
            "no condition on sts:ExternalId" if "sts:externalid" not in keys else "the condition on sts:ExternalId is not exact"
        )
    if "on behalf of" in probe.name:
        return "no condition on aws:SourceAccount or aws:SourceArn"
    if not keys:
        return "no condition at all"
    return f"{_described(statement.conditions)} admits it"


def _described(conditions: list[Condition] | tuple[Condition, ...], given: str = "") -> str:
    """Conditions in a line; of several values those that match what was ``given``."""
    said = []
    for condition in conditions:
        prefix = f"{condition.quantifier}:" if condition.quantifier else ""
        suffix = "ifexists" if condition.if_exists else ""
        values = " | ".join(value for value in condition.values if not given or glob(value)(given))
        said.append(f"{prefix}{condition.operator}{suffix} {condition.key} {values}")
    return ", ".join(said)
