"""One entry per identity and credential: correlate, own, classify, environment; each merge explains itself."""

from keyrack.inventory.build import build
from keyrack.inventory.facts import Facts

__all__ = ["Facts", "build"]
