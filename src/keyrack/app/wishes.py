"""What somebody asks to have rehearsed, turned into a proposal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from keyrack.access.aws.parse import parse
from keyrack.app.evidence import Evidence
from keyrack.app.explain import resolve
from keyrack.app.governing import Governing
from keyrack.app.proposals import (
    Proposal,
    deleted,
    new_policy,
    of_settings,
    revoked,
    without_actions,
    without_grant,
    without_policy,
)
from keyrack.app.rightsize import proposals, single
from keyrack.app.rightsize_identity import Choices
from keyrack.errors import KeyrackError, UsageError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as it is asked for; exactly one of the fields after ``named`` is set."""

    uid: str | None = None
    named: str | None = None
    policy: Path | None = None
    remove: str | None = None
    rotate: str | None = None
    revoke: str | None = None
    delete: str | None = None
    plan: Path | None = None
    unused: int | None = None
    rightsize: str | None = None


class PlannedIdentity(msgspec.Struct):
    """Identity policies an identity is to have instead of all it has: documents by name."""

    uid: str
    policies: dict[str, msgspec.Raw]


class PlanFile(msgspec.Struct):
    """A plan as a file: other members are not looked at."""

    identities: list[PlannedIdentity]


def propose(connection: duckdb.DuckDBPyConnection, governing: Governing, wish: Wish) -> Proposal:
    """The proposal of any wish but ``unused`` and ``rightsize``, which need evidence first.

    Raises:
        UsageError: an identity is missing, or a name means nothing.
        KeyrackError: a file cannot be read.
    """
    if wish.policy is not None:
        return new_policy(governing, _subject(connection, wish.uid), _read(wish.policy), wish.named)
    if wish.remove is not None:
        return _removed(connection, governing, wish.remove, wish.uid)
    if wish.delete is not None:
        return deleted(resolve(connection, wish.delete))
    if wish.plan is not None:
        return _planned(governing, wish.plan)
    name = wish.rotate or wish.revoke
    if name is None:
        raise UsageError("rehearse.nothing", "no change to rehearse was given", hint="`keyrack rehearse --help` lists them")
    credential = resolve(connection, name)
    row = connection.execute("SELECT identity_uid FROM credentials WHERE uid = $uid", {"uid": credential}).fetchone()
    if row is None or row[0] is None:
        raise UsageError(
            "rehearse.credential", f"{credential} is no credential of a known identity", hint="see `keyrack inventory`"
        )
    return revoked(credential, row[0], rotated=wish.rotate is not None)


def unused_holders(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Identities with something unused by the evidence prepared before; people are left out."""
    found = connection.execute(
        "SELECT DISTINCT e.identity_uid FROM evidence_identities e JOIN evidence_subjects s ON s.uid = e.identity_uid "
        "WHERE e.unused > 0 AND e.language = 'aws-iam' AND s.kind <> 'human' ORDER BY 1"
    ).fetchall()
    return [uid for (uid,) in found]


def without_unused(connection: duckdb.DuckDBPyConnection, governing: Governing, uids: list[str]) -> Proposal:
    """Everything that the evidence prepared before calls unused, taken away from its holders.

    Whether it is unused was judged over one window, what is replayed may go back further: only actions that were used
    before that window can break, and only their holders need a replay.
    """
    found = connection.execute(
        """
        SELECT DISTINCT e.identity_uid, a.action
        FROM (SELECT DISTINCT identity_uid, unnest(actions) AS action FROM events WHERE outcome <> 'denied') e
        JOIN evidence_actions a ON a.action = e.action AND a.language = 'aws-iam'
        JOIN evidence_profiles p ON p.identity_uid = e.identity_uid AND p.language = a.language
        JOIN evidence_granted g ON g.profile = p.profile AND g.code = a.code
        JOIN evidence_slice_verdicts v ON v.identity_uid = e.identity_uid AND v.language = a.language AND v.service = a.service
          AND v.event_class = a.event_class AND v.reads = a.reads AND v.unseen = 'unused'
        ANTI JOIN (FROM evidence_use WHERE times > 0) u ON u.identity_uid = e.identity_uid AND u.code = a.code
        ORDER BY 1, 2
        """
    ).fetchall()
    removed: dict[str, set[str]] = defaultdict(set)
    for uid, action in found:
        removed[uid].add(action)
    chosen = {uid: frozenset(removed[uid]) for uid in uids if uid in removed}
    seen = _seen(connection, sorted(chosen))
    proposal = without_actions(governing, chosen, seen)
    return replace(proposal, alters=dict.fromkeys(uids, True), touches=dict.fromkeys(uids, lambda _action: False))


def rightsized(evidence: Evidence, governing: Governing, uids: list[str]) -> Proposal:
    """What ``keyrack rightsize`` proposes, from the evidence prepared before; identities it refuses are left as they are.

    Raises:
        KeyrackError: it refuses the only identity.
    """
    results = list(proposals(evidence, governing, uids, Choices()))
    if len(uids) == 1:
        single(results)
    after = {
        one.uid: (*one.after, *(held.policy for held in one.held if held not in one.replaced))
        for one in results
        if not one.refused
    }
    return of_settings("the least policy that keeps what was used", governing, after)


def _seen(connection: duckdb.DuckDBPyConnection, uids: list[str]) -> dict[str, frozenset[str]]:
    import pyarrow as pa

    connection.register("_wanted", pa.table({"uid": pa.array(uids, pa.string())}))
    found = connection.execute(
        "SELECT identity_uid, list(DISTINCT action) FROM (SELECT identity_uid, unnest(actions) AS action FROM events "
        "WHERE identity_uid IN (SELECT uid FROM _wanted)) GROUP BY identity_uid"
    ).fetchall()
    connection.unregister("_wanted")
    return {uid: frozenset(actions) for uid, actions in found}


def _removed(connection: duckdb.DuckDBPyConnection, governing: Governing, name: str, uid: str | None) -> Proposal:
    """A grant by its uid; else a policy by its name, from one identity or from all that hold it."""
    if (proposal := without_grant(connection, governing, name)) is not None:
        return proposal
    if uid is not None:
        return without_policy(governing, [resolve(connection, uid)], name)
    holders = connection.execute(
        "SELECT DISTINCT unnest(targets) FROM raw_policies WHERE kind = 'identity' AND (name = $name OR attrs['arn'] = $name) "
        "UNION SELECT identity_uid FROM raw_grants WHERE policy = $name AND via <> 'boundary' ORDER BY 1",
        {"name": name},
    ).fetchall()
    if not holders:
        raise UsageError("rehearse.grant", f"no grant or policy is called {name!r}", hint="`keyrack show UID` lists grants")
    return without_policy(governing, [holder for (holder,) in holders], name)


def _planned(governing: Governing, path: Path) -> Proposal:
    try:
        plan = msgspec.json.decode(_read(path), type=PlanFile)
    except msgspec.DecodeError as error:
        raise KeyrackError("rehearse.plan", f"{path} is no plan: {error}", hint="`keyrack rightsize` writes plans") from error
    after = {
        one.uid: tuple(parse(bytes(document), name=name) for name, document in one.policies.items()) for one in plan.identities
    }
    return of_settings(f"the plan {path.name}", governing, after)


def _subject(connection: duckdb.DuckDBPyConnection, uid: str | None) -> str:
    if uid is None:
        raise UsageError("rehearse.whose", "whose policy?", hint="name the identity: `keyrack rehearse UID --policy FILE`")
    return resolve(connection, uid)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyrackError("rehearse.file", f"cannot read {path}: {error.strerror}", hint="check the path") from error
