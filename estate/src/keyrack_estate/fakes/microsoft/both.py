"""Graph and Resource Manager behind one address, for a scan that is given one: their paths never meet."""

from __future__ import annotations

from dataclasses import dataclass, field

from keyrack_estate.fakes.microsoft.arm import Arm
from keyrack_estate.fakes.microsoft.graph import Graph
from keyrack_estate.fakes.server import Answer, Fake, Request


@dataclass
class Microsoft(Fake):
    """Both fakes; each keeps its own tokens, quirks and counts."""

    graph: Graph = field(default_factory=Graph)
    arm: Arm = field(default_factory=Arm)

    def answer(self, request: Request) -> Answer:
        """Pass on by path."""
        part = self.graph if request.path.startswith(("/v1.0/", "/beta/")) else self.arm
        return part.answer(request)

    def total(self) -> int:
        """Calls answered by both."""
        return self.graph.total() + self.arm.total()
