"""The command line's root: global behaviour, error handling and exit codes.

Exit codes: 0 clean, 1 the tool failed, 2 usage, 3 nothing scanned (or incomplete with --strict),
11 to 15 the highest severity found, info to critical, when --fail-on is given. `keyrack rehearse` adds two verdicts:
4 the change breaks something, 5 not enough evidence to say.

Only the module of the command that was asked for is imported; the list of commands is shown from the table below
(a test holds its texts to the commands' own). That, and plain help text, keep `keyrack --help` close to `import typer`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import typer

from keyrack.errors import KeyrackError, NothingScannedError, UsageError

COMMANDS: dict[str, tuple[str, str]] = {
    "scan": ("scan", "Find, judge and report identities."),
    "inventory": ("inventory", "List identities, credentials, grants, trusts."),
    "trace": ("trace", "Follow a credential from place to place."),
    "merges": ("merges", "List what was taken for one thing, or refuse it."),
    "show": ("show", "Explain one identity or credential."),
    "paths": ("paths", "Show who can become an administrator, and how."),
    "blast": ("blast", "Show what one identity reaches, hop by hop."),
    "cut": ("cut", "Find the fewest removals that close the most paths."),
    "fuzz": ("fuzz", "Show which tokens a trust lets in, and the fix."),
    "usage": ("usage", "Take in logs, show what was used."),
    "used": ("used", "Compare what is granted with what was used."),
    "rightsize": ("rightsize", "Propose the least policy that keeps every logged call."),
    "rehearse": ("rehearse", "Replay logged calls against a change."),
    "findings": ("findings", "List what is wrong, worst first."),
    "gaps": ("gaps", "List what could not be looked at."),
    "diff": ("diff", "List what changed between two runs."),
    "rules": ("rules", "List the rules, or explain one."),
    "sources": ("sources", "List what is scanned; add, check, remove a source."),
    "serve": ("serve", "Scan sources when they are due."),
    "permissions": ("permissions", "Print what to create so that Keyrack may look."),
    "new-provider": ("new_provider", "Start a provider for another system."),
    "except": ("exceptions", "Accept a finding until a date."),
    "access": ("access", "Decide what policies allow."),
    "hook": ("hook", "Block a commit that adds a secret."),
    "doctor": ("doctor", "Check this installation."),
    "version": ("version", "Print the version."),
}
"""Command name -> its module in this package, and its line in the list."""


def build(argv: Sequence[str]) -> typer.Typer:
    """The application, with the one command that ``argv`` names; with all of them for shell completion."""
    app = typer.Typer(
        name="keyrack",
        help="Find every non-human identity, name its owner, show what it can reach, and take the rest away safely.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(lambda: None)
    named = next((word for word in argv if not word.startswith("-")), None)
    completing = "_KEYRACK_COMPLETE" in os.environ
    for name, (module, summary) in COMMANDS.items():
        if completing or name == named:
            import_module(f"keyrack.cli.{module}").register(app)
        else:
            app.command(name=name, help=summary)(_listed)
    return app


def _listed() -> None:
    """Stand in for a command in the list of commands; never run, for the named command is always imported."""


def main() -> None:
    """Entry point: run a command and turn our errors into a sentence, a hint and an exit code."""
    _guarded(build(sys.argv[1:]))


def _guarded(app: Callable[[], object]) -> None:
    try:
        app()
    except KeyrackError as error:
        sys.stderr.write(f"keyrack: {error} [{error.code}]\n" + (f"  next: {error.hint}\n" if error.hint else ""))
        sys.exit(2 if isinstance(error, UsageError) else 3 if isinstance(error, NothingScannedError) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt as stopped:
        _interrupted(stopped)
    except SystemExit as ended:  # Typer turns Ctrl-C into an exit without a word
        cause: BaseException | None = ended
        while cause is not None and not isinstance(cause, KeyboardInterrupt):
            cause = cause.__context__
        if cause is None:
            raise
        _interrupted(cause)


def _interrupted(stopped: BaseException) -> None:
    """Say what is kept, and end at once: threads may hang in calls to servers; what is on disk is whole without them."""
    sys.stderr.write("keyrack: interrupted; nothing was committed\n" + (f"  next: {stopped}\n" if str(stopped) else ""))
    sys.stderr.flush()
    os._exit(130)
