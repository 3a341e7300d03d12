"""What is known about one request while policies are evaluated: the caller's context, and the keys that follow from the request.

Keys filled in when the context does not give them (the context wins), because they are certain:

========================= =======================================================================================
aws:PrincipalArn          the user, root or federated user; of a role session the role (taken to have no path)
aws:PrincipalAccount      the principal's account; ``anonymous`` for anonymous requests
aws:PrincipalType         Account, User, AssumedRole, FederatedUser, Anonymous
aws:PrincipalIsAWSService ``true`` for a service principal, ``false`` for others; not in unsigned requests
aws:PrincipalServiceName  the service principal
aws:FederatedProvider     the identity provider, when it is the principal
aws:username              IAM users only
aws:userid                root, federated users and anonymous (other ids are not in the request)
aws:ResourceAccount       the resource's account
========================= =======================================================================================

Facts: IAM User Guide, "AWS global condition context keys" and the table of principal key values in "Variables and tags".
"""

from __future__ import annotations

from collections.abc import Callable

from keyrack.access.aws.model import Request
from keyrack.access.aws.principals import Caller, bearer, caller

Values = tuple[str, ...] | None
_UNSIGNED = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})
"""Calls made with a token in place of AWS credentials: their principal is the token's provider."""


class Facts:
    """One request, looked at many times. ``missing`` collects the condition keys that had no value, lower case -> as written."""

    __slots__ = ("_given", "action", "caller", "missing", "request", "resource")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.action = request.action.lower()
        self.resource = request.resource
        self.caller = caller(request.principal)
        self.missing: dict[str, str] = {}
        self._given: dict[str, tuple[str, ...]] | None = None
        if request.principal is None and self.action in _UNSIGNED:
            provider = self.values("aws:federatedprovider")
            self.caller = bearer(tuple(request.context), provider[0] if provider else None)

    @property
    def principal_account(self) -> str | None:
        """As the caller says, else as the principal's ARN says."""
        return self.request.principal_account or self.caller.account

    @property
    def resource_account(self) -> str | None:
        """As the caller says, else as the resource's ARN says; ``None`` where an ARN has no account (S3)."""
        return self.request.resource_account or _account_of(self.resource)

    @property
    def service_linked(self) -> bool:
        """Whether the caller is a service-linked role: "SCPs don't affect any service-linked role", and RCPs do not either.

        They are told by their path. A session's ARN has none: then by ``aws:PrincipalArn`` if it is given, else by their names.
        """
        who = self.caller
        if who.kind not in {"role", "session"}:
            return False
        given = self._context().get("aws:principalarn") if who.kind == "session" else (who.arn,)
        return ":role/aws-service-role/" in given[0] if given else who.name.startswith("AWSServiceRoleFor")

    def values(self, key: str) -> Values:
        """Values of a condition key (lower case); ``None`` or empty when there are none."""
        found = (self._given or self._context()).get(key)
        if found is not None:
            return found
        derive = _DERIVED.get(key)
        return derive(self) if derive else None

    def _context(self) -> dict[str, tuple[str, ...]]:
        if self._given is None:
            self._given = {name.lower(): values for name, values in self.request.context.items()}
        return self._given

    def looked_up(self, key: str) -> Values:
        """Like ``values``, for a policy variable: a key without one value is noted as missing."""
        found = self.values(key)
        if not found:
            self.missing.setdefault(key, key)
        return found


def _account_of(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else None


_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "session": "AssumedRole",
    "federated": "FederatedUser",
    "anonymous": "Anonymous",
}


def _one(value: str | None) -> Values:
    return None if value is None else (value,)


def _principal_arn(facts: Facts) -> Values:
    who = facts.caller
    if who.kind == "session":
        # These two families of roles are known to have a path, which a session's ARN does not carry.
        known = not who.name.startswith(("AWSReservedSSO_", "AWSServiceRoleFor"))
        return (f"arn:{who.partition}:iam::{who.account}:role/{who.name}",) if known else None
    return (who.arn,) if who.kind in {"user", "role", "root", "federated"} else None


def _principal_account(facts: Facts) -> Values:
    if facts.caller.kind == "anonymous":
        return ("anonymous",)
    return _one(facts.principal_account) if facts.caller.in_account else None


def _userid(facts: Facts) -> Values:
    who: Caller = facts.caller
    if who.kind == "root":
        return _one(facts.principal_account)
    if who.kind == "federated":
        return (f"{who.account}:{who.name}",)
    return ("anonymous",) if who.kind == "anonymous" else None


def _is_aws_service(facts: Facts) -> Values:
    if _is_service(facts.caller):
        return ("true",)
    return ("false",) if facts.caller.in_account else None


_DERIVED: dict[str, Callable[[Facts], Values]] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "aws:principaltype": lambda facts: _one(_TYPES.get(facts.caller.kind)),
    "aws:principalisawsservice": _is_aws_service,
    "aws:principalservicename": lambda facts: _one(facts.caller.arn if _is_service(facts.caller) else None),
    "aws:federatedprovider": lambda facts: _one((facts.caller.arn or None) if facts.caller.kind == "provider" else None),
    "aws:username": lambda facts: _one(facts.caller.name if facts.caller.kind == "user" else None),
    "aws:userid": _userid,
    "aws:resourceaccount": lambda facts: _one(facts.resource_account),
}


def _is_service(who: Caller) -> bool:
    return who.kind == "host" and who.arn.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal"))
