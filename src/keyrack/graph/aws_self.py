"""Rights that AWS principals give to themselves, or to one they can become: edges to the node of an account's administrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from keyrack.access.aws.certainty import MAYBE, NO
from keyrack.graph.aws_admin import Admins, admin_policy
from keyrack.graph.aws_ask import Thing
from keyrack.graph.aws_edges import protected, thing_of
from keyrack.graph.aws_methods import Method, methods
from keyrack.graph.aws_needs import Given, Needs
from keyrack.graph.aws_principals import Directory, Principal
from keyrack.graph.model import Edge, admin_node
from keyrack.records.uids import aws_arn

_POLICIES = ("AdministratorAccess", "IAMFullAccess")


@dataclass(frozen=True, slots=True)
class SelfEdges:
    """Finds them."""

    directory: Directory
    needs: Needs
    admins: Admins

    def edges(self, callers: Iterable[Principal], others: Iterable[Edge]) -> Iterator[Edge]:
        """One edge a caller: by itself if it can, else through somebody that ``others`` says it can become."""
        by_source: dict[str, list[Edge]] = {}
        for edge in others:
            by_source.setdefault(edge.source, []).append(edge)
        for caller in callers:
            ways = sorted((*self._alone(caller), *self._through(caller, by_source.get(caller.uid, []))))
            if ways:
                answer, _, mechanism, via = ways[0]
                yield Edge(caller.uid, admin_node(caller.account), mechanism, via, conditional=-answer == MAYBE)

    def others(self, caller: Principal) -> list[str]:
        """Groups a user is not in."""
        groups = self.directory.groups if caller.kind == "user" else ()
        return [group for group in groups if group not in caller.groups and group.split(":")[3] == caller.account]

    def raised(self, caller: Principal) -> Iterator[tuple[Principal, str, str, int]]:
        """The caller as it would be in each group it can join and without its boundary; by what, through what, how sure."""
        for member, group, answer in self.joined(caller):
            yield member, "iam:AddUserToGroup", group, answer
        free = replace(caller, uid=f"{caller.uid} - boundary", boundary=None, policies=replace(caller.policies, boundaries=None))
        for method in methods() if caller.boundary else ():
            for thing in _fence(caller, method) if method.on.startswith("unbind") else ():
                answer = self._held(caller, method, thing)
                if answer:
                    yield free, method.id, _shown(thing, caller, method), answer

    def joined(self, caller: Principal) -> Iterator[tuple[Principal, str, int]]:
        """The caller as it would be in each group it can join, with how sure that is."""
        method = next(method for method in methods() if method.on == "join")
        for group in self.others(caller) if self.needs.asker.allowed(caller, ("iam:AddUserToGroup",)) else ():
            answer = self._held(caller, method, Thing(aws_arn(group), caller.account, {}))
            if answer:
                policies = replace(caller.policies, identity=(*caller.policies.identity, *self.directory.groups[group]))
                managed = (*caller.managed, *self.directory.editable.get(group, ()))
                groups = (*caller.groups, group)
                uid = f"{caller.uid} in {group}"
                yield replace(caller, uid=uid, policies=policies, groups=groups, managed=managed), group, answer

    def _alone(self, caller: Principal) -> Iterator[tuple[int, int, str, str]]:
        for method in methods():
            if method.shape != "self":
                continue
            for thing in self._own(caller, method):
                answer = self._held(caller, method, thing)
                if answer and self._pays(caller, method, thing):
                    yield -answer, len(method.needs), method.id, _shown(thing, caller, method)

    def _through(self, caller: Principal, edges: list[Edge]) -> Iterator[tuple[int, int, str, str]]:
        grants = [m for m in methods() if m.shape == "grant" and self.needs.asker.allowed(caller, [n.action for n in m.needs])]
        for edge in edges if grants else ():
            target = self.directory.principals.get(edge.target)
            if target is None or target.account != caller.account:
                continue
            for method in grants:
                for thing in _of(target, method):
                    answer = self._held(caller, method, thing)
                    if answer and self.admins.with_any_policy(target):
                        sure = min(answer, MAYBE if edge.conditional else answer)
                        count = len(method.needs) + edge.mechanism.count("+") + 1
                        yield -sure, count, f"{method.id}+{edge.mechanism}", target.uid

    def _held(self, caller: Principal, method: Method, thing: Thing | None) -> int:
        """The best answer over the policies that could be attached."""
        slot = method.needs[0].slot
        best = NO
        for name in _POLICIES if "Attach" in method.id else _POLICIES[:1]:
            facts: Given = (("iam:policyarn", (admin_policy(caller, name),)),)
            if method.on.startswith("unbind") and method.id.startswith("iam:Put"):
                facts = (*facts, ("iam:permissionsboundary", (admin_policy(caller),)))  # the boundary in the request, not today's
            given = {} if thing is None else {slot: replace(thing, facts=(*thing.facts, *facts))}
            best = max(best, self.needs.held(caller, method, given, facts=facts))
        return best

    def _own(self, caller: Principal, method: Method) -> Iterator[Thing | None]:
        if method.on == "create" or (method.on == "create-group" and caller.kind == "user"):
            yield None
        elif method.on == "join":
            yield from (Thing(aws_arn(group), caller.account, {}) for group in self.others(caller))
        elif method.on.startswith("unbind"):
            yield from _fence(caller, method)
        else:
            yield from _of(caller, method)

    def _pays(self, caller: Principal, method: Method, thing: Thing | None) -> bool:
        """Whether the method leaves the caller (or what it made) an administrator."""
        if method.on == "create":
            return self.admins.with_any_policy(replace(caller, policies=replace(caller.policies, boundaries=None, session=None)))
        if method.on == "join" and thing is not None:
            group = thing.arn.removeprefix("arn:")
            return self.admins.with_policies(caller, self.directory.groups[group], group)
        if method.on.startswith("unbind"):
            return self.admins.without_boundary(caller)
        return self.admins.with_any_policy(caller)


def _of(principal: Principal, method: Method) -> Iterator[Thing]:
    """What a method changes when it gives a principal more rights."""
    if method.on == principal.kind and not protected(principal):
        yield thing_of(principal)
    elif method.on == "group":
        yield from (Thing(aws_arn(group), principal.account, {}) for group in principal.groups)
    elif method.on == "policy":
        yield from (Thing(arn, principal.account) for arn in principal.managed)


def _fence(caller: Principal, method: Method) -> Iterator[Thing]:
    """What takes the caller's boundary away: itself, or the policy that is the boundary."""
    if caller.boundary and method.on == "unbind-policy":
        yield Thing(aws_arn(caller.boundary), caller.account)
    elif caller.boundary and method.on.endswith(caller.kind) and not protected(caller):
        yield thing_of(caller)


def _shown(thing: Thing | None, caller: Principal, method: Method) -> str:
    if thing is None:
        return "a new group" if method.on == "create-group" else "a new principal"
    return "itself" if thing.arn == caller.arn else thing.arn.removeprefix("arn:")
