"""Rehearse a change: replay what was logged, judge what the logs could have shown, and say who would feel it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keyrack.access.rehearse import Call, Replayed, replay
from keyrack.app.evidence import Evidence, Period, open_evidence
from keyrack.app.explain import resolve
from keyrack.app.governing import governing
from keyrack.app.home import Home
from keyrack.app.proposals import Proposal, without_policy
from keyrack.app.wishes import Wish, propose, rightsized, unused_holders, without_unused
from keyrack.evidence import calls as logged
from keyrack.evidence.calls import Consumer, Sample
from keyrack.evidence.judge import Blind, Count, Judgement, Limits, Picture, judge
from keyrack.evidence.report import WHY, account_gaps, blind_slices
from keyrack.evidence.used import Window, prepare, set_window
from keyrack.lake import Commit

if TYPE_CHECKING:
    import duckdb

CONSUMERS_SHOWN = 20
"""Of each identity, most calls first."""

CANNOT_SEE = (
    "Any 31 days hold a month's end; 90 days need not hold a quarter's end (a quarter has up to 92) and seldom hold a year's: "
    "what runs more rarely than the window is long is not in it."
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The verdict on one identity, the calls that do not simply stay, and who made those that would fail."""

    uid: str
    change: str
    verdict: str
    reasons: tuple[str, ...]
    since: datetime
    until: datetime
    sample: Sample
    count: Count
    calls: tuple[Replayed, ...]
    consumers: tuple[Consumer, ...] = ()
    workloads: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "uid": self.uid,
            "change": self.change,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "since": self.since,
            "until": self.until,
            "observed": {"calls": self.sample.times, "days": self.sample.days, "unseen": round(self.sample.unseen, 4)},
            "kinds": asdict(self.count),
            "calls": [_call(one) for one in self.calls],
            "consumers": [asdict(one) for one in self.consumers],
            "workloads": list(self.workloads),
        }


@dataclass(slots=True)
class Stage:
    """What is known about the identities under rehearsal, before any change is replayed."""

    evidence: Evidence
    now: datetime
    gaps: dict[str, tuple[str, ...]]
    blind: dict[str, list[dict[str, Any]]]
    subjects: dict[str, tuple[str, datetime | None]]
    broken: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unmapped: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def stage(evidence: Evidence, period: Period | None, uids: Sequence[str], now: datetime) -> Stage:
    """Look at the logs of the identities' accounts within the window; without a period that was done already."""
    if period is not None:
        prepare(evidence.connection, evidence.question(period, tuple(uids)))
    logged.choose(evidence.connection, uids, None)
    found = evidence.connection.execute(
        "SELECT uid, scope, created_at FROM identities WHERE uid IN (SELECT uid FROM rehearsal_subjects)"
    ).fetchall()
    return Stage(
        evidence,
        now,
        account_gaps(evidence.connection),
        blind_slices(evidence.connection),
        {uid: (scope, created) for uid, scope, created in found},
    )


def rehearse(scene: Stage, proposal: Proposal, limits: Limits, progress: Callable[[int], None] | None = None) -> list[Rehearsal]:
    """Replay a proposal over the calls of every identity it touches; breaking ones first, then by uid."""
    connection, uids = scene.evidence.connection, sorted({*proposal.replays, *proposal.alters})
    logged.gather(connection, uids, proposal.keys, credential=proposal.credential, every=proposal.every)
    apis = scene.evidence.unmapped
    chosen = logged.choose(connection, uids, proposal.credential)
    scene.unmapped = logged.unmapped(connection, apis, chosen) if apis and not proposal.every else {}
    by_identity = _calls(logged.rows(connection, sorted(proposal.replays)))
    samples = logged.samples(connection)
    found = []
    for done, uid in enumerate(uids, 1):
        change = proposal.replays.get(uid)
        replayed = tuple(replay(by_identity.get(uid, ()), change)) if change else ()
        count, judgement = _judged(scene, proposal, uid, replayed, samples.get(uid, Sample()), limits)
        found.append((uid, replayed, count, judgement))
        if progress is not None and done % 50 == 0:
            progress(done)
    lost = [
        (uid, one.call.action, one.call.resource)
        for uid, replayed, _, _ in found
        for one in replayed
        if one.fate.outcome == "breaks"
    ]
    behind = logged.consumers(connection, lost, chosen) if lost else {}
    workloads = _workloads(connection, proposal.credential) if lost else {}
    window = scene.evidence.window
    rehearsals = [
        Rehearsal(
            uid, proposal.title, judgement.verdict, judgement.reasons, window.since, window.until,
            samples.get(uid, Sample()), count, tuple(one for one in replayed if one.fate.outcome != "kept"),
            tuple(behind.get(uid, ())[:CONSUMERS_SHOWN]), tuple(workloads.get(uid, ())) if count.breaks else (),
        )
        for uid, replayed, count, judgement in found
    ]  # fmt: skip
    order = {"breaks": 0, "not_enough_evidence": 1, "safe": 2}
    return sorted(rehearsals, key=lambda one: (order[one.verdict], one.uid))


