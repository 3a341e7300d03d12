"""The least rules that keep observed calls, grouped by the objects they touch.

Laws: every observed call that the rules allow stays allowed; nothing is allowed that was not, for each new rule lies within
an old one. Calls on many names keep the rule open as it was, for people have to read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keyrack.access.kubernetes.decide import matches
from keyrack.access.kubernetes.model import Request, Rule, User

MANY = 10
_NOBODY = User("")


@dataclass(frozen=True, slots=True)
class Call:
    """One observed call, as the audit log's ``verb`` and ``objectRef`` (or ``requestURI`` without query for other URLs)."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    path: str = ""

    @property
    def request(self) -> Request:
        """As a request of nobody in particular."""
        return Request(_NOBODY, self.verb, self.group, self.resource, self.subresource, name=self.name, path=self.path)


def shrink(rules: Sequence[Rule], used: Iterable[Call], *, many: int = MANY) -> tuple[Rule, ...]:
    """Rules of one role cut down to the calls it served."""
    named: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    urls: dict[str, set[str]] = defaultdict(set)
    for call in used:
        if not any(matches(rule, call.request) for rule in rules):
            continue
        if call.path:
            urls[call.path].add(call.verb)
        else:
            named[call.group, call.request.combined][call.name].add(call.verb)
    found = [
        rule for (group, resource), names in sorted(named.items()) for rule in _resource(rules, group, resource, names, many)
    ]
    found += [Rule(tuple(sorted(verbs)), urls=(path,)) for path, verbs in sorted(urls.items())]
    return tuple(_grouped(found))


def _resource(rules: Sequence[Rule], group: str, resource: str, names: dict[str, set[str]], many: int) -> list[Rule]:
    """One resource: verbs on every object where the calls had no name, or more names than ``many``; else by name."""
    anywhere = set(names.pop("", ()))
    by_verb: dict[str, set[str]] = defaultdict(set)
    for name, verbs in names.items():
        for verb in verbs - anywhere:
            by_verb[verb].add(name)
    for verb, objects in list(by_verb.items()):
        if len(objects) > many and _open(rules, verb, group, resource):
            anywhere.add(verb)
            del by_verb[verb]
    found = [Rule(tuple(sorted(anywhere)), (group,), (resource,))] if anywhere else []
    same: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for verb, objects in by_verb.items():
        same[tuple(sorted(objects))].add(verb)
    return found + [Rule(tuple(sorted(verbs)), (group,), (resource,), objects) for objects, verbs in sorted(same.items())]


def _open(rules: Sequence[Rule], verb: str, group: str, resource: str) -> bool:
    """Some rule gives the verb on every object, named or not."""
    name, _, subresource = resource.partition("/")
    request = Request(_NOBODY, verb, group, name, subresource)
    return any(not rule.names and matches(rule, request) for rule in rules)


def _grouped(rules: Iterable[Rule]) -> list[Rule]:
    """Resources of one group with the same verbs and no names, and URLs with the same verbs, in one rule each."""
    joined: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool], list[Rule]] = defaultdict(list)
    for rule in rules:
        key = (rule.verbs, rule.groups, rule.names if not rule.names else (*rule.names, *rule.resources), bool(rule.urls))
        joined[key].append(rule)
    return [
        Rule(
            verbs,
            groups,
            tuple(resource for rule in found for resource in rule.resources),
            found[0].names,
            tuple(url for rule in found for url in rule.urls),
        )
        for (verbs, groups, _, _), found in joined.items()
    ]
