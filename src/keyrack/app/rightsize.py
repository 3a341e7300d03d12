"""Right-size identities: what they hold and what was seen, set-wise out of the lake; then one identity at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from keyrack.access.aws.replay import keys_asked
from keyrack.access.aws.resource_types import without_path
from keyrack.access.aws.shrink import Used
from keyrack.app.evidence import LOGS, Evidence, Period, open_evidence
from keyrack.app.explain import resolve
from keyrack.app.governing import Governing, governing
from keyrack.app.home import Home
from keyrack.app.rightsize_identity import Choices, Held, How, Kept, RightSized, right_size
from keyrack.errors import KeyrackError
from keyrack.evidence import calls as logged
from keyrack.evidence.report import WHY, account_gaps, blind_slices
from keyrack.evidence.used import Window, prepare
from keyrack.lake import Commit
from keyrack.records.uids import aws_arn
from keyrack.sdk import usage

if TYPE_CHECKING:
    import duckdb

BATCH = 500
"""Identities whose calls are in memory at a time."""

PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action name
NOT_OURS = ("/aws-service-role/", "/aws-reserved/")
"""Paths of roles that only AWS may change ("Service-linked roles", IAM User Guide; IAM Identity Center User Guide)."""


@dataclass(frozen=True, slots=True)
class Sized:
    """Proposals, and the window they rest on."""

    window: Window
    results: tuple[RightSized, ...]


@dataclass(slots=True)
class _Scene:
    """What is known about the identities before their calls are read."""

    policies: Governing
    held: dict[str, list[Held]]
    scopes: dict[str, str]
    gaps: dict[str, tuple[str, ...]]
    known: dict[str, str]
    kept: dict[str, list[Kept]] = field(default_factory=lambda: defaultdict(list))


def rightsize(
    home: Home,
    commit: Commit,
    name: str | None,
    choices: Choices,
    period: Period,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Sized:
    """Propose the least policies that keep every observed call.

    Args:
        home: whose lake.
        commit: the scan in force.
        name: an identity; ``None``: every AWS identity that is not a person.
        choices: margin and scope.
        period: the window, and which data events the logs are said to have.
        now: the clock.
        progress: told how many of how many identities are done.

    Raises:
        KeyrackError: no log was ingested, or nothing is known of that name.
    """
    evidence = open_evidence(home, commit, period, now)
    connection = evidence.connection
    try:
        uids = [resolve(connection, name)] if name is not None else _everybody(connection)
        prepare(connection, evidence.question(period, None if name is None else tuple(uids)))
        results = []
        for found in proposals(evidence, governing(connection), uids, choices):
            results.append(found)
            if progress is not None and len(results) % 50 == 0:
                progress(len(results), len(uids))
        return Sized(evidence.window, tuple(sorted(results, key=lambda one: (bool(one.refused), -one.removed.over[0], one.uid))))
    finally:
        connection.close()


def proposals(evidence: Evidence, policies: Governing, uids: Sequence[str], choices: Choices) -> Iterator[RightSized]:
    """A proposal or a refusal for each identity, from evidence that was prepared before; refusals first."""
    scene = _scene(evidence, policies, uids)
    ready, refused = _ready(scene, uids)
    yield from refused
    yield from _sized(evidence.connection, scene, ready, choices)


def _everybody(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """AWS identities that hold policies; people are not right-sized by what they happened to do."""
    rows = connection.execute(
        "SELECT i.uid FROM identities i WHERE i.kind <> 'human' AND i.uid IN (SELECT unnest(targets) FROM raw_policies "
        "WHERE kind = 'identity' AND language = 'aws-iam') ORDER BY i.uid"
    ).fetchall()
    return [uid for (uid,) in rows]


def _scene(evidence: Evidence, policies: Governing, uids: Sequence[str]) -> _Scene:
    connection = evidence.connection
    logged.choose(connection, uids, None)  # makes rehearsal_subjects, which the queries below read
    scopes = dict(
        connection.execute("SELECT uid, scope FROM identities WHERE uid IN (SELECT uid FROM rehearsal_subjects)").fetchall()
    )
    scene = _Scene(policies, _held(connection, policies), scopes, account_gaps(connection), _known(connection))
    for uid, slices in blind_slices(connection).items():
        scene.kept[uid] += _unseen(slices)
    for uid, services in _unmapped(connection, evidence.unmapped):
        scene.kept[uid] += [_whole(service) for service in services]
    return scene


def _held(connection: duckdb.DuckDBPyConnection, policies: Governing) -> dict[str, list[Held]]:
    """Identity policies by holder. A managed policy that no direct grant tells of comes by a group."""
    rows = connection.execute(
        """
        SELECT t.uid, p.name, p.document, p.attrs['arn'] AS arn, p.attrs['group'] AS named_group, g.vias, g.groups
        FROM (SELECT name, document, attrs, unnest(targets) AS uid FROM raw_policies
          WHERE kind = 'identity' AND language = 'aws-iam') p
        JOIN rehearsal_subjects t ON t.uid = p.uid
        LEFT JOIN (SELECT identity_uid, policy, list(DISTINCT via) AS vias, list(DISTINCT attrs['group']) AS groups
          FROM raw_grants WHERE language = 'aws-iam' AND via IN ('group', 'managed', 'inline', 'direct')
          GROUP BY identity_uid, policy) g ON g.identity_uid = t.uid AND g.policy = p.name
        ORDER BY t.uid, p.name
        """
    ).fetchall()
    held: dict[str, list[Held]] = defaultdict(list)
    parsed = {uid: {one.name: one for one in policies.setting(uid).policies.identity} for uid in {row[0] for row in rows}}
    for uid, name, document, arn, group, vias, groups in rows:
        if name not in parsed[uid]:
            continue
        by_group = bool(group) or (vias is not None and vias == ["group"])
        how: How = "group" if by_group else "managed" if arn else "inline"
        via = group or next(filter(None, groups or ()), None)
        held[uid].append(Held(parsed[uid][name], how, document, arn, via if by_group else None))
    return held


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """ARNs of users and roles by what a log calls them: the ARN without path."""
    rows = connection.execute("SELECT uid FROM identities WHERE regexp_matches(uid, '^aws[a-z-]*:iam::')").fetchall()
    return {without_path(aws_arn(uid)): aws_arn(uid) for (uid,) in rows}


def _unseen(slices: Iterable[dict[str, object]]) -> Iterator[Kept]:
    """What stays because no log would have shown it; whole patterns where the log's own facts name them.

    Roles are passed in calls of other permissions, and those calls are logged: where none was seen, none was passed.
    """
    log = usage.logs().get(LOGS["aws-iam"])
    for one in slices:
        service, hidden = str(one["service"]), str(one["hidden"])
        why, settles = WHY[hidden]
        facts = () if log is None else log.facts.optional if hidden == "optional" else ()
        patterns = tuple(pattern for pattern in facts if pattern.startswith(f"{service}:"))
        listed = one["actions"]
        actions = patterns or tuple(name for name in listed if name != PASS_ROLE) if isinstance(listed, list) else ()
        if actions:
            yield Kept(service, actions, why, settles)


def _unmapped(connection: duckdb.DuckDBPyConnection, apis: frozenset[str]) -> list[tuple[str, list[str]]]:
    """Services of which an identity made calls whose permission is not known."""
    return connection.execute(
        """
        SELECT identity_uid, list_sort(list(DISTINCT service)) FROM events
        WHERE identity_uid IN (SELECT uid FROM rehearsal_subjects) AND service IS NOT NULL AND len(actions) = 0
          AND outcome <> 'denied' AND list_contains($apis, api)
          AND "at" >= getvariable('evidence_since') AND "at" < getvariable('evidence_until')
        GROUP BY identity_uid ORDER BY identity_uid
        """,
        {"apis": sorted(apis)},
    ).fetchall()


def _whole(service: str) -> Kept:
    return Kept(service, (f"{service}:*",), "it made calls of this service whose permission is not known", "a newer API map")


def _ready(scene: _Scene, uids: Sequence[str]) -> tuple[list[str], list[RightSized]]:
    """Identities that can be looked at, and refusals for the others."""
    ready, refused = [], []
    for uid in uids:
        why = _refusal(scene, uid)
        if why:
            refused.append(RightSized(uid, tuple(scene.held.get(uid, ())), refused=why))
        else:
            ready.append(uid)
    return ready, refused


def _refusal(scene: _Scene, uid: str) -> str:
    if any(path in uid for path in NOT_OURS):
        return "AWS manages this role: its policies cannot be changed"
    scene.policies.setting(uid)
    if broken := scene.policies.broken.get(uid):
        return f"policies that could not be read: {', '.join(sorted(set(broken)))}"
    if not scene.held.get(uid):
        return "no document of any of its policies is known: scan its account again"
    scope = scene.scopes.get(uid, "")
    if scope not in scene.gaps:
        return f"no log of account {scope} was ingested: `keyrack usage ingest` reads one"
    if gaps := scene.gaps[scope]:
        return f"the evidence is thin: {' '.join(gaps)} Ingest the missing files, or look back fewer --days"
    return ""


def _sized(connection: duckdb.DuckDBPyConnection, scene: _Scene, uids: Sequence[str], choices: Choices) -> Iterator[RightSized]:
    """Proposals, batch by batch; only facts that a policy of somebody here asks for are read from events."""
    keys = keys_asked(one.policy for uid in uids for one in scene.held[uid])
    logged.gather(connection, uids, keys)
    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        used: dict[str, list[Used]] = defaultdict(list)
        for uid, action, resource, context, *_ in logged.rows(connection, batch):
            used[uid].append(Used(action, resource, {key: (value,) for key, value in context}))
        for uid in batch:
            yield right_size(uid, scene.held[uid], used[uid], scene.kept.get(uid, ()), choices, scene.known)


def single(results: Sequence[RightSized]) -> RightSized:
    """The one proposal that was asked for.

    Raises:
        KeyrackError: there is none, with the reason.
    """
    (result,) = results
    if result.refused:
        raise KeyrackError(
            "rightsize.refused", f"no proposal for {result.uid}: {result.refused}", hint="`keyrack usage` shows coverage"
        )
    return result
