"""Edges between AWS principals: every method of the table that works for a caller on a target, evaluated and not assumed.

Between one caller and one target the surest way is kept, then the one that takes the fewest permissions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from keyrack.access.aws.certainty import MAYBE, NO, YES
from keyrack.access.aws.model import Policies, Policy, Request, Statement
from keyrack.graph.aws_ask import Asker, Thing, satisfiable
from keyrack.graph.aws_methods import KINDS, Kind, Method, methods
from keyrack.graph.aws_needs import Needs
from keyrack.graph.aws_principals import Directory, Principal
from keyrack.graph.model import Edge, Estate
from keyrack.records import Gap
from keyrack.records.uids import aws_arn

SSM = ("ssm:StartSession", "ssm:SendCommand")


_WASTED = {("iam:CreateLoginProfile", True), ("iam:UpdateLoginProfile", False)}
"""A password cannot be created where there is one, nor changed where there is none ("CreateLoginProfile", IAM API)."""


@dataclass(frozen=True, slots=True)
class Work:
    """A workload: a kind of the table, the role it runs as, the thing itself; ``None``: nobody looked for such workloads."""

    kind: str
    role: str
    thing: Thing | None
    name: str


@dataclass(slots=True)
class AwsEdges:
    """Finds the edges of one directory."""

    directory: Directory
    works: Mapping[tuple[str, str], list[Work]]
    """By kind and account."""
    asker: Asker
    needs: Needs
    _trusting: dict[str, dict[str, int]] = field(default_factory=dict)
    _named: dict[str, frozenset[tuple[str, str]] | None] = field(default_factory=dict)

    def edges(self, callers: Iterable[Principal], *, assume_only: bool = False) -> Iterator[Edge]:
        """Edges from the callers to other principals, one between any two; only those of ``sts:AssumeRole`` on request."""
        best: dict[tuple[str, str], tuple[int, int, Edge]] = {}
        for caller in callers:
            for answer, method, target, via in self._ways(caller, assume_only=assume_only):
                edge = Edge(caller.uid, target, method.id, via, conditional=answer == MAYBE)
                rank = (-answer, len(method.needs), edge)
                pair = (caller.uid, target)
                if pair not in best or rank < best[pair]:
                    best[pair] = rank
        return (edge for _, _, edge in best.values())

    def _ways(self, caller: Principal, *, assume_only: bool) -> Iterator[tuple[int, Method, str, str]]:
        peers = [p for p in self.directory.principals.values() if p.account == caller.account and p.uid != caller.uid]
        for method in methods():
            if assume_only and method.needs[0].action != "sts:AssumeRole":
                continue
            if method.shape == "pass":
                yield from self._passing(caller, method, peers)
            elif method.shape == "run":
                yield from self._running(caller, method)
            elif method.shape == "take" and method.on == "saml":
                yield from self._signing(caller, method, peers)
            elif method.shape == "take":
                yield from self._taking(caller, method, peers)

    def _passing(self, caller: Principal, method: Method, peers: list[Principal]) -> Iterator[tuple[int, Method, str, str]]:
        if not self.asker.allowed(caller, ("iam:PassRole", *(need.action for need in method.needs))):
            return
        trusting = self.trusting(f"{method.on}.amazonaws.com")
        needs_profile = method.on == "ec2" and "iam:AddRoleToInstanceProfile" not in method.id
        roles = [peer for peer in peers if peer.uid in trusting and (peer.profiles or not needs_profile)]
        held = self.needs.held(caller, method, {}) if roles else NO
        for role in roles if held else ():
            passed = (("iam:passedtoservice", (f"{method.on}.amazonaws.com",)),)
            answer = min(held, trusting[role.uid], self.asker.ask(caller, "iam:PassRole", thing_of(role, passed)))
            if answer:
                yield answer, method, role.uid, f"a new workload of {method.on}.amazonaws.com"

    def _running(self, caller: Principal, method: Method) -> Iterator[tuple[int, Method, str, str]]:
        if not self.asker.allowed(caller, (need.action for need in method.needs)):
            return
        unseen: int | None = None
        for work in self.works.get((method.on, caller.account), ()):
            role = self.directory.principals[work.role]
            if role.uid == caller.uid:
                continue
            if work.thing is None:
                unseen = self.needs.held(caller, method, {}, work.kind) if unseen is None else unseen
                answer = unseen
            else:
                answer = self.needs.held(caller, method, {"work": work.thing})
            if any(need.action in SSM for need in method.needs):
                answer = min(answer, self._managed(role))
            if answer:
                yield answer, method, role.uid, work.name

    def _managed(self, role: Principal) -> int:
        """Systems Manager reaches an instance whose role lets the agent call back, or by a default we do not see."""
        return YES if self.asker.ask(role, "ssmmessages:OpenControlChannel", Thing("*", role.account, {})) == YES else MAYBE

    def _taking(self, caller: Principal, method: Method, peers: list[Principal]) -> Iterator[tuple[int, Method, str, str]]:
        if method.needs[0].action == "sts:AssumeRole":
            yield from self._assuming(caller, method)
            return
        if not self.asker.allowed(caller, (need.action for need in method.needs)):
            return
        for target in peers:
            if target.kind != method.on or protected(target) or _wasted(method, target):
                continue
            if not self.asker.may_on(caller, method.needs[0].action, target.arn):
                continue
            answer = self.needs.held(caller, method, {"target": thing_of(target)})
            if answer and method.on == "role":
                answer = min(answer, self._let_in(caller, target))
            if answer:
                yield answer, method, target.uid, target.uid

    def _let_in(self, caller: Principal, target: Principal) -> int:
        """Whether a rewritten trust policy lets in the caller or, if it may not assume roles, an account of its own outside."""
        inside = self._assumes(caller, replace(target, trust=(_trust_in(caller),)), "rewritten")
        if inside == YES:
            return inside
        outsider = _outsider(caller)
        return max(inside, self._assumes(outsider, replace(target, trust=(_trust_in(outsider),)), "rewritten"))

    def _signing(self, caller: Principal, method: Method, peers: list[Principal]) -> Iterator[tuple[int, Method, str, str]]:
        """Whoever replaces a SAML provider's metadata signs the assertions that roles trust."""
        for role in peers if self.asker.allowed(caller, (need.action for need in method.needs)) else ():
            for provider in _saml_providers(role):
                answer = self.needs.held(caller, method, {"provider": Thing(provider, role.account, {})})
                if answer:
                    yield answer, method, role.uid, provider.removeprefix("arn:")

    def _assuming(self, caller: Principal, method: Method) -> Iterator[tuple[int, Method, str, str]]:
        delegated = self.asker.allowed(caller, ("sts:AssumeRole",))
        root = f"arn:{caller.partition}:iam::{caller.account}:root"
        direct = {("*", "*"), ("AWS", "*"), ("AWS", caller.arn)}
        through = {("AWS", caller.account), ("AWS", root)} if delegated else set[tuple[str, str]]()
        for role in self._roles():
            named = self._named_by(role)
            if role.uid == caller.uid:
                continue
            if named is None or not direct.isdisjoint(named) or self._delegates(caller, role, through & named):
                answer = self._assumes(caller, role)
                if answer:
                    yield answer, method, role.uid, "its trust policy"

    def _delegates(self, caller: Principal, role: Principal, named: Collection[tuple[str, str]]) -> bool:
        return bool(named) and self.asker.may_on(caller, "sts:AssumeRole", role.arn)

    def _roles(self) -> list[Principal]:
        return [principal for principal in self.directory.principals.values() if principal.kind == "role"]

    def _named_by(self, role: Principal) -> frozenset[tuple[str, str]] | None:
        """Principals that Allow statements of a trust policy name; ``None``: everybody but some."""
        if role.uid not in self._named:
            allows = [statement for policy in role.trust for statement in policy.statements if statement.allow]
            everybody = any(statement.not_principals for statement in allows)
            self._named[role.uid] = None if everybody else frozenset(p for s in allows for p in s.principals or ())
        return self._named[role.uid]

    def _assumes(self, caller: Principal, role: Principal, variant: str = "") -> int:
        return self.asker.ask(caller, "sts:AssumeRole", replace(thing_of(role), policies=role.trust, variant=variant))

    def trusting(self, service: str) -> Mapping[str, int]:
        """Roles that a service may take for its workloads, with how sure that is."""
        if service not in self._trusting:
            answers = {role.uid: serves(role, service) for role in self.directory.principals.values() if role.kind == "role"}
            self._trusting[service] = {uid: answer for uid, answer in answers.items() if answer}
        return self._trusting[service]


