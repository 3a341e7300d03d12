"""Changes that can be rehearsed, as what they make of the policies of each identity they touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from keyrack.access.aws.model import Policy, Statement
from keyrack.access.aws.parse import parse
from keyrack.access.aws.replay import AwsReplay, Setting, all_policies, keys_asked
from keyrack.access.aws.rules import covers_action
from keyrack.access.rehearse import Gone, Replay
from keyrack.app.governing import Governing, statement_of
from keyrack.errors import KeyrackError, UsageError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is rehearsed.

    Attributes:
        title: the change in a few words.
        replays: by identity, what becomes of its calls.
        touches: whether the change alters what is said about an action; asked about actions whose use no log shows.
        alters: whether the change alters anything about an identity, where that is known; those that are only here have no
            call that the change could touch.
        keys: condition keys that some policy involved asks for.
        credential: only calls made with it; ``None``: all.
    """

    title: str
    replays: Mapping[str, Replay]
    touches: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    alters: Mapping[str, bool] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    credential: str | None = None
    every: bool = False
    """Whether calls that need no permission break as well."""


def of_settings(title: str, governing: Governing, after: Mapping[str, tuple[Policy, ...]]) -> Proposal:
    """A change of identity policies: the new ones by identity; everything else that governs it stays."""
    replays: dict[str, Replay] = {}
    touches: dict[str, Callable[[str], bool]] = {}
    asked: set[Policy | int] = set()
    keys: set[str] = set()
    for uid, policies in after.items():
        before = governing.setting(uid)
        changed = Setting(replace(before.policies, identity=policies), before.resources, before.accounts)
        one = AwsReplay(before, before if policies == before.policies.identity else changed)
        replays[uid], touches[uid] = one, one.touches
        for policy in (*all_policies(before.policies), *policies):
            if id(policy) not in asked:
                asked.add(id(policy))
                keys |= keys_asked((policy,))
    for policies in governing.resources().values():
        keys |= keys_asked(policies)
    return Proposal(title, replays, touches, keys=frozenset(keys))


def new_policy(governing: Governing, uid: str, document: bytes, named: str | None) -> Proposal:
    """A document in place of all identity policies, or of the one that is named.

    Raises:
        PolicyError: the document is not a policy.
        UsageError: the identity has no policy of that name.
    """
    present = governing.setting(uid).policies.identity
    policy = parse(document, name=named or "proposed")
    if named is None:
        return of_settings("a new policy instead of all", governing, {uid: (policy,)})
    _known(named, present, uid)
    after = tuple(policy if _called(one, named) else one for one in present)
    return of_settings(f"a new {named}", governing, {uid: after})


def without_policy(governing: Governing, uids: Iterable[str], name: str) -> Proposal:
    """A policy taken from identities, by its name, uid or ARN."""
    after = {}
    for uid in uids:
        present = governing.setting(uid).policies.identity
        _known(name, present, uid)
        after[uid] = tuple(one for one in present if not _called(one, name))
    return of_settings(f"without {name}", governing, after)


def without_grant(connection: duckdb.DuckDBPyConnection, governing: Governing, grant: str) -> Proposal | None:
    """A single statement taken away, by the uid of its grant; ``None``: there is no such grant."""
    found = connection.execute(
        "SELECT identity_uid, policy, effect, actions, resources, not_actions, not_resources, conditions "
        "FROM raw_grants WHERE uid = $uid AND language = 'aws-iam'",
        {"uid": grant},
    ).fetchone()
    if found is None:
        return None
    uid, name, *parts = found
    gone = parse({"Version": "2012-10-17", "Statement": [statement_of(tuple(parts))]}).statements[0]
    present = governing.setting(uid).policies.identity
    after = tuple(_without(one, gone) if name is None or _called(one, name) or not one.name else one for one in present)
    if after == present:
        raise KeyrackError("rehearse.grant", f"the statement of {grant} is in no policy of {uid}", hint="scan again")
    return of_settings(f"without the statement {grant} of {name}", governing, {uid: after})


def without_actions(governing: Governing, removed: Mapping[str, frozenset[str]], seen: Mapping[str, frozenset[str]]) -> Proposal:
    """Actions taken out of identities' policies.

    Args:
        governing: the present policies.
        removed: actions to take away, by identity.
        seen: actions that will be replayed, by identity: only of these need the new statements speak.
    """
    after = {
        uid: tuple(_narrowed(one, removed[uid], seen.get(uid, frozenset())) for one in _present(governing, uid))
        for uid in removed
    }
    proposal = of_settings("without what was not used", governing, after)
    touches: dict[str, Callable[[str], bool]] = {uid: gone.__contains__ for uid, gone in removed.items()}
    return replace(proposal, touches=touches)


def deleted(uid: str) -> Proposal:
    """An identity that is no more."""
    return Proposal(f"{uid} deleted", {uid: Gone("deleted")}, {uid: lambda _action: True}, {uid: True}, every=True)


def revoked(credential: str, uid: str, *, rotated: bool) -> Proposal:
    """A credential that is no more, or whose old value is no more."""
    what = "rotated" if rotated else "revoked"
    title = f"{credential} {what}" + (": whoever still holds the old value fails" if rotated else "")
    return Proposal(title, {uid: Gone(what)}, {uid: lambda _action: True}, {uid: True}, credential=credential, every=True)


def _present(governing: Governing, uid: str) -> tuple[Policy, ...]:
    return governing.setting(uid).policies.identity


def _called(policy: Policy, name: str) -> bool:
    """Whether a name, uid or ARN means this policy."""
    return policy.name in {name, name.removeprefix("arn:")} or policy.name.rpartition("/")[2] == name


def _known(name: str, present: tuple[Policy, ...], uid: str) -> None:
    if not any(_called(one, name) for one in present):
        names = ", ".join(sorted(one.name for one in present)) or "none"
        raise UsageError("rehearse.policy", f"{uid} has no policy called {name!r}", hint=f"it has: {names}")


def _without(policy: Policy, gone: Statement) -> Policy:
    return replace(policy, statements=tuple(one for one in policy.statements if _shape(one) != _shape(gone)))


def _shape(statement: Statement) -> tuple[Any, ...]:
    """What makes two statements the same grant."""
    return (
        statement.allow,
        statement.not_actions,
        statement.not_resources,
        frozenset(action.lower() for action in statement.actions),
        frozenset(statement.resources),
        frozenset(statement.conditions),
    )


def _narrowed(policy: Policy, removed: frozenset[str], seen: frozenset[str]) -> Policy:
    """The policy with each allowing statement that speaks of removed actions cut down to the seen ones that stay."""
    gone = {action.lower() for action in removed}
    statements: list[Statement] = []
    for statement in policy.statements:
        covered = [action for action in sorted(seen) if statement.allow and covers_action(statement, action.lower())]
        if not any(action.lower() in gone for action in covered):
            statements.append(statement)
        elif left := tuple(action for action in covered if action.lower() not in gone):
            statements.append(replace(statement, actions=left, not_actions=False))
    return replace(policy, statements=tuple(statements))
