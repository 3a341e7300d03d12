"""Person or service, owner, environment: from classes, attributes, places in the tree and names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from keyrack.providers.ldap.raw import Entry
from keyrack.records.identity import Environment, IdentityKind
from keyrack.sdk.notes import pairs

_SERVICE_OU = re.compile(
    r"(?:^|,)(?:ou|cn)=[^,]*\b(?:service[ _-]?accounts?|services?|svc|applications?|apps?|machines?|robots?|bots?|systems?|"
    r"technical)\b[^,]*"
)
_HUMAN_OU = re.compile(r"(?:^|,)(?:ou|cn)=(?:people|persons|employees|staff|humans|mitarbeiter|personal)(?:,|$)")
_SERVICE_NAME = re.compile(
    r"(?:^|[-_.])(?:svc|srv|service|sa|app|api|bot|robot|ci|cd|deploy|deployer|jenkins|gitlab|backup|batch|cron|job|sync|agent|monitor|"
    r"monitoring|exporter|scanner|sql|mssql|sharepoint|exchange|iis|adfs|adsync|vault|ldap|bind|reader|relay|printer|kiosk|system)(?:$|[-_.\d])"
)
_PERSON_NAME = re.compile(r"[a-z]{2,30}\.[a-z]{2,30}")
_SERVICE_WORDS = frozenset(
    {"service", "service account", "system", "robot", "bot", "application", "machine", "technical", "nonhuman"}
)
_PERSON_WORDS = frozenset({"employee", "person", "human", "contractor", "staff", "intern"})
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_PROD = frozenset({"prod", "production", "prd", "live"})
_NONPROD = frozenset({"nonprod", "dev", "development", "test", "testing", "staging", "stage", "qa", "uat", "sandbox", "preprod"})
_OU = re.compile(r"(?:^|,)ou=([^,]+)")


@dataclass(frozen=True, slots=True)
class Nature:
    """Person or service, and why."""

    kind: IdentityKind
    service_evidence: str | None = None
    human_evidence: str | None = None


_A_PERSON = Nature("human", human_evidence="attributes of a person")


def nature(entry: Entry, classes: frozenset[str], login: str, tags: Mapping[str, str]) -> Nature:
    """The first that speaks decides: class, what an attribute states, place in the tree, name, SPN, a person's attributes."""
    dn = entry.dn.lower()
    stated = {word.lower() for word in (*entry.texts("employeeType"), tags.get("type", "")) if word}
    person = [name for name in ("employeeID", "employeeNumber") if entry.text(name)]
    checks: tuple[tuple[bool, Nature], ...] = (
        (bool(classes & MACHINES), Nature("service_account", service_evidence="class")),
        (bool(stated & _SERVICE_WORDS), Nature("service_account", service_evidence="attribute")),
        (bool(stated & _PERSON_WORDS or person), Nature("human", human_evidence="attribute")),
        (bool(_SERVICE_OU.search(dn)), Nature("service_account", service_evidence="place")),
        (bool(_HUMAN_OU.search(dn)), Nature("human", human_evidence="place")),
        (bool(_SERVICE_NAME.search(login.lower())), Nature("service_account", service_evidence="name")),
        (bool(entry.texts("servicePrincipalName")), Nature("service_account", service_evidence="service principal name")),
        (bool(entry.text("mail") and entry.text("sn") and entry.text("givenName")), _A_PERSON),
        (bool(_PERSON_NAME.fullmatch(login.lower())), Nature("human", human_evidence="name")),
        (bool(entry.text("givenName") and entry.text("sn")), _A_PERSON),
    )
    return next((found for holds, found in checks if holds), Nature("service_account"))


MACHINES = frozenset(
    {
        "computer", "msds-groupmanagedserviceaccount", "msds-managedserviceaccount", "msds-delegatedmanagedserviceaccount",
        "applicationprocess", "device", "applicationentity",
    }
)  # fmt: skip
"""Classes whose entries are never people."""


def notes(entry: Entry) -> dict[str, str]:
    """``name: value`` pairs of description and info, names in lower case."""
    return pairs("\n".join([*entry.texts("description"), *entry.texts("info")]))


def stated_owner(tags: Mapping[str, str]) -> str | None:
    """Whom a description names as owner."""
    value = next((tags[key] for key in ("owner", "contact", "responsible", "team") if key in tags), None)
    if value is None:
        return None
    address = _EMAIL.search(value)
    if address:
        return address[0].lower()
    word = value.strip().lower()
    if word.endswith(" team"):
        return f"team:{word.removesuffix(' team').strip()}"
    return (
        f"team:{word.removeprefix('team ').removeprefix('team:').strip()}"
        if "owner" not in tags or word.startswith("team")
        else word
    )


def environment(entry: Entry, tags: Mapping[str, str]) -> Environment | None:
    """Environment a description or an organisational unit states."""
    words = [tags[key] for key in ("env", "environment", "stage") if key in tags]
    words += [word for ou in _OU.findall(entry.dn.lower()) for word in re.split(r"[^a-z]+", ou)]
    for word in words:
        if word.lower() in _PROD:
            return "prod"
        if word.lower() in _NONPROD:
            return "nonprod"
    return None
