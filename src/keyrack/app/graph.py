"""The graph of a commit: records out of the lake, edges from the engines, and the questions people ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from keyrack.app.evaluation import open_commit
from keyrack.app.home import Home
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


def cuts(home: Home, commit: Commit, to: str, most: int, progress: Progress) -> Iterator[dict[str, Any]]:
    """Removals, each ``{"remove", "from", "name", "closes", "left", "used"}``; ``used`` is what its holders did with it.

    ``used`` maps actions to logged calls that the removal would have taken away, over everything ingested; null: no log.
    """
    connection = open_commit(home, commit)
    try:
        estate = estate_of(connection)
        graph = build(estate, resources=to == "crown", progress=progress)
        attach_events(connection, home.lake)
        for step in cut(estate, graph, to, lambda trial: build(trial, resources=to == "crown"), most=most):
            yield {
                "remove": step.cut.kind,
                "from": step.cut.holder,
                "name": step.cut.name,
                "closes": list(step.closed),
                "left": step.left,
                "used": _used(connection, estate, step.cut),
            }
    finally:
        connection.close()


def _used(connection: duckdb.DuckDBPyConnection, estate: Estate, one: Cut) -> dict[str, int] | None:
    """Logged, allowed calls of those who lose something; of a policy only the actions it allows."""
    if not connection.execute("SELECT count(*) FROM event_coverage").fetchall()[0][0]:
        return None
    losers = [i.uid for i in estate.identities if one.holder in {i.uid, *i.attrs.get("groups", "").split(",")}]
    calls = connection.execute(
        "SELECT action, count(*) FROM (SELECT unnest(actions) AS action FROM events "
        "WHERE outcome <> 'denied' AND list_contains(?, identity_uid)) GROUP BY action ORDER BY action",
        [losers],
    ).fetchall()
    documents = [p.document for p in estate.policies if one.kind == "policy" and p.name == one.name]
    return {action: count for action, count in calls if one.kind != "policy" or any(allows(text, action) for text in documents)}
