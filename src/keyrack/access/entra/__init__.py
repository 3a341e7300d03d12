"""Entra app roles and delegated scopes, foremost Microsoft Graph's: what holds what, which calls each allows. No I/O.

Facts: "Microsoft Graph permissions reference" and "Overview of Microsoft Graph permissions" (learn.microsoft.com/graph), and
the packaged table of permissions and the calls they allow (data/SOURCES.md).
"""

from keyrack.access.entra.cases import answer
from keyrack.access.entra.decide import decide
from keyrack.access.entra.effective import effective
from keyrack.access.entra.implied import closure, implies
from keyrack.access.entra.model import Held, Kind, Request
from keyrack.access.entra.shrink import Call, shrink
from keyrack.access.entra.subsume import subsumes

__all__ = ["Call", "Held", "Kind", "Request", "answer", "closure", "decide", "effective", "implies", "shrink", "subsumes"]
