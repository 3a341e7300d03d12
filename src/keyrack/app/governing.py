"""Which AWS policies govern an identity, as the access engine wants them: out of the records in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from keyrack.access.aws.model import Levels, Policies, Policy
from keyrack.access.aws.parse import PolicyError, parse
from keyrack.access.aws.replay import Setting
from keyrack.records.uids import aws_arn

if TYPE_CHECKING:
    import duckdb

_Row = tuple[str, str, str, str, list[str], dict[str, str]]
"""kind, name, scope, document, targets, attrs."""


@dataclass(slots=True)
class Governing:
    """Policies by whom they govern; every document is parsed once, when it is first asked for.

    ``broken`` names the policies that could not be read, by whom they govern.
    """

    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_target: dict[tuple[str, str], list[_Row]] = field(default_factory=lambda: defaultdict(list))
    _declared: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))
    _parsed: dict[tuple[str, str], Policy | None] = field(default_factory=dict)
    _levels: dict[tuple[str, str], Levels | None] = field(default_factory=dict)
    _scopes: dict[str, str] = field(default_factory=dict)
    _resources: dict[str, tuple[Policy, ...]] | None = None

    def setting(self, uid: str) -> Setting:
        """Everything that governs an identity."""
        scope = self._scopes.get(uid, "")
        boundaries = self._policies("boundary", uid, uid)
        policies = Policies(
            identity=self._identity(uid),
            boundaries=boundaries or None,
            scps=self._control("scp", scope, uid),
            rcps=self._control("rcp", scope, uid),
        )
        return Setting(policies, self.resources(), self._accounts())

    def resources(self) -> dict[str, tuple[Policy, ...]]:
        """Policies that stand on resources and roles, by ARN."""
        if self._resources is None:
            self._resources = {
                aws_arn(target): self._policies(kind, target, target)
                for kind, target in list(self._by_target)
                if kind in {"resource", "trust"}
            }
        return self._resources

    def _accounts(self) -> dict[str, str]:
        return {aws_arn(target): rows[0][2] for (kind, target), rows in self._by_target.items() if kind == "resource"}

    def _identity(self, uid: str) -> tuple[Policy, ...]:
        """As kept whole; else put together from the grants, for sources that yield no documents."""
        if ("identity", uid) in self._by_target:
            return self._policies("identity", uid, uid)
        return self._read(self._declared.get(uid, []), uid)

    def _policies(self, kind: str, target: str, uid: str) -> tuple[Policy, ...]:
        return self._read(self._by_target.get((kind, target), []), uid)

    def _control(self, kind: str, scope: str, uid: str) -> Levels | None:
        if (kind, scope) not in self._levels:
            by_level: dict[int, list[_Row]] = defaultdict(list)
            for row in self._by_target.get((kind, f"aws:account:{scope}"), []):
                by_level[int(row[5].get("level_index", "0"))].append(row)
            found = tuple(self._read(by_level[level], uid) for level in sorted(by_level))
            self._levels[kind, scope] = found or None
        return self._levels[kind, scope]

    def _read(self, rows: list[_Row], uid: str) -> tuple[Policy, ...]:
        found = []
        for _, name, _, document, _, _ in rows:
            policy = self._policy(name, document)
            if policy is None:
                self.broken[uid].append(name)
            else:
                found.append(policy)
        return tuple(found)

    def _policy(self, name: str, document: str) -> Policy | None:
        key = (name, document)
        if key not in self._parsed:
            try:
                self._parsed[key] = parse(document, name=name)
            except PolicyError:
                self._parsed[key] = None
        return self._parsed[key]


def governing(connection: duckdb.DuckDBPyConnection) -> Governing:
    """The policies of a commit. ``raw_policies``, ``raw_grants`` and ``identities`` must be there."""
    found = Governing()
    rows = connection.execute(
        "SELECT kind, name, scope, document, targets, attrs FROM raw_policies WHERE language = 'aws-iam' ORDER BY uid"
    ).fetchall()
    for row in rows:
        for target in row[4]:
            found._by_target[row[0], target].append(row)  # noqa: SLF001 - built here, read there
    held = {target for kind, target in found._by_target if kind == "identity"}  # noqa: SLF001
    for uid, policy, statements in _declared(connection):
        if uid not in held:
            document = msgspec.json.encode({"Version": "2012-10-17", "Statement": statements}).decode()
            found._declared[uid].append(("identity", policy, "", document, [uid], {}))  # noqa: SLF001
    found._scopes.update(connection.execute("SELECT uid, scope FROM identities").fetchall())  # noqa: SLF001
    return found


def statement_of(grant: tuple[Any, ...]) -> dict[str, Any]:
    """A grant (effect, actions, resources, not_actions, not_resources, conditions) as a policy statement."""
    effect, actions, resources, not_actions, not_resources, conditions = grant
    statement: dict[str, Any] = {
        "Effect": effect.capitalize(),
        "NotAction" if not_actions else "Action": list(actions),
        "NotResource" if not_resources else "Resource": list(resources),
    }
    if conditions:
        statement["Condition"] = msgspec.json.decode(conditions)
    return statement


def _declared(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Statements of identities without documents, by policy."""
    rows = connection.execute(
        """
        SELECT identity_uid, coalesce(policy, ''), effect, actions, resources, not_actions, not_resources, conditions
        FROM raw_grants
        WHERE language = 'aws-iam' AND via NOT IN ('boundary', 'organisation') AND identity_uid NOT IN
          (SELECT unnest(targets) FROM raw_policies WHERE kind = 'identity' AND language = 'aws-iam')
        ORDER BY identity_uid, policy, uid
        """
    ).fetchall()
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for uid, policy, *grant in rows:
        grouped[uid, policy].append(statement_of(tuple(grant)))
    return [(uid, policy, statements) for (uid, policy), statements in grouped.items()]
