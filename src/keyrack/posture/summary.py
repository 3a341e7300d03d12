"""The numbers on the first page: counts, ratios and shares, each computed from the records in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    import duckdb


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the risk list."""

    subject: Annotated[str, Meta(description="Identity uid, or credential uid while it has no identity.")]
    name: Annotated[str, Meta(description="What its system calls it; empty where the uid says it.")]
    score: Annotated[float, Meta(description="0 to 100; see docs/risk-score.md.")]
    findings: Annotated[int, Meta(description="Open findings that count.")]
    worst: Annotated[str, Meta(description="Title of the heaviest finding.")]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a scan. Shares are 0 to 1, null when there is nothing to divide by."""

    identities: Annotated[
        int,
        Meta(description="Non-human identities, without the roles that people sign in to and AWS's own."),
    ]
    humans: Annotated[int, Meta(description="Human identities seen; a root user is nobody's name, so it is not counted.")]
    ratio: Annotated[float | None, Meta(description="Non-human per human identity.")]
    by_kind: Annotated[dict[str, int], Meta(description="Non-human identities by kind.")]
    credentials: Annotated[int, Meta(description="Distinct credentials.")]
    usable_credentials: Annotated[int, Meta(description="Credentials that may still work.")]
    without_expiry: Annotated[int, Meta(description="Usable credentials known to have no expiry.")]
    unrotated: Annotated[float | None, Meta(description="Share of dated usable credentials older than 90 days.")]
    unowned: Annotated[float | None, Meta(description="Share of non-human identities without a living owner.")]
    overprivileged: Annotated[float | None, Meta(description="Share of identities with grants that are admin or may become it.")]
    findings: Annotated[dict[str, int], Meta(description="Open findings by severity.")]
    by_owasp: Annotated[dict[str, int], Meta(description="Open findings by OWASP id.")]
    excepted: Annotated[int, Meta(description="Findings under a live exception.")]
    resolved: Annotated[int, Meta(description="Findings no longer found.")]
    gaps: Annotated[int, Meta(description="Places we could not look at.")]
    incomplete: Annotated[int, Meta(description="Gaps that make the scan incomplete under --strict.")]
    unknown_rules: Annotated[list[str], Meta(description="Rules that answer unknown somewhere, because of gaps.")]
    top: Annotated[list[Risk], Meta(description="Highest risks first.")]


_PICKED = "($all OR list_has_any(sources, $sources))"
_RAW = "($all OR list_contains($sources, CAST(source_id AS VARCHAR)))"

# A root user keeps the kind `human`, because no program should be it and rules read it so; but it is no person. A role that
# people sign in to is no person and no program, and a service-linked role is AWS's: neither counts on either side.
_NEITHER = "(type = 'aws:iam-role' AND (attrs['human_evidence'] IS NOT NULL OR attrs['service_linked'] IS NOT NULL))"
_MACHINE = f"(nhi AND NOT {_NEITHER})"
# A permission set is what people become, and no person.
# On a host likewise: uid 0 is nobody's own account, and the cluster user in somebody's home is that somebody.
_ROOT = "(type = 'aws:root' OR (type = 'unix:user' AND coalesce(attrs['unix_uid'], '1') = '0'))"
_PERSON = f"(NOT nhi AND NOT {_ROOT} AND type <> 'aws:permission-set' AND NOT (type = 'kube:user' AND attrs['user'] IS NOT NULL))"
_PEOPLE = f"""SELECT count(*) FILTER ({_MACHINE}), count(*) FILTER ({_PERSON}),
  count(*) FILTER ({_MACHINE} AND owner_status IN ('none', 'gone')) FROM identities WHERE {_PICKED}"""
_CREDENTIALS = f"""SELECT count(*), count(*) FILTER (usable), count(*) FILTER (usable AND expiry = 'never'),
  count(*) FILTER (usable AND rotated_days IS NOT NULL), count(*) FILTER (usable AND rotated_days > 90)
  FROM credentials WHERE {_PICKED}"""
_POWER = f"""SELECT count(*), count(*) FILTER (p.privilege IN ('admin', 'permissions'))
  FROM privileges p JOIN identities i ON i.uid = p.identity_uid WHERE {_MACHINE} AND {_PICKED}"""
_CLOSED = f"SELECT count(*) FILTER (status = 'excepted'), count(*) FILTER (status = 'resolved') FROM findings WHERE {_PICKED}"
_GAPS = f"SELECT count(*), count(*) FILTER (incomplete) FROM raw_gaps WHERE {_RAW}"
_KINDS = f"SELECT kind, count(*) FROM identities WHERE {_MACHINE} AND {_PICKED} GROUP BY kind ORDER BY 2 DESC, 1"
_SEVERITIES = f"SELECT severity, count(*) FROM findings WHERE status = 'open' AND {_PICKED} GROUP BY severity"
_OWASP = f"SELECT owasp, count(*) FROM findings WHERE status = 'open' AND {_PICKED} GROUP BY owasp ORDER BY 2 DESC, 1"
_UNKNOWN = f"SELECT DISTINCT rule, 1 FROM rule_coverage WHERE {_RAW}"
_TOP = """SELECT r.subject, r.score, r.findings, r.worst, coalesce(i.name, c.name, '') FROM risks r
  LEFT JOIN identities i ON i.uid = r.subject LEFT JOIN credentials c ON c.uid = r.subject
  WHERE $all OR list_has_any(coalesce(i.sources, c.sources), $sources)
  ORDER BY r.score DESC, r.subject LIMIT $top"""


class _Scope:
    """Runs queries limited to some sources."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, sources: Sequence[str] | None, top: int) -> None:
        self._connection = connection
        self._bound = {"all": sources is None, "sources": list(sources or []), "top": top}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        bound = {name: value for name, value in self._bound.items() if f"${name}" in sql}
        return self._connection.execute(sql, bound).fetchall()

    def counts(self, sql: str) -> dict[str, int]:
        return dict(self.rows(sql))


def summarise(connection: duckdb.DuckDBPyConnection, sources: Sequence[str] | None = None, top: int = 10) -> Summary:
    """Summary over some sources, or over everything in force; ``top`` risks are listed."""
    scope = _Scope(connection, sources, top)
    machines, humans, unowned = scope.rows(_PEOPLE)[0]
    total, usable, endless, dated, old = scope.rows(_CREDENTIALS)[0]
    holders, powerful = scope.rows(_POWER)[0]
    excepted, resolved = scope.rows(_CLOSED)[0]
    gaps, incomplete = scope.rows(_GAPS)[0]
    return Summary(
        identities=machines,
        humans=humans,
        ratio=round(machines / humans, 1) if humans else None,
        by_kind=scope.counts(_KINDS),
        credentials=total,
        usable_credentials=usable,
        without_expiry=endless,
        unrotated=_share(old, dated),
        unowned=_share(unowned, machines),
        overprivileged=_share(powerful, holders),
        findings=scope.counts(_SEVERITIES),
        by_owasp=scope.counts(_OWASP),
        excepted=excepted,
        resolved=resolved,
        gaps=gaps,
        incomplete=incomplete,
        unknown_rules=sorted(scope.counts(_UNKNOWN)),
        top=[
            Risk(
                subject=subject,
                name="" if name.casefold() in subject.casefold() else name,
                score=score,
                findings=count,
                worst=worst,
            )
            for subject, score, count, worst, name in scope.rows(_TOP)
        ],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
