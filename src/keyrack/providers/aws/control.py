"""Service and resource control policies that govern the scanned account, level by level from the organisation's root down.

"SCP evaluation" (AWS Organizations User Guide): an action must be allowed at every level from the root to the account.
They do not govern the management account.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.api import Call, Failed
from keyrack.providers.aws.documents import as_json, policy
from keyrack.providers.aws.raw import part, rows, text
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap, Record
from keyrack.records.policy import PolicyKind

CAPABILITY = "aws.control_policies"
DEPTH = 7
"""A root, five levels of organisational units, the account ("Quotas for AWS Organizations")."""
FILTERS: tuple[tuple[PolicyKind, str], ...] = (("scp", "SERVICE_CONTROL_POLICY"), ("rcp", "RESOURCE_CONTROL_POLICY"))


def _call(operation: str, action: str, member: str) -> Call:
    return Call(CAPABILITY, "organizations", operation, f"organizations:{action}", (member,), optional=True, absent_ok=True)


ORGANIZATION = _call("describe_organization", "DescribeOrganization", "Organization")
PARENTS = _call("list_parents", "ListParents", "Parents")
ATTACHED = _call("list_policies_for_target", "ListPoliciesForTarget", "Policies")
DOCUMENT = _call("describe_policy", "DescribePolicy", "Policy")


def control_policies(scan: Scan) -> Iterator[Record]:
    """One Policy for each control policy and level; ``level_index`` 0 is the root."""
    organization = scan.answer(ORGANIZATION)
    if isinstance(organization, Gap):
        yield organization
        return
    management = text(part(organization or {}, "Organization"), "MasterAccountId")
    if management is None or management == scan.account:
        return
    levels: list[str] = []
    for item in _levels(scan):
        if isinstance(item, Gap):
            yield item
            return
        levels.insert(0, item)
    documents: dict[str, str | None] = {}
    for index, level in enumerate(levels):
        for kind, wanted in FILTERS:
            yield from _at(scan, level, index, kind, wanted, documents)


def _levels(scan: Scan) -> Iterator[str | Gap]:
    """The account, its parents, the root last; a Gap when the chain cannot be followed to the root."""
    node = scan.account
    for _ in range(DEPTH):
        yield node
        reply = scan.api.one(PARENTS.of(ChildId=node))
        if isinstance(reply, Failed):
            yield reply.call.gap(reply.weather)
            return
        parent = next(iter(rows(reply, "Parents")), None)
        if parent is None or not (node := text(parent, "Id") or ""):
            return
        if text(parent, "Type") == "ROOT":
            yield node
            return


def _at(scan: Scan, level: str, index: int, kind: PolicyKind, wanted: str, documents: dict[str, str | None]) -> Iterator[Record]:
    for item in scan.listing(ATTACHED.of(TargetId=level, Filter=wanted)):
        if isinstance(item, Gap):
            yield item
            continue
        policy_id, arn = text(item, "Id"), text(item, "Arn")
        if not policy_id or not arn:
            continue
        if policy_id not in documents:
            reply = scan.answer(DOCUMENT.of(PolicyId=policy_id))
            if isinstance(reply, Gap):
                yield reply
            documents[policy_id] = as_json(part(reply, "Policy").get("Content")) if isinstance(reply, dict) else None
        document = documents[policy_id]
        if document:
            attrs = {"arn": arn, "level": level, "level_index": str(index)}
            yield policy(scan.account, kind, text(item, "Name") or policy_id, document, [f"aws:account:{scan.account}"], attrs)
