"""What every planter of the organisation stands on: people with logins, repositories, and short ways to write truth."""

from __future__ import annotations

from keyrack_estate.company import ORG, ORG_ID, REPO_ID, Person
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import OrgState, RepoState
from keyrack_estate.truth import Anchor, key, native, place
from keyrack_estate.world import World

ONLY_HERE = {"www": "public", "handbook": "internal", "sandbox": "private", "attic-2019": "private"}
"""Repositories that no clone is scanned of, and who sees them."""


class Ground:
    """The organisation while it is made."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("github")
        self.org = OrgState(login=ORG)
        self.values: list[str] = []
        self.borrowed: set[Anchor] = set()
        """Places that the world planted, and that GitHub shows as well."""
        self.beyond: set[Anchor] = set()
        """What is wrong in a cloud because of what GitHub allows: to be seen by whoever sees both."""
        self._number = 100
        self._fine: dict[Anchor, None] = {}

    # people

    def login(self, person: Person) -> str:
        """A person's account."""
        return person.login.replace(".", "-")

    def active(self, number: int) -> str:
        """Account of a colleague."""
        people = self.world.company.active
        return self.login(people[number % len(people)])

    def gone(self, number: int) -> str:
        """Account of somebody who left the company, and the organisation with it."""
        return self.login(self.world.company.gone[number])

    # things

    def number(self) -> int:
        """A new number."""
        self._number += 1
        return self._number

    def stamp(self, days: float | None) -> str | None:
        """A moment as GitHub writes it; ``None``: never."""
        return None if days is None else shapes.stamp(self.world.days_ago(days))

    def repository(self, name: str) -> RepoState:
        """A repository of the organisation."""
        return self.org.repos[name]

    def populate(self) -> None:
        """Members with their addresses, and the company's repositories with their real workflows and owners."""
        owners = {person.email for person in self.world.company.active[:2]}
        for person in self.world.company.active:
            role = "admin" if person.email in owners else "member"
            self.org.members.append({"login": self.login(person), "name": person.name, "saml": person.email, "role": role})
        for number, (name, repo) in enumerate(sorted(self.world.repos.items())):
            files = {path for commit in repo.commits for path, data in commit.files.items() if data is not None}
            workflows = sorted(path.rpartition("/")[2] for path in files if path.startswith(".github/workflows/"))
            owners_file = next((c.files["CODEOWNERS"] for c in reversed(repo.commits) if c.files.get("CODEOWNERS")), b"") or b""
            self.add(name, "private", workflows, owners_file.decode(), 700, number)
        for number, (name, visibility) in enumerate(ONLY_HERE.items(), 20):
            owner = f"* @{ORG}/platform\n" if name in {"www", "attic-2019"} else ""
            workflows = [] if name == "handbook" else ["build.yml"]
            self.add(name, visibility, workflows, owner, 900, number)
        self.org.repos["attic-2019"].archived = True

    def add(self, name: str, visibility: str, workflows: list[str], owners: str, age: float, number: int) -> None:
        """A repository: read-only jobs, an immutable subject, reviews on its default branch."""
        repo = RepoState(name, visibility, workflows=workflows, codeowners=owners)
        repo.created_at = self.stamp(age) or ""
        repo.oidc = {"use_default": True, "sub_claim_prefix": f"repo:{ORG}@{ORG_ID}/{name}@{REPO_ID + number}"}
        repo.rule = {"pattern": "main", "requiresApprovingReviews": True, "isAdminEnforced": True}
        self.org.repos[name] = repo

    def bot(self, login: str, name: str, *, owner: bool = False) -> str:
        """A machine account."""
        self.org.members.append({"login": login, "name": name, "role": "admin" if owner else "member", "two_factor": True})
        return login

    # truth

    def wrong(self, label: str, anchor: Anchor, *also: Anchor, note: str = "") -> None:
        """This is planted wrong."""
        self.world.truth.planted(label, anchor, *also, note=note)

    def right(self, owasp: str, anchor: Anchor, note: str) -> None:
        """This looks wrong, and is right."""
        self.world.truth.decoy(owasp, anchor, note)

    def either(self, owasp: str, anchor: Anchor, note: str) -> None:
        """Competent reviewers differ: a finding here counts neither way."""
        self.world.truth.debatable(owasp, anchor, note)

    def fine(self, *anchors: Anchor) -> None:
        """Nothing else is wrong with these: whatever risk is not planted is a decoy, once all is planted."""
        self._fine.update(dict.fromkeys(anchors))

    def settle(self) -> None:
        """Write the decoys of :meth:`fine`."""
        for anchor in self._fine:
            self.world.truth.fine(anchor, "labelled in full")


def thing(name: str) -> Anchor:
    """Anchor of what stands after the type in a uid: ``web/101`` (deploy key), a slug, a login, a repository."""
    return native("github", name)


def token(number: int) -> Anchor:
    """Anchor of a fine-grained token."""
    return key(f"token/{number}")


def authorised(number: int) -> Anchor:
    """Anchor of a credential authorised for single sign-on."""
    return key(f"credential/{number}")


def secret(repository: str, name: str, *, environment: str = "", kind: str = "secrets", store: str = "actions") -> Anchor:
    """Anchor of a secret or variable by its place in the settings; ``repository`` empty: the organisation's."""
    path = f"settings/environments/{environment}/{kind}/{name}" if environment else f"settings/{kind}/{store}/{name}"
    return place(f"{ORG}/{repository}" if repository else ORG, path)
