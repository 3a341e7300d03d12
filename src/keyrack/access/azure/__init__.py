"""Azure RBAC: role assignments, deny assignments and their conditions over scopes. Pure, no I/O.

Facts: "Understand how multiple Azure role assignments work", "Understand Azure role definitions", "Understand Azure deny
assignments" (learn.microsoft.com/azure/role-based-access-control).
"""

from keyrack.access.azure.cases import answer
from keyrack.access.azure.decide import decide
from keyrack.access.azure.effective import effective
from keyrack.access.azure.model import Assignment, Block, Denial, Policies, Request
from keyrack.access.azure.parse import assignment, denial, role
from keyrack.access.azure.shrink import Call, shrink
from keyrack.access.azure.subsume import subsumes

__all__ = [
    "Assignment",
    "Block",
    "Call",
    "Denial",
    "Policies",
    "Request",
    "answer",
    "assignment",
    "decide",
    "denial",
    "effective",
    "role",
    "shrink",
    "subsumes",
]