def serves(role: Principal, service: str) -> int:
    """Whether a role's trust policy lets a service assume it for a workload in the role's account."""
    if not any(("Service", service) in (s.principals or ()) or s.not_principals for p in role.trust for s in p.statements):
        return NO
    facts = {
        "aws:sourceaccount": (role.account,),
        "aws:principalservicename": (service,),
        "aws:principalisawsservice": ("true",),
        "sts:externalid": (role.account,),
    }
    request = Request(service, "sts:AssumeRole", role.arn, facts, None, role.account)
    trust = tuple(replace(policy, statements=tuple(map(_any_source, policy.statements))) for policy in role.trust)
    policies = Policies(resource=trust, rcps=role.policies.rcps)
    return satisfiable(request, policies, human=False, known_tags=False, fresh=False)


def _any_source(statement: Statement) -> Statement:
    """The workload is the caller's, and with it ``aws:SourceArn``."""
    kept = tuple(c for c in statement.conditions if c.key != "aws:sourcearn")
    return replace(statement, conditions=kept) if statement.allow else statement


def workloads(estate: Estate, directory: Directory) -> dict[tuple[str, str], list[Work]]:
    """Workloads with the role they run as; where nobody looked, one for each role that the service may take.

    Not looked at is not clean: an offline dump names no function, and no provider lists notebooks. A capability counts as looked
    at in an account when no Gap of it stands against the account's source.
    """
    records = {kind.record: word for word, kind in KINDS.items() if kind.record}
    found = []
    for resource in sorted(estate.resources, key=lambda item: item.uid):
        role = resource.attrs.get("role", "")
        if resource.type in records and role in directory.principals:
            thing = Thing(aws_arn(resource.uid), resource.scope, resource.tags)
            kind = records[resource.type]
            found.append(Work(kind, role, None if kind == "task" else thing, f"{KINDS[kind].name} {resource.name}"))
    blind = blind_kinds(estate)
    for principal in directory.principals.values():
        for word in blind.get(principal.account, ()) if principal.kind == "role" else ():
            service = KINDS[word].service
            if serves(principal, f"{service}.amazonaws.com") and (principal.profiles or service != "ec2"):
                found.append(Work(word, principal.uid, None, f"{KINDS[word].name}, not looked at"))
    by_place: dict[tuple[str, str], list[Work]] = {}
    for work in found:
        by_place.setdefault((work.kind, directory.principals[work.role].account), []).append(work)
    return by_place


