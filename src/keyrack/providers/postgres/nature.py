"""What names and comments say: a person or a service, whose it is, where it belongs. Pure.

PostgreSQL has no field for any of this; ``COMMENT ON ROLE x IS 'owner: ebba@acme.example; env: prod'`` is the usual place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyrack.records import Ownership
from keyrack.records.identity import Environment, IdentityKind
from keyrack.records.uids import row_uid

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_PERSON = re.compile(r"[a-z]{2,30}\.[a-z]{2,30}(@[a-z0-9.-]+)?")
_SERVICE = re.compile(
    r"(?:^|[-_.@])(?:svc|srv|service|app|api|sa|bot|ci|cd|deploy|deployer|etl|batch|cron|job|worker|reader|writer|readonly|ro|rw|backup|"
    r"repl|replica|replicator|replication|exporter|monitor|monitoring|migrate|migrations|migrator|sync|reporting|report|bi|dbt|airflow|"
    r"grafana|metabase|debezium|pgbouncer|patroni|airbyte|fivetran|datadog|system|lambda|web|backend|owner)(?:$|[-_.@\d])"
)
_OWNERS = frozenset({"owner", "owners", "contact", "maintainer", "responsible", "team", "owned by", "squad"})
_TEAMS = frozenset({"team", "squad"})
_ENVIRONMENTS = frozenset({"env", "environment", "stage"})
_VENDORS = frozenset({"vendor", "supplier"})
_PROD = frozenset({"prod", "production", "prd", "live"})
_NONPROD = frozenset({"nonprod", "dev", "development", "test", "testing", "staging", "stage", "qa", "uat", "sandbox", "preprod"})
_PURPOSE = frozenset({"service", "machine", "application", "bot", "nonhuman", "workload"})
_HUMAN = frozenset({"human", "person", "employee", "people"})
_MANAGED: Mapping[str, str] = {
    "rdsadmin": "Amazon Web Services",
    "rdsrepladmin": "Amazon Web Services",
    "cloudsqladmin": "Google Cloud",
    "cloudsqlagent": "Google Cloud",
    "cloudsqlreplica": "Google Cloud",
    "azuresu": "Microsoft Azure",
    "azure_superuser": "Microsoft Azure",
    "replicator_azure": "Microsoft Azure",
    "supabase_admin": "Supabase",
    "neon_superuser": "Neon",
}
"""Roles by which a cloud runs its managed PostgreSQL; they are the vendor's, not the customer's."""


def environment(tags: Mapping[str, str]) -> Environment | None:
    """Environment a comment states."""
    for name in sorted(_ENVIRONMENTS & tags.keys()):
        word = tags[name].lower()
        if word in _PROD:
            return "prod"
        if word in _NONPROD:
            return "nonprod"
    return None


def vendor(name: str, tags: Mapping[str, str]) -> str | None:
    """Supplier: the cloud of a managed server, or whom a comment names."""
    return _MANAGED.get(name) or next((tags[key] for key in sorted(_VENDORS & tags.keys())), None)


def managed(name: str) -> bool:
    """Whether the cloud that runs the server made this role for itself."""
    return name in _MANAGED


def owners(uid: str, comment: str | None, tags: Mapping[str, str]) -> Iterator[Ownership]:
    """Whom a comment names as owner: a pair says so, or the whole comment holds one address."""
    stated = {value for key, value in tags.items() if key in _OWNERS}
    found = {_owner(value, team=tags.keys() & _TEAMS != set() and value in {tags.get(k) for k in _TEAMS}) for value in stated}
    if not found:
        addresses = set(_EMAIL.findall(comment or ""))
        found = {addresses.pop().lower()} if len(addresses) == 1 else set()
    for owner in sorted(found - {""}):
        yield Ownership(
            uid=row_uid("own", uid, owner, "annotation"),
            identity_uid=uid,
            owner=owner,
            evidence="annotation",
            detail="COMMENT ON ROLE",
        )


def _owner(value: str, *, team: bool) -> str:
    address = _EMAIL.search(value)
    if address:
        return address[0].lower()
    word = value.strip().lower()
    if word.startswith("team "):
        return f"team:{word.removeprefix('team ').strip()}"
    if word.endswith(" team"):
        return f"team:{word.removesuffix(' team').strip()}"
    return f"team:{word}" if team and not word.startswith("team:") else word


@dataclass(frozen=True, slots=True)
class Nature:
    """Person or service, and why."""

    kind: IdentityKind
    service_evidence: str | None = None
    human_evidence: str | None = None


def nature(name: str, tags: Mapping[str, str], *, replication: bool = False) -> Nature:
    """A login role is a program's unless something speaks for a person; the evidence says how sure that is."""
    stated = {tags.get(key, "").lower() for key in ("type", "kind", "purpose", "usage")}
    if stated & _HUMAN:
        return Nature("human", human_evidence="comment")
    if stated & _PURPOSE:
        return Nature("service_account", service_evidence="comment")
    low = name.lower()
    if _SERVICE.search(low):
        return Nature("service_account", service_evidence="name")
    if _PERSON.fullmatch(low):
        return Nature("human", human_evidence="name")
    return Nature("service_account", service_evidence="replication" if replication else None)
