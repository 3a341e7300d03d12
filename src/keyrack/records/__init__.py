"""The words of Keyrack as frozen, typed structures. No I/O; everything else derives from them."""

from keyrack.records.base import Record
from keyrack.records.credential import Credential
from keyrack.records.event import Event
from keyrack.records.finding import SEVERITIES, Finding, Severity
from keyrack.records.gap import Gap
from keyrack.records.grant import Grant
from keyrack.records.identity import Identity
from keyrack.records.ownership import Ownership
from keyrack.records.person import Person, Vendor
from keyrack.records.placement import Placement
from keyrack.records.policy import Policy
from keyrack.records.resource import Resource
from keyrack.records.trust import Trust
from keyrack.records.usage import Usage

OBSERVED: tuple[type[Record], ...] = (
    Identity,
    Credential,
    Placement,
    Grant,
    Policy,
    Trust,
    Resource,
    Usage,
    Ownership,
    Person,
    Vendor,
    Gap,
)
"""Record types a provider may yield, in lake order."""

__all__ = [
    "OBSERVED",
    "SEVERITIES",
    "Credential",
    "Event",
    "Finding",
    "Gap",
    "Grant",
    "Identity",
    "Ownership",
    "Person",
    "Placement",
    "Policy",
    "Record",
    "Resource",
    "Severity",
    "Trust",
    "Usage",
    "Vendor",
]
