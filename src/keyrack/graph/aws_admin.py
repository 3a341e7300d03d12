"""Who is an administrator by itself, and who would be with any policy of its choice.

An administrator may change the policies of whomever it likes: ``iam:*`` or ``*``, or what amounts to it. What the organisation
denies to everybody in the account does not count against it; what its boundary or a deny of its own takes away does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keyrack.access.aws.certainty import YES
from keyrack.access.aws.model import Policy, Statement
from keyrack.graph.aws_ask import Asker, Thing
from keyrack.graph.aws_principals import Principal

ANYTHING = Policy((Statement(1, allow=True, actions=("*",), resources=("*",)),), "2012-10-17", "any policy")
_PROBES = (
    ("iam:PutUserPolicy", "user"),
    ("iam:PutRolePolicy", "role"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:AttachRolePolicy", "role"),
    ("iam:CreatePolicyVersion", "policy"),
    ("iam:UpdateAssumeRolePolicy", "role"),
    ("iam:CreateAccessKey", "user"),
)


@dataclass(frozen=True, slots=True)
class Admins:
    """Judges principals as administrators."""

    asker: Asker

    def by_itself(self, principal: Principal) -> bool:
        """Whether it may do to any principal whatever its account lets anybody do."""
        if not any(self.asker.allowed(principal, (action,)) for action, _ in _PROBES):
            return False
        ceiling = self._may(_unlimited(principal), _PROBES)
        return bool(ceiling) and ceiling <= self._may(principal, _PROBES)

    def with_any_policy(self, principal: Principal) -> bool:
        """Whether it would be one with a policy that allows everything.

        Its boundary and the organisation still limit it; so do denies of its own policies, unless it could then take those off.
        """
        wider = _holding(principal, (*principal.policies.identity, ANYTHING))
        if self.by_itself(wider):
            return True
        own = Thing(principal.arn, principal.account, principal.tags)
        kind = principal.kind.capitalize()
        takes_off = all(self.asker.ask(wider, f"iam:{verb}{kind}Policy", own) == YES for verb in ("Detach", "Delete"))
        return takes_off and self.by_itself(_holding(principal, (ANYTHING,)))

    def with_policies(self, principal: Principal, more: tuple[Policy, ...], name: str) -> bool:
        """Whether it would be one, if it held some more policies."""
        wider = replace(principal.policies, identity=(*principal.policies.identity, *more))
        return self.by_itself(replace(principal, uid=f"{principal.uid} + {name}", policies=wider))

    def without_boundary(self, principal: Principal) -> bool:
        """Whether it would be one, if its boundary were gone."""
        free = replace(principal.policies, boundaries=None)
        return self.by_itself(replace(principal, uid=f"{principal.uid} - boundary", policies=free))

    def _may(self, principal: Principal, probes: tuple[tuple[str, str], ...]) -> frozenset[str]:
        return frozenset(action for action, kind in probes if self.asker.ask(principal, action, _anybody(principal, kind)) == YES)


def admin_policy(principal: Principal, name: str = "AdministratorAccess") -> str:
    """ARN of one of AWS's own policies that make an administrator."""
    return f"arn:{principal.partition}:iam::aws:policy/{name}"


def _anybody(principal: Principal, kind: str) -> Thing:
    arn = f"arn:{principal.partition}:iam::{principal.account}:{kind}/somebody-5f0c"
    return Thing(arn, principal.account, {}, facts=(("iam:policyarn", (admin_policy(principal),)),))


def _holding(principal: Principal, held: tuple[Policy, ...]) -> Principal:
    name = f"{principal.uid} with {len(held)} policies"
    return replace(principal, uid=name, policies=replace(principal.policies, identity=held))


def _unlimited(principal: Principal) -> Principal:
    free = replace(principal.policies, identity=(ANYTHING,), boundaries=None, session=None)
    return replace(principal, uid=f"{principal.uid} unlimited", policies=free)
