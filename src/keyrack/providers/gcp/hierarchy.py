"""Organisation, folders and projects: raw to words, and what labels and descriptions say. Pure.

Cloud Asset gives projects in the shape of Resource Manager v1, the API in that of v3; both are read
(cloud.google.com/resource-manager/reference/rest/v1/projects, .../v3/projects).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from keyrack.providers.gcp.names import Project, Projects
from keyrack.records import Ownership, Resource
from keyrack.records.identity import Environment
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_STATED = re.compile(r"(?i)\b(?:owner|owned by|contact|maintainer|responsible)\b\s*[:=]?\s*$")
_ENVIRONMENTS = frozenset({"env", "environment", "stage", "tier", "environment-type"})
_PROD = frozenset({"prod", "production", "prd", "live"})
_NONPROD = frozenset(
    {"nonprod", "non-prod", "dev", "develop", "development", "test", "testing", "qa", "uat", "stage", "staging", "stg", "sandbox",
     "sbx", "preprod", "demo", "lab"}
)  # fmt: skip
_OWNERS = frozenset({"owner", "owners", "contact", "maintainer", "responsible", "owner-email"})
_TEAMS = frozenset({"team", "squad", "owning-team", "team-name"})


def project(data: Raw, name: str) -> Project | None:
    """A project; ``None`` when its id is missing."""
    identifier = text(data, "projectId")
    if not identifier:
        return None
    number = text(data, "projectNumber") or (text(data, "name") or "").removeprefix("projects/")
    labels = strings(data, "labels")
    kind, key = text(data, "parent", "type"), text(data, "parent", "id")
    parent = f"{kind}s/{key}" if kind and key else text(data, "parent") or ""
    return Project(
        identifier,
        number if number.isdigit() else name.rpartition("/")[2],
        text(data, "displayName") or text(data, "name") or identifier,
        parent,
        text(data, "lifecycleState") or text(data, "state") or "ACTIVE",
        environment(labels),
        labels,
    )


def project_resource(item: Project, above: Sequence[str] = ()) -> Resource:
    """The project as a Resource; ``above`` are its folders and organisation, nearest first."""
    attrs = {"status": item.state, "number": item.number, "parent": item.parent, "above": ",".join(above)}
    return Resource(
        uid=item.uid, type="gcp:project", name=item.id, provider="gcp", scope=item.id, environment=item.environment,
        tags=dict(item.labels), attrs={name: value for name, value in attrs.items() if value},
    )  # fmt: skip


def node(data: Raw, projects: Projects) -> str | None:
    """Remember a folder or organisation; its name (``folders/1``), or ``None`` when it has none."""
    name = text(data, "name")
    if not name:
        return None
    if parent := text(data, "parent"):
        projects.parents[name] = parent
    if name.startswith("organizations/"):
        projects.domain = projects.domain or (text(data, "displayName") or "").lower()
    return name


def strings(data: Raw, *path: str) -> dict[str, str]:
    """A map of texts (labels, annotations); entries of other types are left out."""
    found = part(data, *path)
    return {clean(key): clean(value) for key, value in found.items() if isinstance(value, str)}


def clean(value: str) -> str:
    """Text fit for any writer."""
    return value.encode("utf-8", "replace").decode()


def environment(labels: Mapping[str, str]) -> Environment | None:
    """Environment as a label states it."""
    for key, value in labels.items():
        if key.lower().replace("_", "-") in _ENVIRONMENTS:
            word = value.lower()
            if word in _PROD:
                return "prod"
            if word in _NONPROD:
                return "nonprod"
    return None


def described_owners(uid: str, description: str, place: str) -> Iterator[Ownership]:
    """Owners named in a description, the only place a service account has for them: ``Owner: a.b@example.com``.

    An address after any other word is a mention, not an owner.
    """
    for match in _EMAIL.finditer(description[:4096]):
        if _STATED.search(description[max(0, match.start() - 24) : match.start()]):
            owner = match[0].lower().rstrip(".")
            yield Ownership(
                uid=row_uid("own", uid, owner, "annotation"), identity_uid=uid, owner=owner, evidence="annotation", detail=place,
            )  # fmt: skip


def labelled_owners(uid: str, labels: Mapping[str, str], place: str) -> Iterator[Ownership]:
    """Owners and teams named by labels. Label values hold no ``@``: companies write ``ada_lovelace`` or a team's name."""
    for key, value in labels.items():
        word = key.lower().replace("_", "-")
        if value and (word in _OWNERS or word in _TEAMS):
            owner = f"team:{value.lower()}" if word in _TEAMS else value.lower()
            yield Ownership(
                uid=row_uid("own", uid, owner, "tag", place), identity_uid=uid, owner=owner, evidence="tag",
                detail=f"label {key} of {place}",
            )  # fmt: skip
