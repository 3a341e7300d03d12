"""How a score is shown: a table with its misses and false findings, or JSON."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from keyrack_estate.names import anchor_token
from keyrack_estate.risks import RISKS
from keyrack_estate.score import RiskScore


def failed(scores: Iterable[RiskScore], minimum: float) -> list[str]:
    """Risks below the minimum in precision or recall."""
    return [score.owasp for score in scores if min(score.precision, score.recall) < minimum]


def table(scores: dict[str, RiskScore], *, details: int | None) -> str:
    """Text table; below it at most ``details`` misses and false findings a row, ``None``: no lists."""
    row_title = "risk" if set(scores) <= set(RISKS) else "provider"
    head = f"{row_title:<12}{'name':<42}{'planted':>8}{'found':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>8}"
    lines = [head, "-" * len(head)]
    for owasp, score in scores.items():
        counts = f"{score.planted:>8}{score.found:>7}{len(score.misses):>8}{score.false:>7}"
        lines.append(f"{owasp:<12}{RISKS.get(owasp, ''):<42}{counts}{score.precision:>11.3f}{score.recall:>8.3f}")
    if details is None:
        return "\n".join(lines)
    for owasp, score in scores.items():
        lines += [f"missed {owasp} {miss.label}: {anchor_token(miss.anchor)} {miss.note}" for miss in score.misses[:details]]
        if len(score.misses) > details:
            lines.append(f"missed {owasp}: {len(score.misses) - details} more")
        for located, why in score.false_findings[:details]:
            row = located.finding
            lines.append(f"false {owasp} {row.rule}: {row.identity or row.credential or row.path} ({why})")
        if len(score.false_findings) > details:
            lines.append(f"false {owasp}: {len(score.false_findings) - details} more")
    return "\n".join(lines)


def as_json(scores: dict[str, RiskScore], providers: dict[str, RiskScore], minimum: float) -> str:
    """One JSON object: risks and providers with counts, misses and false findings, and whether all reach the minimum."""
    both = [*scores.values(), *providers.values()]
    answer = {"risks": _rows(scores), "providers": _rows(providers), "minimum": minimum, "ok": not failed(both, minimum)}
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def _rows(scores: dict[str, RiskScore]) -> list[dict[str, object]]:
    return [
        {
            "owasp": owasp,
            "name": RISKS.get(owasp, ""),
            "planted": score.planted,
            "found": score.found,
            "missed": len(score.misses),
            "hits": score.hits,
            "false": score.false,
            "debatable": score.debatable,
            "precision": round(score.precision, 4),
            "recall": round(score.recall, 4),
            "misses": [{"label": m.label, "anchor": anchor_token(m.anchor), "note": m.note} for m in score.misses],
            "false_findings": [
                {
                    "rule": item.finding.rule,
                    "id": item.finding.id,
                    "identity": item.finding.identity,
                    "path": item.finding.path,
                    "why": why,
                }
                for item, why in score.false_findings
            ],
        }
        for owasp, score in scores.items()
    ]
