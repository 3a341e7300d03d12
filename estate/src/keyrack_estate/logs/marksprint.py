"""How the marks about use are shown: a page for people, or JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from keyrack_estate.logs.ask import Marks
from keyrack_estate.logs.measure import Answers


def ok(marks: Marks) -> bool:
    """No observed or hidden call lost, nothing widened, no dangerous answer, nothing that breaks in Keyrack's own rehearsal."""
    sized = marks.rightsizing
    harm = [*sized.lost, *sized.hidden_lost, *sized.widened, *marks.rehearsals.dangerous, *marks.verdicts.dangerous]
    return not harm and not marks.replayed.get("breaks", 0)


def page(marks: Marks, *, details: int) -> str:
    """Text: one line a measure, then at most ``details`` examples of each kind of mistake."""
    sized = marks.rightsizing
    lines = [
        f"right-sized identities                {sized.identities:>9,}",
        f"observed calls replayed               {sized.calls:>9,}",
        f"  kinds of call denied                {len(sized.lost):>9,}",
        f"  kinds of unrecorded call denied     {len(sized.hidden_lost):>9,}",
        f"permissions newly given               {len(sized.widened):>9,}",
        f"provable over-grant removed           {sized.removed:>9.1%}   ({sized.excess_before:,} -> {sized.excess_after:,})",
        f"  of identities that got no proposal  {sized.excess_without_proposal:>9,}",
        f"Keyrack's own rehearsal of that       {', '.join(f'{count} {name}' for name, count in marks.replayed.items())}",
        _line("rehearsal verdicts", marks.rehearsals),
        _line("granted against used", marks.verdicts),
        "seconds                               " + ", ".join(f"{name} {value:.1f}" for name, value in marks.seconds.items()),
    ]
    kinds = {
        "denied": sized.lost,
        "unrecorded call denied": sized.hidden_lost,
        "newly given": sized.widened,
        "dangerous": [*marks.rehearsals.dangerous, *marks.verdicts.dangerous],
        "wrong": [*marks.rehearsals.wrong, *marks.verdicts.wrong],
        "unanswered": [*marks.rehearsals.unanswered, *marks.verdicts.unanswered],
    }
    return "\n".join([*lines, *(f"{name}: {text}" for name, found in kinds.items() for text in found[:details])])


def _line(name: str, answers: Answers) -> str:
    counts = (
        f"{answers.right:,} of {answers.asked:,} right, {len(answers.dangerous)} dangerous, {len(answers.unanswered)} unanswered"
    )
    return f"{name:<38}{answers.accuracy:>9.1%}   ({counts})"


def as_json(marks: Marks) -> str:
    """One JSON object."""
    sized = marks.rightsizing
    document: dict[str, Any] = {
        "ok": ok(marks),
        "rightsizing": {
            "identities": sized.identities,
            "calls": sized.calls,
            "denied": sized.lost,
            "unrecorded_denied": sized.hidden_lost,
            "newly_given": sized.widened,
            "over_grant": {
                "before": sized.excess_before,
                "after": sized.excess_after,
                "removed": round(sized.removed, 4),
                "without_proposal": sized.excess_without_proposal,
            },
            "replayed": marks.replayed,
        },
        "rehearsals": _answers(marks.rehearsals),
        "granted_against_used": _answers(marks.verdicts),
        "seconds": {name: round(value, 1) for name, value in marks.seconds.items()},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _answers(answers: Answers) -> dict[str, Any]:
    return {
        "asked": answers.asked,
        "right": answers.right,
        "accuracy": round(answers.accuracy, 4),
        "dangerous": answers.dangerous,
        "wrong": answers.wrong,
        "unanswered": answers.unanswered,
    }
