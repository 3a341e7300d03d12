"""Names of Google Cloud as uids: accounts, members of policies, projects and resources. Pure and total.

Source: "Principal identifiers" (cloud.google.com/iam/docs/principal-identifiers), "Types of service accounts" and
"Service agents" (cloud.google.com/iam/docs/service-account-types, .../service-agents), "Full resource names"
(cloud.google.com/iam/docs/full-resource-names).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from keyrack.records.identity import Environment

MemberKind = Literal["account", "user", "group", "domain", "basic", "workload", "principal", "set", "anyone", "other"]

_AGENT = re.compile(
    r"service-\d+@(?:gcp-sa-[a-z0-9-]+|[a-z0-9-]+)\.iam\.gserviceaccount\.com|(?:service-)?[\w-]+@cloudservices\.gserviceaccount\.com"
    r"|service-(?:\d+|org-\d+|folder-\d+)@[a-z0-9.-]+\.gserviceaccount\.com|\d+@cloudbuild\.gserviceaccount\.com"
    r"|[a-z0-9-]+@system\.gserviceaccount\.com|[a-z0-9-]+@google\.com\.iam\.gserviceaccount\.com"
)
_WORKLOAD = re.compile(r"([a-z0-9.:-]+\.svc\.id\.goog)\[([^/\]]+)/([^\]]+)\]")
_POOL = re.compile(r"//iam\.googleapis\.com/(projects/([^/]+)/locations/global/workloadIdentityPools/([^/]+))(?:/(.+))?")
_USER_DOMAIN = ".iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a policy, taken apart.

    Attributes:
        name: address of an account, user or group; the pool's path for ``principal`` and ``set``; ``ns/name`` for ``workload``.
        pool: full name of a workload identity pool, or ``PROJECT.svc.id.goog``.
        rest: what stands after the pool: ``subject/S``, ``attribute.A/V``, ``group/G`` or ``*``.
        deleted: the principal is gone and only its name is left.
    """

    kind: MemberKind
    name: str
    text: str
    pool: str = ""
    rest: str = ""
    deleted: bool = False

    @property
    def uid(self) -> str | None:
        """Uid of the identity it stands for; ``None`` when it stands for many, or for none of ours."""
        if self.kind == "account":
            return account_uid(self.name)
        if self.kind == "user":
            return f"gcp:user/{self.name}"
        if self.kind in {"principal", "set"}:
            return f"gcp:principal/{self.name}"
        return f"gcp:principal/{self.pool}/{self.name}" if self.kind == "workload" else None


def account_uid(email: str) -> str:
    """Uid of a service account."""
    return f"gcp:sa/{email.lower()}"


def member(text: str) -> Member:
    """Take a member of an allow policy (or a deny policy's principal) apart; what nobody knows is ``other``."""
    deleted = text.startswith("deleted:")
    plain = text.removeprefix("deleted:")
    if deleted:
        plain = plain.partition("?uid=")[0]
    if plain in {"allUsers", "allAuthenticatedUsers", "principalSet://goog/public:all"}:
        return Member("anyone", plain, text)
    kind, _, rest = plain.partition(":")
    if kind == "serviceAccount":
        match = _WORKLOAD.fullmatch(rest)
        if match:
            return Member("workload", f"{match[2]}/{match[3]}", text, match[1], f"subject/ns/{match[2]}/sa/{match[3]}")
        return Member("account", rest.lower(), text, deleted=deleted)
    if kind in {"user", "group", "domain"}:
        return Member(_PLAIN[kind], rest.lower(), text, deleted=deleted)
    if kind in {"projectOwner", "projectEditor", "projectViewer"}:
        return Member("basic", rest, text)
    return _federated(kind, rest, text, deleted=deleted)


_PLAIN: Mapping[str, MemberKind] = {"user": "user", "group": "group", "domain": "domain"}


def _federated(kind: str, rest: str, text: str, *, deleted: bool) -> Member:
    match = _POOL.fullmatch(rest) if kind in {"principal", "principalSet"} else None
    if match is None or not match[4]:
        return Member("other", rest, text, deleted=deleted)
    pool = f"//iam.googleapis.com/{match[1]}"
    return Member("principal" if kind == "principal" else "set", rest[2:], text, pool, match[4], deleted)


def agent(email: str) -> bool:
    """Whether Google itself made and runs this account (a service agent)."""
    return _AGENT.fullmatch(email) is not None


def default_account(email: str) -> str | None:
    """``compute`` or ``appengine`` for the accounts Google makes in every project and attaches where nobody chooses."""
    if re.fullmatch(r"\d+-compute@developer\.gserviceaccount\.com", email):
        return "compute"
    return "appengine" if email.endswith("@appspot.gserviceaccount.com") else None


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the hierarchy tells it. ``parent`` is the node above: ``folders/1`` or ``organizations/2``."""

    id: str
    number: str
    name: str
    parent: str = ""
    state: str = "ACTIVE"
    environment: Environment | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        """Uid of its Resource."""
        return f"gcp:project/{self.id}"


@dataclass(slots=True)
class Projects:
    """Projects known, by id and by number: Google writes now this, now that."""

    home: str
    known: dict[str, Project] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    whole: bool = False
    """Every project of the organisation is known, so that an account of any other is a stranger's."""

    def add(self, project: Project) -> None:
        """Remember a project."""
        self.known[project.id] = project
        if project.number:
            self.known[project.number] = project

    def all(self) -> list[Project]:
        """Each project once, by id."""
        return [project for key, project in sorted(self.known.items()) if key == project.id]

    def id(self, key: str) -> str:
        """The id of a project named by id or number; the name itself when the project is not known."""
        project = self.known.get(key)
        return project.id if project else key

    def of_account(self, email: str) -> str:
        """The project a service account lives in, as far as its address tells; empty when it does not."""
        if default_account(email) == "compute":
            return self.id(email.partition("-")[0])
        local, _, host = email.partition("@")
        if host == "appspot.gserviceaccount.com":
            return local
        if not host.endswith(_USER_DOMAIN) or agent(email):
            return ""
        name = host.removesuffix(_USER_DOMAIN)
        first, dot, rest = name.partition(".")
        return f"{rest}:{first}" if dot else name

    def above(self, node: str) -> list[str]:
        """A node and those above it: ``projects/p``, ``folders/1``, ``organizations/2``."""
        kind, _, key = node.partition("/")
        found = [f"projects/{self.id(key)}" if kind == "projects" else node]
        project = self.known.get(key) if kind == "projects" else None
        current = project.parent if project else self.parents.get(node, "")
        while current and current not in found and len(found) < 20:
            found.append(current)
            current = self.parents.get(current, "")
        return found


def node_of(resource: str) -> str | None:
    """``projects/p``, ``folders/1`` or ``organizations/2`` of a full resource name that is a node of the hierarchy."""
    match = re.fullmatch(r"//cloudresourcemanager\.googleapis\.com/((?:projects|folders|organizations)/[^/]+)", resource)
    return match[1] if match else None


def project_of(resource: str) -> str:
    """The project (id or number) in a full resource name or path; empty when there is none."""
    match = re.search(r"(?:^|/)projects/([^/]+)", resource)
    return match[1] if match else ""


def last(name: str) -> str:
    """What stands after the last slash."""
    return name.rpartition("/")[2]
