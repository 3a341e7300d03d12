"""One scan of one organisation: the connection, the wishes of the person who scans, and what later steps need of earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from keyrack.records import Gap, Ownership
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw
from keyrack.sdk.web import Call, Web

SINCE_IMMUTABLE = datetime.fromisoformat("2026-07-15T00:00:00+00:00")
"""Repositories made or renamed after this day have ids in their OIDC subject by default (github.blog changelog, 2026-04-23)."""


@dataclass(frozen=True, slots=True)
class Repo:
    """What one repository is asked about further: how many keys and environments it has, which workflow files."""

    name: str
    uid: str
    visibility: str = "private"
    archived: bool = False
    branch: str = ""
    workflows: tuple[str, ...] = ()
    keys: int = 0
    environments: int = 0
    protected: str = "unknown"
    created_at: datetime | None = None
    owners: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether Actions has work here: workflow files, or environments that only workflows use."""
        return bool(self.workflows or self.environments) and not self.archived


@dataclass(slots=True)
class Scan:
    """What every collector gets. ``emails`` maps a login to an address of the organisation's verified domains or its SSO.

    ``members`` holds the logins of members and outside collaborators; ``None`` until both lists were read whole.
    ``subject`` is the organisation's OIDC template, ``token`` its default of the workflow token (read, write).
    """

    web: Web
    org: str
    ctx: Context
    options: Mapping[str, str]
    emails: dict[str, str] = field(default_factory=dict)
    members: set[str] | None = None
    repos: list[Repo] = field(default_factory=list)
    properties: dict[str, dict[str, str]] = field(default_factory=dict)
    token: str = ""
    subject: Raw = field(default_factory=dict)

    def listing(self, call: Call) -> Iterator[Raw | Gap]:
        """Objects of a listing; what failed comes as a Gap."""
        yield from self.web.items(call)

    def uid(self, kind: str, name: str) -> str:
        """``github:<org>:<kind>/<name>``."""
        return f"github:{self.org}:{kind}/{name}"

    def path(self, *parts: str) -> str:
        """A path below ``/repos/<org>`` with its parts percent-encoded."""
        return "/".join(("repos", quote(self.org, safe=""), *(quote(part, safe="") for part in parts)))

    def asked(self) -> list[Repo]:
        """Repositories that are asked one by one (option ``repositories``): all, those where Actions has work, or none."""
        wish = self.options.get("repositories", "") or "active"
        if wish == "none":
            return []
        return [repo for repo in self.repos if not repo.archived and (wish == "all" or repo.runs)]

    def address(self, login: str) -> str:
        """The address behind a login, or the login itself where nobody tells."""
        return self.emails.get(login.lower(), login.lower())

    def left(self, login: str | None) -> bool | None:
        """Whether somebody of that login is no longer in the organisation; ``None``: not known."""
        if not login or self.members is None:
            return None
        return login.lower() not in self.members

    def owned(self, identity: str, owners: tuple[str, ...], evidence: OwnerEvidence, detail: str) -> Iterator[Ownership]:
        """Ownership evidence, one record for each owner."""
        for owner in owners:
            yield Ownership(
                uid=row_uid("own", identity, owner, evidence),
                identity_uid=identity,
                owner=owner,
                evidence=evidence,
                detail=detail,
            )


def wants(options: Mapping[str, str], option: str) -> bool:
    """Whether a switch is on."""
    return options.get(option, "").lower() in {"1", "true", "yes", "on"}