def rehearsed(
    home: Home, commit: Commit, wish: Wish, period: Period, now: datetime, progress: Callable[[int], None] | None = None
) -> list[Rehearsal]:
    """Rehearse what somebody asks for.

    Raises:
        KeyrackError: nothing was ingested, or the wish names something that is not there.
        UsageError: the wish makes no sense.
    """
    evidence = open_evidence(home, commit, period, now)
    try:
        policies = governing(evidence.connection)
        if wish.unused is not None:
            prepare(evidence.connection, evidence.question(period))
            uids = unused_holders(evidence.connection)
            scene = stage(evidence, None, uids, now)
            wide = Window(min(evidence.log_start, evidence.window.since), evidence.window.until)
            set_window(evidence.connection, wide)
            scene.evidence = replace(evidence, window=wide)
            proposal = without_unused(evidence.connection, policies, uids)
        elif wish.rightsize is not None:
            uids = [resolve(evidence.connection, wish.rightsize)]
            prepare(evidence.connection, evidence.question(period, tuple(uids)))
            proposal = rightsized(evidence, policies, uids)
            scene = stage(evidence, None, uids, now)
        else:
            proposal = propose(evidence.connection, policies, wish)
            scene = stage(evidence, period, sorted(proposal.replays), now)
        scene.broken = policies.broken
        return rehearse(scene, proposal, Limits(), progress)
    finally:
        evidence.connection.close()


def removals(
    home: Home, commit: Commit, wanted: Sequence[tuple[Sequence[str], str]], period: Period, now: datetime
) -> Iterator[list[Rehearsal]]:
    """Rehearse each removal by itself: a policy, by name, from some identities."""
    evidence = open_evidence(home, commit, period, now)
    try:
        policies = governing(evidence.connection)
        for uids, name in wanted:
            proposal = without_policy(policies, uids, name)
            scene = stage(evidence, period, sorted(proposal.replays), now)
            scene.broken = policies.broken
            yield rehearse(scene, proposal, Limits())
    finally:
        evidence.connection.close()


def _judged(
    scene: Stage, proposal: Proposal, uid: str, replayed: Sequence[Replayed], sample: Sample, limits: Limits
) -> tuple[Count, Judgement]:
    scope, created = scene.subjects.get(uid, ("", None))
    touches = proposal.touches.get(uid, lambda _action: True)
    fates = [one.fate for one in replayed]
    blind = tuple(_blind(scene.blind.get(uid, ()), touches))
    altered = bool(blind) or any(fate.because != ("unchanged",) for fate in fates)
    altered = altered or (proposal.alters[uid] if uid in proposal.alters else _alters(scene, uid, touches))
    count = Count(
        kept=sum(fate.outcome == "kept" for fate in fates) if uid in proposal.replays else sample.kinds,
        breaks=sum(fate.outcome == "breaks" for fate in fates),
        unexplained=sum(fate.outcome == "unexplained" for fate in fates),
        undecided=sum(fate.outcome == "undecided" for fate in fates),
        touches=altered,
    )
    window = scene.evidence.window
    not_ingested = (f"no log of {scope or 'its account'} was ingested.",)
    picture = Picture(
        window=window,
        created_at=created,
        sample=sample,
        gaps=scene.gaps.get(scope, not_ingested),
        blind=blind,
        holes=tuple(_holes(scene, uid)),
        log_end=scene.evidence.log_end,
        now=None if scene.evidence.chosen else scene.now,
    )
    return count, judge(picture, count, limits)


def _holes(scene: Stage, uid: str) -> Iterable[str]:
    if broken := scene.broken.get(uid):
        yield f"policies that could not be read: {', '.join(sorted(set(broken)))}."
    if uid in scene.unmapped:
        count, api = scene.unmapped[uid]
        yield f"{count} of its calls could not be replayed: which permission they need is not known (such as {api})."


def _alters(scene: Stage, uid: str, touches: Callable[[str], bool]) -> bool:
    """Whether the change alters anything at all of what the identity is granted."""
    granted = scene.evidence.connection.execute(
        "SELECT a.action FROM evidence_profiles p JOIN evidence_granted g USING (profile) "
        "JOIN evidence_actions a ON a.code = g.code WHERE p.identity_uid = $uid ORDER BY a.code",
        {"uid": uid},
    ).fetchall()
    return any(touches(action) for (action,) in granted)


def _blind(slices: Iterable[dict[str, Any]], touches: Callable[[str], bool]) -> Iterable[Blind]:
    for one in slices:
        touched = [action for action in one["actions"] if touches(action)]
        if touched:
            why, settles = WHY[one["hidden"]]
            yield Blind(one["service"], len(touched), touched[0], why, settles)


def _calls(rows: Iterable[logged.Row]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Call(*row))
    return found


def _workloads(connection: duckdb.DuckDBPyConnection, credential: str | None) -> dict[str, list[str]]:
    """Who is known to act as each identity: what runs as it, which pipelines may become it, where its credentials lie."""
    rows = connection.execute(
        """
        SELECT identity_uid, mechanism || ' by ' || subject
          || CASE WHEN len(subs) > 0 THEN ' (' || array_to_string(subs, ', ') || ')' ELSE '' END
        FROM trusts WHERE identity_uid IN (SELECT uid FROM rehearsal_subjects) AND $credential IS NULL
        UNION
        SELECT c.identity_uid, c.uid || ' in ' || p.system || ' ' || p.path || coalesce(' used by ' || p.consumer_uid, '')
        FROM credentials c JOIN placements p ON p.credential_uid = c.uid
        WHERE c.identity_uid IN (SELECT uid FROM rehearsal_subjects) AND ($credential IS NULL OR c.uid = $credential)
        ORDER BY 1, 2
        """,
        {"credential": credential},
    ).fetchall()
    found: dict[str, list[str]] = defaultdict(list)
    for uid, text in rows:
        found[uid].append(text)
    return found


def _call(one: Replayed) -> dict[str, Any]:
    call, fate = one.call, one.fate
    return {
        "action": call.action,
        "resource": call.resource or None,
        "outcome": fate.outcome,
        "times": call.times,
        "days": call.days,
        "first_at": call.first_at,
        "last_at": call.last_at,
        "context": dict(call.context),
        "because": list(fate.because),
        "assumed": list(fate.assumed),
    }
