"""`keyrack rehearse`: what a change would break."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.period import DataEvents, Days, Until, period_of
from keyrack.cli.progress import shown
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.access.rehearse import Replayed
    from keyrack.app.rehearse import Rehearsal

EXIT = {"safe": 0, "breaks": 4, "not_enough_evidence": 5}
"""Exit code by the gravest verdict; breaking is graver than not knowing."""

CALLS_SHOWN = 20
SAID = {"breaks": "BREAKS", "not_enough_evidence": "NOT ENOUGH EVIDENCE", "safe": "SAFE"}


def rehearse(
    uid: Annotated[str | None, typer.Argument(help="Identity, for --policy and --remove-grant.")] = None,
    *,
    policy: Annotated[Path | None, typer.Option("--policy", help="New policy instead of all its identity policies.")] = None,
    named: Annotated[str | None, typer.Option("--named", help="With --policy: instead of this one only.")] = None,
    remove_grant: Annotated[
        str | None, typer.Option("--remove-grant", help="Take away a grant (uid) or a policy (name or ARN).")
    ] = None,
    rotate: Annotated[str | None, typer.Option("--rotate", help="Give a credential a new value; the old one fails.")] = None,
    revoke: Annotated[str | None, typer.Option("--revoke", help="Revoke a credential.")] = None,
    delete: Annotated[str | None, typer.Option("--delete", help="Delete an identity.")] = None,
    rightsize: Annotated[
        str | None, typer.Option("--rightsize", help="Give an identity the least policy that keeps what it used.")
    ] = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="Apply a plan: new policies for several identities.")] = None,
    unused: Annotated[
        int | None, typer.Option("--unused", help="Take away, from everybody, what was unused for this many days.", min=1)
    ] = None,
    days: Days = 90,
    until: Until = None,
    data_events: DataEvents = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Replay logged calls against a change.

    Says which calls would fail, who makes them and when they last happened. Exit code: 0 safe, 4 something breaks,
    5 not enough evidence to say.
    """
    import msgspec

    from keyrack.app.rehearse import CANNOT_SEE, rehearsed
    from keyrack.app.state import commit_at
    from keyrack.app.wishes import Wish

    checked_format(format, ("table", "json"))
    wish = Wish(uid, named, policy, remove_grant, rotate, revoke, delete, plan, unused, rightsize)
    asked = [policy, remove_grant, rotate, revoke, delete, plan, unused, rightsize]
    if sum(one is not None for one in asked) != 1:
        raise UsageError("rehearse.one", "give one change to rehearse", hint="`keyrack rehearse --help` lists them")
    place = home_of(home)
    period = period_of(unused or days, until, data_events)
    with shown(wanted=True) as progress:
        found = rehearsed(
            place, commit_at(place, as_of), wish, period, now(), lambda done: progress.update("Replaying identities", done)
        )
    with sink(output) as out:
        if format == "json":
            verdict = found[0].verdict if found else "safe"
            document = {"verdict": verdict, "cannot_see": CANNOT_SEE, "rehearsals": [one.document() for one in found]}
            out.write(msgspec.json.encode(document) + b"\n")
        else:
            out.write(_text(found, CANNOT_SEE).encode("utf-8", "replace"))
    raise typer.Exit(max((EXIT[one.verdict] for one in found if one.verdict == found[0].verdict), default=0))


def _text(found: Sequence[Rehearsal], cannot_see: str) -> str:
    from keyrack.outputs.text import clean

    if not found:
        return "SAFE: the change touches no identity.\n"
    lines = []
    if len(found) > 1:
        counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in SAID}
        lines.append(f"{SAID[found[0].verdict]}: " + ", ".join(f"{count} {SAID[name].lower()}" for name, count in counts.items()))
        lines.append("")
    for one in found:
        lines += _lines(one, brief=len(found) > 1)
    lines.append(cannot_see)
    return "\n".join(clean(line) for line in lines) + "\n"


def _lines(one: Rehearsal, *, brief: bool) -> list[str]:
    head = f"{SAID[one.verdict]}: {one.reasons[0]}"
    lines = [head if not brief else f"{head} {one.uid}"]
    lines += [f"  {reason}" for reason in one.reasons[1:]]
    if brief and one.verdict != "breaks":
        return lines
    lines.append(f"  {one.uid}, {one.change}; calls of {one.since:%Y-%m-%d} to {one.until:%Y-%m-%d}")
    for outcome, title in (("breaks", "would fail"), ("unexplained", "unexplained"), ("undecided", "cannot be told")):
        calls = [call for call in one.calls if call.fate.outcome == outcome]
        if calls:
            lines.append(f"  {title} ({len(calls)}):")
            lines += [f"    {_call(call)}" for call in sorted(calls, key=lambda call: -call.call.times)[:CALLS_SHOWN]]
            if len(calls) > CALLS_SHOWN:
                lines.append(f"    and {len(calls) - CALLS_SHOWN} more: --format json has them")
    if one.consumers:
        lines.append("  made by:")
        lines += [
            f"    {who.user_agent or 'unnamed program'} from {who.network or 'unknown'}"
            f"{f', called by {who.caller}' if who.caller else ''}{f', session {who.session}' if who.session else ''}"
            f"{f', with {who.credential}' if who.credential else ''}: {who.times} calls, last {who.last_at:%Y-%m-%d %H:%M}"
            for who in one.consumers
        ]
    if one.workloads:
        lines.append("  known to act as it:")
        lines += [f"    {text}" for text in one.workloads]
    return [*lines, ""]


def _call(one: Replayed) -> str:
    call, fate = one.call, one.fate
    hangs = f"; hangs on {', '.join(fate.assumed)}" if fate.assumed else ""
    return (
        f"{call.action} on {call.resource or 'an unnamed resource'}: {call.times} times on {call.days} days, "
        f"{call.first_at:%Y-%m-%d} to {call.last_at:%Y-%m-%d %H:%M}{hangs}"
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="rehearse")(rehearse)
