"""A right-sizing as a plan: ordered steps with their undo, what it needs, and the state it was made from. Nothing is applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from keyrack.access.aws.render import document
from keyrack.app.rightsize import Sized
from keyrack.app.rightsize_identity import Held, RightSized
from keyrack.records.uids import aws_arn

Step = dict[str, Any]


def plan(sized: Sized) -> dict[str, Any]:
    """The plan: ``window``, ``identities`` (each with all its identity policies afterwards, by name), ``refused``."""
    return {
        "kind": "rightsize",
        "window": {"since": sized.window.since.isoformat(), "until": sized.window.until.isoformat()},
        "identities": [_identity(one) for one in sized.results if not one.refused],
        "refused": [{"uid": one.uid, "why": one.refused} for one in sized.results if one.refused],
    }


def _identity(one: RightSized) -> dict[str, Any]:
    steps = _once(_steps(one))
    stay = {held.name: json.loads(held.document) for held in one.held if held not in one.replaced}
    return {
        "uid": one.uid,
        "before": {"fingerprint": fingerprint(one.held), "policies": [{"name": h.name, "how": h.how} for h in one.held]},
        "policies": {**stay, **{policy.name: document(policy) for policy in one.after}},
        "steps": steps,
        "permissions": sorted({step["action"] for step in steps} | {step["undo"]["action"] for step in steps}),
        "notes": list(one.notes),
    }


def fingerprint(held: Iterable[Held]) -> str:
    """SHA-256 over the names and documents of policies, whatever their order; apply refuses when it has changed."""
    parts = sorted(f"{one.how}\x1f{one.name}\x1f{one.document}" for one in held)
    return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _steps(one: RightSized) -> Iterator[Step]:
    """First what gives, then what takes, so that the identity is never without what it uses."""
    kind, name = ("User" if ":user/" in one.uid else "Role"), one.uid.rpartition("/")[2]
    who = {f"{kind}Name": name}
    yield from _gives(one, kind, who)
    for held in one.replaced:
        yield _takes(held, kind, who)


def _once(steps: Iterable[Step]) -> list[Step]:
    """Without repeats: an identity leaves a group once, whatever it held by it."""
    kept: list[Step] = []
    for step in steps:
        if step not in kept:
            kept.append(step)
    return kept


def _gives(one: RightSized, kind: str, who: dict[str, str]) -> Iterator[Step]:
    account = one.uid.split(":")[3]
    partition = one.uid.partition(":")[0]
    for policy in one.after:
        written = json.dumps(document(policy), separators=(",", ":"), ensure_ascii=False)
        if one.style == "inline":
            target = {**who, "PolicyName": policy.name}
            yield _step(f"iam:Put{kind}Policy", {**target, "PolicyDocument": written}, f"iam:Delete{kind}Policy", target)
            continue
        arn = f"arn:{partition}:iam::{account}:policy/{policy.name}"
        made = {"PolicyName": policy.name, "PolicyDocument": written}
        yield _step("iam:CreatePolicy", made, "iam:DeletePolicy", {"PolicyArn": arn})
        yield _step(f"iam:Attach{kind}Policy", {**who, "PolicyArn": arn}, f"iam:Detach{kind}Policy", {**who, "PolicyArn": arn})


def _takes(held: Held, kind: str, who: dict[str, str]) -> Step:
    if held.how == "group":
        target = {**who, "GroupName": (held.group or "").rpartition("/")[2]}
        return _step("iam:RemoveUserFromGroup", target, "iam:AddUserToGroup", target)
    if held.how == "managed":
        target = {**who, "PolicyArn": held.arn or aws_arn(held.name)}
        return _step(f"iam:Detach{kind}Policy", target, f"iam:Attach{kind}Policy", target)
    target = {**who, "PolicyName": held.name}
    return _step(f"iam:Delete{kind}Policy", target, f"iam:Put{kind}Policy", {**target, "PolicyDocument": held.document})


def _step(action: str, parameters: dict[str, str], undo: str, undone: dict[str, str]) -> Step:
    return {"action": action, "parameters": parameters, "undo": {"action": undo, "parameters": undone}}


def documents(policies: Sequence[Any]) -> dict[str, Any]:
    """New policies as decoded JSON, by name."""
    return {policy.name: document(policy) for policy in policies}
