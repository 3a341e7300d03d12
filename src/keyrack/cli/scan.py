"""`keyrack scan`: the main job."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from keyrack.cli.options import AsOf, ConfigOption, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.progress import shown
from keyrack.errors import UsageError
from keyrack.records.finding import SEVERITIES
from keyrack.sdk import Option, registry

if TYPE_CHECKING:
    from keyrack.app.scan import ScanResult
    from keyrack.outputs import Report

FORMATS = ("table", "json", "jsonl", "csv", "html", "sarif", "ocsf")
NEVER_FAIL = frozenset({"sarif", "ocsf"})
"""Formats that carry the verdict to another system, which decides; they exit 0 unless --fail-on is given."""


def scan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="machine, aws, or a path; none: what keyrack.toml lists, else . and machine."),
    ] = None,
    *,
    format: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "table",
    output: Output = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    min_severity: Annotated[str | None, typer.Option("--min-severity", help="Leave out findings below this.")] = None,
    fail_on: Annotated[str | None, typer.Option("--fail-on", help="Exit 11-15 when a finding is at least this severe.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 when something could not be looked at.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Ask issuers whether found secrets are live (network).")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Keep what a scan that died in the last day had whole.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Sources scanned at a time.")] = 4,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bars.")] = False,
    as_of: AsOf = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PROVIDER.OPTION=VALUE", help="An option of a provider, as its own flag does; repeatable."),
    ] = None,
    **options: str | bool | None,
) -> None:
    """Find, judge and report the non-human identities of targets; a new run in Keyrack's home.

    With --as-of nothing is scanned: the report of that moment is shown again.
    """
    from keyrack.app import state
    from keyrack.app.scan import ScanRequest, unfinished
    from keyrack.app.scan import scan as run_scan

    checked_format(format, FORMATS)
    threshold = _threshold(fail_on)
    _configure_logging()
    place = home_of(home)
    if as_of is not None:
        report = state.report(place, state.commit_at(place, as_of), min_severity=min_severity)
        _write(report, format, output)
        return
    from keyrack.app.config import load
    from keyrack.app.targets import resolve
    from keyrack.app.targets import settings as read_settings

    chosen = read_settings(set or [])
    for name, values in _by_provider(options).items():
        chosen[name] = {**chosen.get(name, {}), **values}
    settings = load(config)
    wanted = resolve(targets or [], chosen, settings)
    request = ScanRequest(targets=wanted, now=now(), verify=verify, jobs=jobs, resume=resume)
    if not resume:
        _remind(unfinished(place, wanted, request.now, verify=verify))
    with shown(wanted=not no_progress) as progress:
        result = run_scan(place, settings, request, progress)
    report = state.report(place, result.commit, result.commit.scanned, min_severity)
    _write(report, format, output)
    _complain(result)
    raise typer.Exit(_exit_code(report, result, threshold, strict=strict))


def _write(report: Report, name: str, output: Path | None) -> None:
    from keyrack.outputs import writer
    from keyrack.outputs.table import write_table

    if name == "table" and output is None:
        write_table(report, sys.stdout.buffer, color=sys.stdout.isatty())
        return
    with sink(output) as out:
        writer(name)(report, out)


def _remind(whole: list[str]) -> None:
    if whole:
        sys.stderr.write(
            f"keyrack: a scan that died had {len(whole)} of these sources whole; `keyrack scan --resume` keeps them\n"
        )


def _complain(result: ScanResult) -> None:
    if result.resumed:
        sys.stderr.write(f"keyrack: taken over from the scan before: {', '.join(result.resumed)}\n")
    for error in (item.error for item in result.failed):
        sys.stderr.write(f"keyrack: not scanned: {error} [{error.code}]\n" + (f"  next: {error.hint}\n" if error.hint else ""))


def _exit_code(report: Report, result: ScanResult, threshold: int | None, *, strict: bool) -> int:
    if threshold is not None:
        worst = max((SEVERITIES.index(row["severity"]) for row in report.open_findings()), default=-1)
        if worst >= threshold:
            return 11 + worst
    return 3 if strict and (result.failed or not report.run.complete) else 0


def _threshold(severity: str | None) -> int | None:
    if severity is None:
        return None
    if severity not in SEVERITIES:
        raise UsageError("severity.unknown", f"{severity!r} is no severity", hint=f"one of {', '.join(SEVERITIES)}")
    return SEVERITIES.index(severity)


def _configure_logging() -> None:
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def _declared() -> list[tuple[str, Option]]:
    return [(name, option) for name, manifest in registry.manifests().items() for option in manifest.options]


def _by_provider(options: Mapping[str, str | bool | None]) -> dict[str, dict[str, str]]:
    chosen: dict[str, dict[str, str]] = {}
    for provider, option in _declared():
        value = options.get(_parameter(provider, option))
        if value is not None and value is not False:
            chosen.setdefault(provider, {})[option.name] = "true" if value is True else str(value)
    return chosen


def _parameter(provider: str, option: Option) -> str:
    return f"{provider}_{option.name}"


def _with_provider_options(command: Any) -> Any:
    """Give the command one flag per option that the installed providers declare: adding a provider touches no CLI file."""
    if hasattr(command, "__signature__"):  # registered before in this process
        return command
    signature = inspect.signature(command, eval_str=True)
    parameters = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    for provider, option in _declared():
        kind: Any = bool if option.kind == "switch" else str | None
        default = False if option.kind == "switch" else None
        annotation = Annotated[kind, typer.Option(option.flag, help=option.help, show_default=False, rich_help_panel=provider)]
        parameters.append(
            inspect.Parameter(
                _parameter(provider, option), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
        )
    command.__signature__ = signature.replace(parameters=parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


class Grouped(TyperCommand):
    """A command whose help lists the options of each provider under its name."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The house's own options, then each provider's."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if row := parameter.get_help_record(ctx):
                panel = getattr(parameter, "rich_help_panel", None)
                argument = parameter.param_type_name == "argument"
                title = f"Options of {panel}" if panel else "Arguments" if argument else "Options"
                groups.setdefault(title, []).append(row)
        for title, rows in groups.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="scan", cls=Grouped)(_with_provider_options(scan))
