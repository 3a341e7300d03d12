"""Repositories and the identity their workflows run as. Pure.

Sources: GraphQL reference, objects ``Repository``, ``BranchProtectionRule``, ``RepositoryRuleset``; "About code owners" (the
first of ``.github/``, the root and ``docs/`` counts; the last pattern that fits a file wins); "Automatic token authentication".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.github.apps import grant
from keyrack.providers.github.scan import Repo
from keyrack.records import Identity, Record, Resource
from keyrack.records.identity import Environment
from keyrack.sdk.fields import Raw, number, part, rows, text, texts, when

_OWNER_PROPERTIES = re.compile(r"(?i)(?:^|[_-])(?:owner|team|squad|maintainer)s?(?:$|[_-])")
_ENVIRONMENT_PROPERTIES = frozenset({"environment", "env", "stage", "lifecycle"})
_PROD = re.compile(r"(?i)prod(uction)?|prd|live")
_NONPROD = re.compile(r"(?i)(non-?prod|dev|development|test|testing|staging|stage|stg|qa|uat|sandbox|experimental|lab)")
WRITES = (
    "actions:write",
    "attestations:write",
    "checks:write",
    "contents:write",
    "deployments:write",
    "discussions:write",
    "issues:write",
    "packages:write",
    "pages:write",
    "pull_requests:write",
    "security_events:write",
    "statuses:write",
)
READS = ("contents:read", "packages:read")
"""What the permissive and the restricted default give a job that declares no permissions."""


def repo(raw: Raw, org: str, emails: dict[str, str]) -> Repo | None:
    """The facts later steps need; ``None`` for a node without a name."""
    name = text(raw, "name")
    if not name:
        return None
    files = tuple(
        file for entry in rows(raw, "workflows", "entries")
        if text(entry, "type") == "blob" and (file := text(entry, "name")) and file.endswith((".yml", ".yaml"))
    )  # fmt: skip
    branch = text(raw, "defaultBranchRef", "name") or ""
    return Repo(
        name=name,
        uid=f"github:{org}:repo/{name}",
        visibility=(text(raw, "visibility") or "private").lower(),
        archived=raw.get("isArchived") is True,
        branch=branch,
        workflows=files,
        keys=number(raw, "deployKeys", "totalCount") or 0,
        environments=number(raw, "environments", "totalCount") or 0,
        protected=_protected(raw, branch),
        created_at=when(raw, "createdAt"),
        owners=_codeowners(raw, emails),
    )


def resource(found: Repo, org: str, properties: dict[str, str]) -> Resource:
    """The repository."""
    attrs = {
        "visibility": found.visibility,
        "archived": "true" if found.archived else "false",
        "branch": found.branch,
        "protected": found.protected,
        "workflows": str(len(found.workflows)),
    }
    return Resource(
        uid=found.uid,
        type="github:repository",
        name=found.name,
        provider="github",
        scope=org,
        environment=stated(properties),
        tags=properties,
        attrs={name: value for name, value in attrs.items() if value},
    )


def stated(properties: dict[str, str]) -> Environment | None:
    """Environment that a custom property of the repository states in a word of its own."""
    value = next((value for name, value in sorted(properties.items()) if name.lower() in _ENVIRONMENT_PROPERTIES), "")
    return "nonprod" if _NONPROD.fullmatch(value) else "prod" if _PROD.fullmatch(value) else None


def property_owners(properties: dict[str, str], emails: dict[str, str]) -> tuple[str, ...]:
    """Owners that custom properties name: ``team:<name>``, or an address."""
    named = [value.strip() for name, value in sorted(properties.items()) if _OWNER_PROPERTIES.search(name) and value.strip()]
    return tuple(
        dict.fromkeys(owner if "@" in (owner := _owner(value, emails)) or ":" in owner else f"team:{owner}" for value in named)
    )


def pipeline(found: Repo, org: str, default: str, attrs: dict[str, str]) -> Iterator[Record]:
    """Actions of a repository: whom GitHub's own job token and OIDC token stand for. ``default``: its level (read, write)."""
    uid = f"github:{org}:actions/{found.name}"
    known = {"repository": found.name, "jobs": "", "token_default": default, "visibility": found.visibility, **attrs}
    yield Identity(
        uid=uid,
        kind="cicd",
        type="github:actions",
        name=f"Actions of {org}/{found.name}",
        provider="github",
        scope=f"{org}/{found.name}",
        created_at=found.created_at,
        attrs={name: value for name, value in known.items() if value},
    )
    if default in {"read", "write"}:
        yield grant(uid, org, list(WRITES if default == "write" else READS), f"{org}/{found.name}", "default workflow token")


def _protected(raw: Raw, branch: str) -> str:
    """How the default branch is kept: ``reviews`` (changes need a review), ``rule``, ``none``, or unknown."""
    if "branchProtectionRules" not in raw or raw.get("branchProtectionRules") is None:
        return "unknown"
    rule = part(raw, "defaultBranchRef", "branchProtectionRule")
    if rule.get("requiresApprovingReviews") is True:
        return "reviews"
    kinds = {
        kind for ruleset in rows(raw, "rulesets", "nodes") if _covers(ruleset, branch)
        for item in rows(ruleset, "rules", "nodes") if (kind := text(item, "type"))
    }  # fmt: skip
    if "PULL_REQUEST" in kinds:
        return "reviews"
    return "rule" if rule or kinds or (number(raw, "branchProtectionRules", "totalCount") or 0) > 0 else "none"


def _covers(ruleset: Raw, branch: str) -> bool:
    if text(ruleset, "enforcement") != "ACTIVE" or text(ruleset, "target") != "BRANCH":
        return False
    names = {"~ALL", "~DEFAULT_BRANCH", f"refs/heads/{branch}"}
    where = part(ruleset, "conditions", "refName")
    return bool(names & set(texts(where, "include"))) and not names & set(texts(where, "exclude"))


def _codeowners(raw: Raw, emails: dict[str, str]) -> tuple[str, ...]:
    """Owners of everything (`*`) by the CODEOWNERS file that counts; those who own a part of the files own no pipeline."""
    files = (text(raw, name, "text") for name in ("owners", "ownersAtRoot", "ownersInDocs"))
    found: tuple[str, ...] = ()
    for line in (next((file for file in files if file), "")).splitlines()[:2000]:
        words = line.partition("#")[0].split()
        if len(words) > 1 and words[0] in {"*", "/**", "**"}:
            found = tuple(_owner(word, emails) for word in words[1:9] if "@" in word)
    return found


def _owner(word: str, emails: dict[str, str]) -> str:
    """``@org/team`` as ``team:<team>``, ``@login`` as the address behind it, an address as it is."""
    bare = word.lower()
    if bare.startswith("@"):
        bare = bare[1:]
        return f"team:{bare.rpartition('/')[2]}" if "/" in bare else emails.get(bare, bare)
    return bare
