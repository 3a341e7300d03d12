"""The command line: one command group a file; nothing heavy is imported until a command runs."""

from keyrack.cli.main import main

__all__ = ["main"]