def blind_kinds(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Account -> kinds of workload that nobody looked for in it, or whose listing failed."""
    found = {}
    for account in {identity.scope for identity in estate.identities if identity.provider == "aws"}:
        mine = [gap for gap in estate.gaps if estate.blind is None or gap.uid in estate.blind.get(account, ())]
        found[account] = tuple(word for word, kind in KINDS.items() if not kind.record or _unlisted(kind, mine))
    return found


def _unlisted(kind: Kind, gaps: Iterable[Gap]) -> bool:
    subjects = ("offline scan", kind.listing)
    return any(gap.capability == kind.capability and gap.subject.startswith(subjects) for gap in gaps)


def thing_of(principal: Principal, facts: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Thing:
    """A principal as what an IAM action is asked on, with its boundary in the context."""
    bounded = (("iam:permissionsboundary", (aws_arn(principal.boundary),)),) if principal.boundary else ()
    return Thing(principal.arn, principal.account, principal.tags, facts=(*facts, *bounded))


def _wasted(method: Method, target: Principal) -> bool:
    """A user has two access keys at most: a third takes ``iam:DeleteAccessKey`` ("IAM and AWS STS quotas", IAM User Guide)."""
    return (method.id, target.console) in _WASTED or (method.id == "iam:CreateAccessKey" and target.keys > 1)


def protected(principal: Principal) -> bool:
    """Whether only AWS changes a role: service-linked, or of an Identity Center permission set.

    "UnmodifiableEntity" (IAM API); "Cannot perform the operation on the protected role" (Identity Center User Guide).
    """
    return ":role/aws-service-role/" in principal.uid or ":role/aws-reserved/" in principal.uid


def _saml_providers(role: Principal) -> list[str]:
    named = {v for p in role.trust for s in p.statements if s.allow for kind, v in s.principals or () if kind == "Federated"}
    return sorted(value for value in named if ":saml-provider/" in value)


def _outsider(caller: Principal) -> Principal:
    """A user with every right in an account and an organisation that nobody here knows."""
    account, name = "000000000000", "outsider"
    arn = f"arn:{caller.partition}:iam::{account}:user/{name}"
    facts = {key: caller.facts[key] for key in ("aws:securetransport", "aws:sourceip", "aws:currenttime") if key in caller.facts}
    facts |= {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (account,),
        "aws:principaltype": ("User",),
        "aws:principalorgid": ("o-0000000000",),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
        "aws:username": (name,),
    }
    anything = Statement(1, allow=True, actions=("*",), resources=("*",))
    policies = Policies(identity=(Policy((anything,), "2012-10-17", "any policy"),))
    return Principal(f"{caller.partition}:{name}", arn, account, "user", False, facts, policies)


def _trust_in(caller: Principal) -> Policy:
    statement = Statement(
        1, allow=True, actions=("sts:AssumeRole",), resources=(), principals=(("AWS", caller.arn),), no_resource=True
    )
    return Policy((statement,), "2012-10-17", "rewritten trust policy")
