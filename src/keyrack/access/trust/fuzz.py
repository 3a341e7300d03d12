"""Run the probes of a trust, find the smallest fix, run them again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations

from keyrack.access.trust.model import BREACHES, Change, Entry, Fix, Probe, Result, Trusting
from keyrack.access.trust.seeds import PLACEHOLDERS

MOST_CHANGES = 4


def fuzz(trust: Trusting) -> Result:
    """Which probes get in, why, and the smallest fix.

    A fix is looked for when anybody gets in whom the trust does not mean; the tokens meant must still get in.
    """
    probes = trust.probes()
    meant = tuple(probe for probe in probes if probe.level == "meant")
    others = tuple(probe for probe in probes if probe.level != "meant")
    welcome = tuple(probe for probe in meant if trust.admits(probe).admitted)
    refused = tuple(probe for probe in meant if probe not in welcome)
    entered = tuple(_entries(trust, others))
    fix = _fix(trust, welcome or meant, others, entered) if entered else None
    return Result(trust.platform, meant, entered, refused, len(probes), fix)


def _entries(trust: Trusting, probes: Iterable[Probe]) -> Iterable[Entry]:
    for probe in probes:
        answer = trust.admits(probe)
        if answer.admitted:
            yield Entry(probe, trust.why(probe), answer.assumed)


def _fix(trust: Trusting, meant: tuple[Probe, ...], others: tuple[Probe, ...], entered: tuple[Entry, ...]) -> Fix | None:
    """The fewest changes after which the fewest get in: breaches weigh more than neighbours, those more than the same project."""
    best: tuple[tuple[int, int, int, int], tuple[str, ...], Trusting] | None = None
    for number in range(1, MOST_CHANGES + 1):
        for changed, names in _combined(trust, meant, number):
            if not all(changed.admits(probe).admitted for probe in meant):
                continue
            score = (*_weight(changed, others), number)
            if best is None or score < best[0]:
                best = (score, names, changed)
        if best is not None and best[0][:2] == (0, 0):
            break
    before = _counted(entry.probe for entry in entered)
    if best is None or best[0][:3] >= before:
        return None
    _, names, changed = best
    document = changed.document()
    text = json.dumps(document, ensure_ascii=False)
    return Fix(
        changes=names,
        document=document,
        left=tuple(_entries(changed, others)),
        meant_admitted=True,
        fill_in=tuple(name for name in PLACEHOLDERS if name in text),
    )


def _combined(trust: Trusting, meant: tuple[Probe, ...], number: int) -> Iterable[tuple[Trusting, tuple[str, ...]]]:
    """Every way to make ``number`` of the trust's changes one after another."""
    offered = [change.what for change in trust.changes(meant)]
    for names in combinations(offered, number):
        changed: Trusting | None = trust
        for name in names:
            changed = _applied(changed, meant, name)
            if changed is None:
                break
        if changed is not None and changed.writable:
            yield changed, names


def _applied(trust: Trusting | None, meant: tuple[Probe, ...], name: str) -> Trusting | None:
    if trust is None:
        return None
    found: Change | None = next((change for change in trust.changes(meant) if change.what == name), None)
    return found.trust if found else None


def _weight(trust: Trusting, others: tuple[Probe, ...]) -> tuple[int, int, int]:
    return _counted(probe for probe in others if trust.admits(probe).admitted)


def _counted(probes: Iterable[Probe]) -> tuple[int, int, int]:
    """(breaches, neighbours, same project)."""
    levels = [probe.level for probe in probes]
    return sum(level in BREACHES for level in levels), levels.count("neighbour"), levels.count("same")
