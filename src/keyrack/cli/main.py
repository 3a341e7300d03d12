"""The command line's root: global behaviour, error handling and exit codes.

Exit codes: 0 clean, 1 the tool failed, 2 usage, 3 nothing scanned (or incomplete with --strict),
11 to 15 the highest severity found, info to critical, when --fail-on is given.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from keyrack.errors import KeyrackError, NothingScanned, UsageError

COMMANDS = (
    "scan", "inventory", "show", "findings", "gaps", "diff", "rules", "sources", "permissions", "exceptions", "doctor",
    "version",
)  # fmt: skip
"""One module a command group; each has a `register(app)`."""

app = typer.Typer(
    name="keyrack",
    help="Find every non-human identity, name its owner, show what it can reach, and take the rest away safely.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _command in COMMANDS:
    import_module(f"keyrack.cli.{_command}").register(app)


def main() -> None:
    """Entry point: run a command and turn our errors into a sentence, a hint and an exit code."""
    try:
        app()
    except KeyrackError as error:
        sys.stderr.write(f"keyrack: {error} [{error.code}]\n" + (f"  next: {error.hint}\n" if error.hint else ""))
        sys.exit(2 if isinstance(error, UsageError) else 3 if isinstance(error, NothingScanned) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("keyrack: interrupted; nothing was committed\n")
        sys.exit(130)
