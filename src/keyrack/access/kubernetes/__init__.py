"""Kubernetes RBAC: read the objects, decide, effective access, least rules, comparison, the escalation checks. Pure, no I/O.

Only RBAC (and the ``system:masters`` group, which no authorizer limits): a cluster's webhook, ABAC or Node authorizer may
allow more. RBAC has no denials. Facts: "Using RBAC Authorization" (kubernetes.io/docs/reference/access-authn-authz/rbac).
"""

from keyrack.access.kubernetes.cases import answer
from keyrack.access.kubernetes.decide import decide
from keyrack.access.kubernetes.effective import effective
from keyrack.access.kubernetes.escalate import may_bind, may_impersonate, may_write_role
from keyrack.access.kubernetes.model import Binding, Objects, Request, Role, Rule, Subject, User
from keyrack.access.kubernetes.parse import parse, user
from keyrack.access.kubernetes.shrink import Call, shrink
from keyrack.access.kubernetes.subsume import held, subsumes

__all__ = [
    "Binding",
    "Call",
    "Objects",
    "Request",
    "Role",
    "Rule",
    "Subject",
    "User",
    "answer",
    "decide",
    "effective",
    "held",
    "may_bind",
    "may_impersonate",
    "may_write_role",
    "parse",
    "shrink",
    "subsumes",
    "user",
]
