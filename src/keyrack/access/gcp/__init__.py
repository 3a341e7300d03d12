"""Google Cloud IAM: allow, deny and principal access boundary policies over the resource hierarchy. Pure, no I/O.

Facts: "Policy evaluation" (cloud.google.com/iam/docs/policy-types): boundaries first, then denials, then grants, each
inherited downward.
"""

from keyrack.access.gcp.cases import answer
from keyrack.access.gcp.decide import decide
from keyrack.access.gcp.effective import effective
from keyrack.access.gcp.model import Binding, Boundary, DenyRule, Hierarchy, Node, Principal, Request
from keyrack.access.gcp.parse import allow_policy, boundary, deny_policy, node
from keyrack.access.gcp.shrink import Call, shrink
from keyrack.access.gcp.subsume import subsumes

__all__ = [
    "Binding",
    "Boundary",
    "Call",
    "DenyRule",
    "Hierarchy",
    "Node",
    "Principal",
    "Request",
    "allow_policy",
    "answer",
    "boundary",
    "decide",
    "deny_policy",
    "effective",
    "node",
    "shrink",
    "subsumes",
]
