"""`keyrack rightsize`: the least policy that keeps what is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.period import DataEvents, Days, Until, period_of
from keyrack.cli.progress import shown
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.app.rightsize import Sized
    from keyrack.app.rightsize_identity import RightSized

FORMATS = ("table", "json", "terraform", "plan")
MARGINS = ("none", "read", "service")
ACTIONS_SHOWN = 6


def rightsize(
    uid: Annotated[str | None, typer.Argument(help="AWS user or role; a part of its uid that only one has.")] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Every AWS identity that is not a person.")] = False,
    margin: Annotated[
        str, typer.Option("--margin", help="Beside what was used: none, read (its services' reads) or service (all of them).")
    ] = "none",
    replace_groups: Annotated[
        bool, typer.Option("--replace-groups", help="Also propose direct policies for what comes by groups.")
    ] = False,
    days: Days = 90,
    until: Until = None,
    data_events: DataEvents = None,
    format: Annotated[str, typer.Option("--format", help="table, json, terraform or plan.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Propose the least policy that keeps every logged call.

    Nothing is changed: the result is JSON, Terraform or a plan to review and rehearse.
    """
    from keyrack.app.rightsize import rightsize as sized_of
    from keyrack.app.rightsize import single
    from keyrack.app.rightsize_identity import Choices
    from keyrack.app.state import commit_at

    checked_format(format, FORMATS)
    if margin not in MARGINS:
        raise UsageError("rightsize.margin", f"{margin!r} is no margin", hint=f"one of {', '.join(MARGINS)}")
    if (uid is None) is not everybody:
        raise UsageError("rightsize.whose", "name one identity, or give --all", hint="`keyrack inventory` lists identities")
    place = home_of(home)
    with shown(wanted=True) as progress:
        sized = sized_of(
            place,
            commit_at(place, as_of),
            uid,
            Choices(margin, replace_groups),  # type: ignore[arg-type]
            period_of(days, until, data_events),
            now(),
            lambda done, total: progress.update("Right-sizing identities", done, total),
        )
    if not everybody:
        single(sized.results)
    with sink(output) as out:
        out.write(_written(sized, format, one=not everybody).encode("utf-8", "replace"))


def _written(sized: Sized, format: str, *, one: bool) -> str:
    from keyrack.app.rightsize_identity import document
    from keyrack.app.rightsize_plan import documents, plan

    if format == "plan":
        return json.dumps(plan(sized), indent=2, ensure_ascii=False) + "\n"
    if format == "terraform":
        return "\n".join(_terraform(result) for result in sized.results)
    if format == "json":
        window = {"since": sized.window.since.isoformat(), "until": sized.window.until.isoformat()}
        found = [{**document(result, documents(result.after)), "window": window} for result in sized.results]
        return json.dumps(found[0] if one else found, indent=2, ensure_ascii=False) + "\n"
    return "\n".join(_page(result, sized, whole=one) for result in sized.results)


def _terraform(result: RightSized) -> str:
    from keyrack.app.rightsize_plan import documents
    from keyrack.outputs.terraform_iam import Attached, change

    if result.refused:
        return f"# {result.uid}: no proposal, {' '.join(result.refused.split())}\n"
    gone = [Attached(one.name, one.how, one.arn, one.group) for one in result.replaced]
    notes = [f"{_percent(result.removed.share)} of the actions granted and not used are removed", *result.notes]
    return change(result.uid, documents(result.after), gone, notes, inline=result.style == "inline")


def _page(result: RightSized, sized: Sized, *, whole: bool) -> str:
    """One identity as a person reads it; the policies themselves only when one identity was asked for."""
    from keyrack.access.aws.render import text
    from keyrack.outputs.text import clean

    if result.refused:
        return f"{clean(result.uid)}\n  no proposal: {clean(result.refused)}\n"
    removed, (before, after) = result.removed, result.removed.classes
    unused, left = removed.over
    lines = [
        result.uid,
        f"  {removed.granted} actions granted, {removed.used} used since {sized.window.since:%Y-%m-%d}",
        f"  unused actions: {unused} -> {left} ({_percent(removed.share)} go); {removed.narrowed} that stay keep fewer resources",
        f"  privilege: {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}",
        *(f"  replaces {one.how} policy {one.name}" for one in result.replaced),
        *(f"  kept unseen: {_some(actions)} ({why})" for why, actions in _by_reason(result).items()),
        *(f"  allowed by a resource's own policy, not by these: {call}" for call in result.elsewhere),
        *(f"  note: {note}" for note in result.notes),
    ]
    if whole:
        lines += [f"\n{policy.name}:\n{text(policy)}" for policy in result.after]
    return "\n".join(clean(line) for part in lines for line in part.split("\n")) + "\n"


def _by_reason(result: RightSized) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in result.kept:
        found[one.why] = (*found.get(one.why, ()), *one.actions)
    return found


def _percent(share: float) -> str:
    """Rounded down, so that only everything is 100%."""
    return f"{int(share * 1000) / 10:g}%"


def _some(actions: tuple[str, ...]) -> str:
    more = len(actions) - ACTIONS_SHOWN
    return ", ".join(actions[:ACTIONS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="rightsize")(rightsize)
