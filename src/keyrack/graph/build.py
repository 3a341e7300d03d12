"""The whole graph of an estate: AWS by its engine, other languages by their tables, the rest by what records state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyrack.access.aws.certainty import MAYBE
from keyrack.graph.aws_admin import Admins
from keyrack.graph.aws_ask import Asker
from keyrack.graph.aws_edges import AwsEdges, workloads
from keyrack.graph.aws_needs import Needs
from keyrack.graph.aws_principals import Directory, Principal, directory
from keyrack.graph.aws_reads import reads, touches
from keyrack.graph.aws_self import SelfEdges
from keyrack.graph.github_edges import github_edges
from keyrack.graph.languages import language_edges
from keyrack.graph.model import Edge, Estate, Graph, admin_node
from keyrack.graph.openbao_edges import openbao_edges
from keyrack.graph.record_edges import record_edges
from keyrack.sdk import Progress, Silent


def build(estate: Estate, *, resources: bool = True, progress: Progress | None = None) -> Graph:
    """Every edge, evaluated.

    Args:
        estate: the records.
        resources: also ask which known resources each identity may act on (for blast radius and crown jewels).
        progress: told how many AWS principals are done.
    """
    told = progress or Silent()
    people = directory(estate)
    asker = Asker(people.accounts)
    needs, judge = Needs(asker), Admins(asker)
    aws_admins = frozenset(uid for uid, principal in people.principals.items() if judge.by_itself(principal))
    finder = AwsEdges(people, workloads(estate, people), asker, needs)
    own = SelfEdges(people, needs, judge)
    found: list[Edge] = []
    # Nobody but its own AWS service can use a service-linked role ("Service-linked roles", IAM User Guide).
    callers = [
        who for uid, who in sorted(people.principals.items()) if uid not in aws_admins and ":role/aws-service-role/" not in uid
    ]
    for done, caller in enumerate(callers):
        edges = list(finder.edges([caller]))
        found += [*edges, *own.edges([caller], edges), *reads(estate, caller, asker), *_raised(caller, finder, own)]
        told.update("Who can become whom", done + 1, len(callers))
    found += _across(people, aws_admins, finder)
    others, other_admins = language_edges(estate)
    of_github, github_admins = github_edges(estate)
    admins = aws_admins | other_admins | github_admins
    found += [*record_edges(estate), *openbao_edges(estate), *others, *of_github, *_rule(people, aws_admins)]
    return Graph(
        edges=tuple(sorted(_distinct(found))),
        admins=admins,
        names={identity.uid: identity.scope for identity in estate.identities},
        touches=touches(estate, people, asker, aws_admins) if resources else {},
        crown=frozenset(resource.uid for resource in estate.resources if resource.tier == "crown"),
    )


def _raised(caller: Principal, finder: AwsEdges, own: SelfEdges) -> Iterator[Edge]:
    """What the caller can do once it is in a group, whose permissions are its own then, or out of its boundary."""
    for member, mechanism, via, answer in own.raised(caller):
        edges = list(finder.edges([member]))
        for edge in (*edges, *own.edges([member], edges)):
            if edge.target != caller.uid:
                unsure = edge.conditional or answer == MAYBE
                yield Edge(caller.uid, edge.target, f"{mechanism}+{edge.mechanism}", via, conditional=unsure)


def _across(people: Directory, admins: frozenset[str], finder: AwsEdges) -> Iterator[Edge]:
    """Administrators rule their own account; into other accounts they go by trust, as everybody."""
    for uid in sorted(admins):
        caller = people.principals[uid]
        for edge in finder.edges([caller], assume_only=True):
            if people.principals[edge.target].account != caller.account:
                yield edge


def _rule(people: Directory, admins: frozenset[str]) -> Iterator[Edge]:
    """An administrator is at its account's node, and from there everybody in the account is within reach."""
    for uid in sorted(admins):
        yield Edge(uid, admin_node(people.principals[uid].account), "administrator", "its own permissions")
    for uid, principal in people.principals.items():
        yield Edge(admin_node(principal.account), uid, "administrator", "any change to its permissions or trust")


def _distinct(edges: Iterable[Edge]) -> list[Edge]:
    """One edge for each source, target and mechanism: the surest."""
    best: dict[tuple[str, str, str], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.mechanism)
        if edge.source != edge.target and (key not in best or (edge.conditional, edge) < (best[key].conditional, best[key])):
            best[key] = edge
    return list(best.values())
