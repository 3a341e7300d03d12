"""Right-size one identity: from what it holds and what it was seen to do to what it should hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from keyrack.access.aws.catalogue import Catalogue, catalogue
from keyrack.access.aws.fit import Room, fitted
from keyrack.access.aws.globs import STAR
from keyrack.access.aws.model import Policy
from keyrack.access.aws.render import ATTACHED, INLINE_LIMITS, size
from keyrack.access.aws.shrink import Margin, Options, Used, trace
from keyrack.access.aws.subsume import subsumes
from keyrack.records.grant import Privilege
from keyrack.records.uids import aws_arn

How = Literal["inline", "managed", "group"]
Style = Literal["inline", "managed"]

NAME_LIMIT = 128
"""Characters of a policy's name (CreatePolicy, IAM API Reference)."""

WIDENED = (
    "",
    "folders of every service are written as wildcards, for the exact names do not fit",
    "resources are those of the original policy, for the exact ones do not fit",
    "only whole statements are removed, for anything narrower does not fit",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A policy an identity holds, and how."""

    policy: Policy
    how: How
    document: str
    arn: str | None = None
    group: str | None = None

    @property
    def name(self) -> str:
        """As its administrators know it."""
        return self.policy.name


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person asked for. ``groups``: also replace what comes by groups, with direct policies."""

    margin: Margin = "none"
    groups: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Actions that stay although no call was seen, and why."""

    service: str
    actions: tuple[str, ...]
    why: str
    settles: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """What is taken away.

    ``over`` counts actions granted and not used, before and after; ``narrowed`` actions that stay, on fewer resources;
    ``classes`` are privilege classes held before and after.
    """

    granted: int = 0
    used: int = 0
    over: tuple[int, int] = (0, 0)
    narrowed: int = 0
    classes: tuple[tuple[Privilege, ...], tuple[Privilege, ...]] = ((), ())

    @property
    def share(self) -> float:
        """Part of the actions granted and not used that is taken away, 0 to 1."""
        before, after = self.over
        return 1 - after / before if before else 0.0


@dataclass(frozen=True, slots=True)
class RightSized:
    """The proposal for one identity, or why there is none (``refused``)."""

    uid: str
    held: tuple[Held, ...] = ()
    after: tuple[Policy, ...] = ()
    style: Style = "managed"
    groups: bool = False
    calls: int = 0
    kept: tuple[Kept, ...] = ()
    elsewhere: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    removed: Removed = field(default_factory=Removed)
    refused: str = ""

    @property
    def replaced(self) -> tuple[Held, ...]:
        """Policies that go."""
        return tuple(one for one in self.held if one.how != "group" or self.groups)


def right_size(
    uid: str,
    held: Sequence[Held],
    used: Sequence[Used],
    kept: Sequence[Kept],
    choices: Choices,
    known: Mapping[str, str] | None = None,
) -> RightSized:
    """Propose the least policies for an identity.

    Args:
        uid: the identity.
        held: all its identity policies.
        used: its calls, allowed ones only.
        kept: actions whose use the logs would not have shown.
        choices: margin and scope.
        known: ARNs of users and roles by their ARN without path.
    """
    own = [one for one in held if choices.groups or one.how != "group"]
    by_group = [one for one in held if one.how == "group"]
    if not own:
        groups = ", ".join(sorted({one.group or one.name for one in by_group}))
        why = f"all its policies come by groups ({groups}); --replace-groups proposes direct ones"
        return RightSized(uid, tuple(held), refused=why)
    policies = tuple(one.policy for one in own)
    traced = trace(tuple(one.policy for one in [*own, *by_group]), used, aws_arn(uid), known)
    options = Options(choices.margin, _names(kept, wild=True), _names(kept, wild=False), aws_arn(uid))
    tried = [(style, fitted(policies, traced, options, room)) for style, room in _rooms(uid, own)]
    fits = [(style, *one) for style, one in tried if one is not None]
    fitting = min(fits, key=lambda one: one[2], default=None)  # the least widened; of equals the first
    if fitting is None:
        return RightSized(uid, tuple(held), refused="no narrower policy fits AWS's size limits")
    style, small, width = fitting
    after = _named(uid, small)
    stay = [] if choices.groups else [one.policy for one in by_group]
    return RightSized(
        uid,
        tuple(held),
        after,
        style,
        choices.groups,
        calls=len(used),
        kept=tuple(kept),
        elsewhere=tuple(sorted({f"{one.action} on {one.resource or 'an unnamed resource'}" for one in traced.elsewhere})),
        notes=tuple(_notes(by_group, choices, width, used)),
        removed=_removed([*policies, *stay], [*after, *stay], used),
        refused="" if subsumes(policies, after) else "the proposal could not be proven to allow nothing new; please report this",
    )


def _names(kept: Iterable[Kept], *, wild: bool) -> tuple[str, ...]:
    return tuple(name for one in kept for name in one.actions if (STAR in name) is wild)


def _rooms(uid: str, own: Sequence[Held]) -> Iterator[tuple[Style, Room]]:
    """Where the new policies may stand beside the old ones until those are gone: inline if all are, else managed."""
    if all(one.how == "inline" for one in own):
        limit = INLINE_LIMITS["user" if ":user/" in uid else "role"] - sum(size(one.policy) for one in own)
        yield "inline", Room(limit, 1)
    yield "managed", Room(count=max(1, ATTACHED - sum(one.how == "managed" for one in own)))


def _named(uid: str, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    name = uid.rpartition("/")[2][: NAME_LIMIT - len("-least-99")]
    filled = [policy for policy in policies if policy.statements]
    numbers = [f"-{number}" for number in range(1, len(filled) + 1)] if len(filled) > 1 else [""]
    return tuple(replace(policy, name=f"{name}-least{number}") for policy, number in zip(filled, numbers, strict=False))


def _notes(by_group: Sequence[Held], choices: Choices, width: int, used: Sequence[Used]) -> Iterable[str]:
    if not used:
        yield "no call was seen in a window that the log covers: an identity nobody uses is better disabled than narrowed"
    if by_group and not choices.groups:
        names = ", ".join(sorted({one.group or one.name for one in by_group}))
        yield f"what it holds by groups ({names}) stays: others hold it too; --replace-groups proposes direct policies instead"
    if by_group and choices.groups:
        yield "it must leave its groups for this to take effect"
    if width:
        yield WIDENED[width]


def _removed(before: Sequence[Policy], after: Sequence[Policy], used: Sequence[Used]) -> Removed:
    table = catalogue(action for policy in before for statement in policy.statements for action in statement.actions)
    held, left = granted_mask(before, table), granted_mask(after, table)
    seen = table.union(one.action for one in used) & held
    return Removed(
        granted=held.bit_count(),
        used=seen.bit_count(),
        over=((held & ~seen).bit_count(), (left & ~seen).bit_count()),
        narrowed=(_anywhere(before, table) & left & ~_anywhere(after, table)).bit_count(),
        classes=(_classes(held, before, table), _classes(left, after, table)),
    )


def granted_mask(policies: Iterable[Policy], table: Catalogue) -> int:
    """Actions that policies allow on something, less those that they deny everywhere and always."""
    allowed = denied = 0
    for policy in policies:
        for statement in policy.statements:
            named = table.union(statement.actions)
            mask = ~named if statement.not_actions else named
            if statement.allow:
                allowed |= mask
            elif not statement.conditions and not statement.not_resources and STAR in statement.resources:
                denied |= mask
    return allowed & ~denied & table.everything


def _anywhere(policies: Iterable[Policy], table: Catalogue) -> int:
    """Actions allowed on all resources."""
    found = 0
    for policy in policies:
        for statement in policy.statements:
            if statement.allow and not statement.not_resources and STAR in statement.resources:
                named = table.union(statement.actions)
                found |= ~named if statement.not_actions else named
    return found & table.everything


def _classes(mask: int, policies: Iterable[Policy], table: Catalogue) -> tuple[Privilege, ...]:
    found = [name for name in table.privileges(mask) if name != "unknown"]
    if table.mask("iam:*") & ~(mask & _anywhere(policies, table)) == 0:
        found.append("admin")
    return tuple(found)


def document(result: RightSized, documents: Mapping[str, Any]) -> dict[str, Any]:
    """The proposal as plain values; ``documents`` are the new policies by name."""
    if result.refused:
        return {"uid": result.uid, "refused": result.refused}
    before, after = result.removed.classes
    return {
        "uid": result.uid,
        "policies": dict(documents),
        "style": result.style,
        "replaces": [{"name": one.name, "how": one.how, "arn": one.arn, "group": one.group} for one in result.replaced],
        "observed_calls": result.calls,
        "granted_actions": result.removed.granted,
        "used_actions": result.removed.used,
        "unused_actions": {"before": result.removed.over[0], "after": result.removed.over[1]},
        "removed_share": round(result.removed.share, 4),
        "narrowed_actions": result.removed.narrowed,
        "privilege": {"before": list(before), "after": list(after)},
        "kept_unseen": [
            {"service": one.service, "actions": list(one.actions), "why": one.why, "settles": one.settles} for one in result.kept
        ],
        "granted_elsewhere": list(result.elsewhere),
        "notes": list(result.notes),
    }
