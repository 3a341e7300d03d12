"""`python -m keyrack`."""

from keyrack.cli import main

main()
