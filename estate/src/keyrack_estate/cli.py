"""``keyrack-estate``: build the estate, serve its AWS account, score a report against its truth."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from keyrack_estate.risks import RISKS

if TYPE_CHECKING:
    from keyrack_estate.world import World


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns 0; 1 when a score is below the minimum or a file is unusable (argparse exits with 2)."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        print(f"keyrack-estate: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keyrack-estate", description="A made-up company with ground truth.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="write the estate into a folder")
    build.add_argument("folder", type=Path)
    build.add_argument("--seed", type=int, default=7)
    build.add_argument("--now", type=_moment, default=None, help="ISO moment everything is relative to; default: this hour")
    build.add_argument("--port", type=int, default=15_300, help="port of the AWS emulator to write into keyrack.toml")
    build.add_argument("--size", default="demo", help="demo, or (into a lake) small, medium, bank or a number of identities")
    build.add_argument("--others", default="", help="other systems to plant, comma list, or `all` (serve them with `serve`)")
    build.add_argument("--logs", action="store_true", help="90 days of CloudTrail too, with the truth about use")
    build.set_defaults(run=_build)
    serve = commands.add_parser("serve", help="serve the AWS account of a built estate until interrupted")
    serve.add_argument("folder", type=Path)
    serve.add_argument("--port", type=int, default=15_300)
    serve.set_defaults(run=_serve)
    demo = commands.add_parser("demo", help="build, serve, scan with keyrack, report: the main job on a made-up company")
    demo.add_argument("folder", type=Path, nargs="?", default=Path(".demo"))
    demo.add_argument("--seed", type=int, default=7)
    demo.set_defaults(run=_demo)
    score = commands.add_parser("score", help="precision and recall of reports, per OWASP risk")
    score.add_argument("--truth", type=Path, required=True)
    score.add_argument("--report", type=Path, required=True, action="append", help="`keyrack scan --format json`; repeatable")
    score.add_argument("--format", choices=("table", "json"), default="table")
    score.add_argument("--min", type=float, default=0.95, help="least precision and recall of every risk")
    score.add_argument("--details", type=int, default=20, help="misses and false findings listed per risk")
    score.set_defaults(run=_score)
    _usage_commands(commands)
    risks = commands.add_parser("risks", help="list the labels and their definitions")
    risks.set_defaults(run=_risks)
    return parser


def _usage_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``logs`` and ``usage-score``."""
    logs = commands.add_parser("logs", help="90 days of CloudTrail of the estate's account, with the truth about use")
    logs.add_argument("folder", type=Path)
    logs.add_argument("--seed", type=int, default=7)
    logs.add_argument("--now", type=_moment, default=None, help="ISO moment the 90 days end at; default: this hour")
    logs.add_argument("--events", type=int, default=150_000, help="about how many events")
    logs.add_argument("--data-events", choices=("usual", "all", "none"), default="usual", help="usual: all but S3 and log events")
    logs.add_argument("--torn", action="store_true", help="with one file cut in half")
    logs.set_defaults(run=_logs)
    used = commands.add_parser(
        "usage-score", help="right-sizing, rehearsals and use, asked of keyrack and held against the truth"
    )
    used.add_argument("folder", type=Path, help="what `keyrack-estate logs` wrote")
    used.add_argument("--seed", type=int, default=7, help="seed the logs were made with")
    used.add_argument("--sample", type=int, default=40, help="identities asked for granted against used, one run each")
    used.add_argument(
        "--rounds", type=int, default=None, help="rounds of rehearsals, each one change of every identity; default: all"
    )
    used.add_argument("--format", choices=("table", "json"), default="table")
    used.add_argument("--details", type=int, default=10, help="examples shown of each kind of mistake")
    used.set_defaults(run=_usage_score)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _build(options: argparse.Namespace) -> int:
    from keyrack_estate import build

    now = options.now or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    if options.size != "demo":
        from keyrack_estate.bulk import sizes

        counts = sizes.write(options.folder, sizes.parse(options.size), options.seed, now)
        print("\n".join(f"{table:<12}{rows:>12,}" for table, rows in counts.items()))
        return 0
    world = build.make(options.seed, now, others=_others(options.others))
    build.write(world, options.folder, port=options.port)
    if options.logs:
        _write_logs(world, options.folder)
    account = world.account
    print(f"{options.folder}: {len(account.users)} users, {len(account.roles)} roles, {len(world.repos)} repositories,")
    print(f"  {len(world.host.files)} files of host {world.host.name}; account {account.id}; truth.jsonl")
    return 0


def _logs(options: argparse.Namespace) -> int:
    from keyrack_estate import build

    now = options.now or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    more = {"events": options.events, "data": options.data_events, "torn": options.torn}
    _write_logs(build.make(options.seed, now), options.folder, **more)
    return 0


def _write_logs(world: World, folder: Path, **more: Any) -> None:
    from keyrack_estate.logs import write

    facts = write.write(world, folder, **more)
    print(f"{folder / write.LOGS}: {facts.events:,} events in {facts.files:,} files; {write.TRUTH}, {write.DETAILS}")


def _others(wish: str) -> list[str]:
    from keyrack_estate.systems import systems

    known = [system.name for system in systems()]
    wanted = known if wish == "all" else [name.strip() for name in wish.split(",") if name.strip()]
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(f"no system named {', '.join(unknown)}; known: {', '.join(known)}")
    return wanted


def _serve(options: argparse.Namespace) -> int:
    from keyrack_estate import build, moto
    from keyrack_estate.systems import served

    world = build.rebuilt(options.folder)
    with (
        moto.serve(build.read_account(options.folder), options.port) as endpoint,
        served(world, options.folder / "systems") as found,
    ):
        sources = [source for one in found.values() for source in one.sources]
        (options.folder / "keyrack.toml").write_text(build.config(world, int(endpoint.rpartition(":")[2]), sources))
        print(endpoint, flush=True)
        for one in found.values():
            print(*(f"export {name}={value}" for name, value in one.environment.items()), sep="\n", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _demo(options: argparse.Namespace) -> int:
    from keyrack_estate import demo

    return demo.run(options.folder.resolve(), options.seed)


def _score(options: argparse.Namespace) -> int:
    from keyrack_estate import report, scoreprint, truth
    from keyrack_estate.score import by_provider, score

    reports = [item for path in options.report for item in report.read(path)]
    entries = truth.read(options.truth)
    scores, providers = score(entries, reports), by_provider(entries, reports)
    if options.format == "json":
        print(scoreprint.as_json(scores, providers, options.min))
    else:
        print(scoreprint.table(scores, details=options.details), scoreprint.table(providers, details=None), sep="\n\n")
    return 1 if scoreprint.failed([*scores.values(), *providers.values()], options.min) else 0


def _usage_score(options: argparse.Namespace) -> int:
    from keyrack_estate import build
    from keyrack_estate.logs import ask, marksprint, truth, write
    from keyrack_estate.logs.actors import Cast

    facts = truth.read(options.folder / write.TRUTH)
    cast = Cast(build.make(options.seed, facts.end))
    amount = ask.Amount(options.sample, options.rounds)
    marks = ask.ask(cast, cast.make(), facts, options.folder, amount, lambda text: print(text, file=sys.stderr))
    print(marksprint.as_json(marks) if options.format == "json" else marksprint.page(marks, details=options.details))
    return 0 if marksprint.ok(marks) else 1


def _risks(_: argparse.Namespace) -> int:
    from keyrack_estate.risks import LABELS

    for label, (owasp, definition) in LABELS.items():
        print(f"{owasp:<12}{RISKS[owasp]:<42}{label:<30}{definition}")
    return 0
