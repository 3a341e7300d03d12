"""The graph of a commit: records out of the lake, edges from the engines, and the questions people ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keyrack.app.evaluation import open_commit
from keyrack.app.evidence import Period
from keyrack.app.home import Home
from keyrack.app.rehearse import Rehearsal, removals
from keyrack.errors import UsageError
from keyrack.graph.aws_principals import allows
from keyrack.graph.blast import blast
from keyrack.graph.build import build
from keyrack.graph.cut import Cut, cut
from keyrack.graph.model import Estate, Graph
from keyrack.graph.paths import Path
from keyrack.lake import Commit
from keyrack.lake.events import attach_events
from keyrack.rules.reach import estate_of
from keyrack.sdk import Progress

if TYPE_CHECKING:
    import duckdb


def graph_of(home: Home, commit: Commit, progress: Progress, *, resources: bool = True) -> Graph:
    """The graph of a commit."""
    connection = open_commit(home, commit)
    try:
        estate = estate_of(connection)
    finally:
        connection.close()
    return build(estate, resources=resources, progress=progress)


def unread(home: Home, commit: Commit) -> list[str]:
    """What could close ways and was not read: control policies above accounts, policies on resources."""
    connection = open_commit(home, commit)
    try:
        rows = connection.execute(
            "SELECT DISTINCT detail FROM raw_gaps "
            "WHERE capability IN ('aws.control_policies', 'aws.resource_policies') ORDER BY detail"
        ).fetchall()
    finally:
        connection.close()
    return [detail for (detail,) in rows]


def named(graph: Graph, text: str) -> str:
    """The uid of an identity: itself, else by its name, else by a part that only one uid has.

    Raises:
        UsageError: nobody, or more than one identity, is called so.
    """
    ways = (lambda uid: uid == text, lambda uid: uid.endswith(f"/{text}"), lambda uid: text in uid)
    for fits in ways:
        found = sorted(filter(fits, graph.names))
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(found[:8])
            raise UsageError("graph.ambiguous", f"{text!r} is {len(found)} identities", hint=f"one of: {shown}")
    raise UsageError("graph.unknown", f"no identity is called {text!r}", hint="`keyrack inventory` lists identities")


def blast_document(graph: Graph, uid: str, *, conditional: bool) -> dict[str, Any]:
    """``{"identity", "rings": [{"hop", "identities", "resources": [{"resource", "action"}], "crown"}], totals}``."""
    rings = blast(graph, uid, conditional=conditional)
    return {
        "identity": uid,
        "identities": sum(len(ring.identities) for ring in rings),
        "resources": sum(len(ring.resources) for ring in rings),
        "crown": sum(len(ring.crown) for ring in rings),
        "rings": [
            {
                "hop": ring.hop,
                "identities": list(ring.identities),
                "resources": [{"resource": resource, "action": action} for resource, action in ring.resources],
                "crown": list(ring.crown),
            }
            for ring in rings
        ],
    }


def as_document(graph: Graph, paths: list[Path]) -> dict[str, Any]:
    """``{"admins": [uid], "paths": [{"from", "to", "hops": [{"from", "to", "mechanism", "via"}]}]}``."""
    return {
        "admins": sorted(graph.admins),
        "paths": [
            {
                "from": path.source,
                "to": path.target,
                "hops": [{"from": hop.source, "to": hop.target, "mechanism": hop.mechanism, "via": hop.via} for hop in path.hops],
            }
            for path in paths
        ],
    }


def cuts(
    home: Home, commit: Commit, to: str, most: int, period: Period, now: datetime, progress: Progress
) -> Iterator[dict[str, Any]]:
    """Removals, each ``{"remove", "from", "name", "closes", "left", "used", "rehearsal"}``.

    ``used`` maps actions to logged calls of those who lose something, over everything ingested; ``rehearsal`` is the verdict
    on the calls of the period, ``{"verdict", "reasons", "breaks": [uid]}``. Both are null without logs; so is the rehearsal of a
    trust, whose loss no policy decides.
    """
    connection = open_commit(home, commit)
    try:
        estate = estate_of(connection)
        graph = build(estate, resources=to == "crown", progress=progress)
        attach_events(connection, home.lake)
        steps = list(cut(estate, graph, to, lambda trial: build(trial, resources=to == "crown"), most=most))
        used = [_used(connection, estate, step.cut) for step in steps]
    finally:
        connection.close()
    lost = {i: (_losers(estate, step.cut), step.cut.name) for i, step in enumerate(steps) if step.cut.kind == "policy"}
    verdicts = (
        dict(zip(lost, removals(home, commit, list(lost.values()), period, now), strict=True))
        if any(one is not None for one in used)
        else {}
    )
    for number, step in enumerate(steps):
        yield {
            "remove": step.cut.kind,
            "from": step.cut.holder,
            "name": step.cut.name,
            "closes": list(step.closed),
            "left": step.left,
            "used": used[number],
            "rehearsal": _verdict(verdicts.get(number)),
        }


def _verdict(found: list[Rehearsal] | None) -> dict[str, Any] | None:
    """The gravest verdict of some identities, its reasons, and who would lose a call; breaking ones come first."""
    if not found:
        return None
    return {
        "verdict": found[0].verdict,
        "reasons": list(found[0].reasons),
        "breaks": [one.uid for one in found if one.verdict == "breaks"],
    }


def _losers(estate: Estate, one: Cut) -> list[str]:
    """Identities that lose what is cut: the holder, or the members of the group that is."""
    return [i.uid for i in estate.identities if one.holder in {i.uid, *i.attrs.get("groups", "").split(",")}]


def _used(connection: duckdb.DuckDBPyConnection, estate: Estate, one: Cut) -> dict[str, int] | None:
    """Logged, allowed calls of those who lose something; of a policy only the actions it allows."""
    if not connection.execute("SELECT count(*) FROM event_coverage").fetchall()[0][0]:
        return None
    calls = connection.execute(
        "SELECT action, count(*) FROM (SELECT unnest(actions) AS action FROM events "
        "WHERE outcome <> 'denied' AND list_contains(?, identity_uid)) GROUP BY action ORDER BY action",
        [_losers(estate, one)],
    ).fetchall()
    documents = [p.document for p in estate.policies if one.kind == "policy" and p.name == one.name]
    return {action: count for action, count in calls if one.kind != "policy" or any(allows(text, action) for text in documents)}
