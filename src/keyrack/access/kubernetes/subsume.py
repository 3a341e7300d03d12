"""Does one set of rules give everything another gives? The API server's own test before a role may be written or bound.

Source: "Privilege escalation prevention and bootstrapping" ("Using RBAC Authorization"). Each verb on each resource of each
group (and name) must be given by one rule of the other side; for RBAC, which has no denials, that is exact but for objects
that are named one by one on the wide side and all at once on the narrow side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from keyrack.access.kubernetes.decide import bound, resource_covers, url_covers
from keyrack.access.kubernetes.model import CLUSTER, MASTERS, Objects, Rule, User

Held = Mapping[str, Sequence[Rule]]
"""Scope (a namespace, or :data:`CLUSTER`) -> rules held there."""

EVERYTHING: Held = {CLUSTER: (Rule(("*",), ("*",), ("*",)), Rule(("*",), urls=("*",)))}


def held(user: User, objects: Objects) -> Held:
    """All rules a user holds, by scope. URLs count only where bound cluster-wide."""
    if MASTERS in user.groups:
        return EVERYTHING
    found: dict[str, list[Rule]] = defaultdict(list)
    for binding, role in bound(user, objects):
        found[binding.namespace] += [rule for rule in role.rules if not binding.namespace or not rule.urls]
    return found


def subsumes(a: Held, b: Held) -> bool:
    """Whether ``a`` certainly gives everything ``b`` gives, in every scope of ``b``."""
    wide = list(a.get(CLUSTER, ()))
    return all(covers([*wide, *(a.get(scope, ()) if scope else ())], rules) for scope, rules in b.items())


def covers(owner: Sequence[Rule], wanted: Iterable[Rule]) -> bool:
    """Whether each atom of the wanted rules is within one rule of the owner."""
    return all(any(_within(atom, rule) for rule in owner) for rule in wanted for atom in atoms(rule))


def atoms(rule: Rule) -> Iterator[Rule]:
    """One verb on one resource of one group and one name (or all), or on one URL."""
    for verb, group, resource in product(rule.verbs, rule.groups, rule.resources):
        for name in rule.names or ("",):
            yield Rule((verb,), (group,), (resource,), (name,) if name else ())
    for verb, url in product(rule.verbs, rule.urls):
        yield Rule((verb,), urls=(url,))


def _within(atom: Rule, rule: Rule) -> bool:
    if not {"*", *atom.verbs} & set(rule.verbs):
        return False
    if atom.urls:
        return any(url_covers(listed, atom.urls[0]) for listed in rule.urls)
    return (
        bool({"*", *atom.groups} & set(rule.groups))
        and any(resource_covers(listed, atom.resources[0]) for listed in rule.resources)
        and (not rule.names or (bool(atom.names) and atom.names[0] in rule.names))
    )
