"""The checks that keep a user from giving away more than they hold, and the verb that becomes someone else.

Source: "Using RBAC Authorization", "Privilege escalation prevention and bootstrapping" (escalate, bind); "User
impersonation" in "Authenticating" (impersonate on users, groups, serviceaccounts, userextras, uids).
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.kubernetes.decide import bound, decide
from keyrack.access.kubernetes.model import CLUSTER, MASTERS, Objects, Request, Role, Rule, User
from keyrack.access.kubernetes.subsume import covers
from keyrack.access.words import Verdict

_RBAC = "rbac.authorization.k8s.io"
_ACCOUNT = "system:serviceaccount:"


def may_write_role(user: User, objects: Objects, role: Role, *, verb: str = "create") -> Verdict:
    """Whether the user may create or update a role: the verb itself, and every rule of it held already, or ``escalate``."""
    kind = "roles" if role.namespace else "clusterroles"
    name = "" if verb == "create" else role.name  # a create request names nothing yet, in the escalate check neither
    allowed = _asked(user, objects, verb, kind, role.namespace, name)
    if allowed.outcome != "allow":
        return allowed
    if _holds(user, objects, role.rules, role.namespace):
        return allowed
    escalate = _asked(user, objects, "escalate", kind, role.namespace, name)
    return escalate if escalate.outcome == "allow" else Verdict("implicit_deny", ("rbac", "role gives more than is held"))


def may_bind(user: User, objects: Objects, role: Role, namespace: str = CLUSTER) -> Verdict:
    """Whether the user may create a binding to a role in a namespace or cluster-wide: create, and the rules held or ``bind``."""
    kind = "rolebindings" if namespace else "clusterrolebindings"
    allowed = _asked(user, objects, "create", kind, namespace)
    if allowed.outcome != "allow" or _holds(user, objects, role.rules, namespace):
        return allowed
    bind = _asked(user, objects, "bind", "roles" if role.namespace else "clusterroles", namespace, role.name)
    return bind if bind.outcome == "allow" else Verdict("implicit_deny", ("rbac", "role gives more than is held"))


def may_impersonate(user: User, objects: Objects, target: User, *, explicit: Iterable[str] | None = None) -> Verdict:
    """Whether the user may act as another name, with the groups in ``explicit`` (those that come by themselves need no right)."""
    if target.name.startswith(_ACCOUNT):
        namespace, _, name = target.name.removeprefix(_ACCOUNT).partition(":")
        asked = [Request(user, "impersonate", "", "serviceaccounts", namespace=namespace, name=name)]
    else:
        asked = [Request(user, "impersonate", "", "users", name=target.name)]
    asked += [Request(user, "impersonate", "", "groups", name=group) for group in explicit or ()]
    verdicts = [decide(request, objects) for request in asked]
    return next((verdict for verdict in verdicts if verdict.outcome != "allow"), verdicts[0])


def _asked(user: User, objects: Objects, verb: str, resource: str, namespace: str, name: str = "") -> Verdict:
    return decide(Request(user, verb, _RBAC, resource, namespace=namespace, name=name), objects)


def _holds(user: User, objects: Objects, rules: Iterable[Rule], namespace: str) -> bool:
    """Here the server counts URLs of rules bound in the namespace as held, though no request could use them."""
    mine = [rule for _, role in bound(user, objects, namespace) for rule in role.rules]
    return MASTERS in user.groups or covers(mine, rules)
