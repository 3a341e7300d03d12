"""Secrets and variables of Actions, Dependabot and Codespaces: names, ages, who gets them; values only of variables. Pure.

Sources: REST "GitHub Actions Secrets", "GitHub Actions Variables", "Dependabot secrets", "Codespaces secrets"; "Using secrets in
GitHub Actions" (the value is never shown again; a secret of an environment comes before one of the repository, which comes
before one of the organisation). A variable's value is shown to everybody with read access and printed into logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keyrack.records import Credential, Placement, Record
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Place, observe, shapes
from keyrack.sdk.ci_names import cloud_of, environment_of
from keyrack.sdk.fields import Raw, text, when

_ISSUERS = {"actions": "github-actions", "dependabot": "github-dependabot", "codespaces": "github-codespaces"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where in GitHub something is kept: an organisation's shelf, a repository's or an environment's."""

    org: str
    store: str = "actions"
    repository: str = ""
    environment: str = ""

    @property
    def scope(self) -> str:
        """Organisation or ``owner/name``."""
        return f"{self.org}/{self.repository}" if self.repository else self.org

    @property
    def level(self) -> str:
        """organization, repository or environment."""
        return "environment" if self.environment else "repository" if self.repository else "organization"

    def path(self, kind: str, name: str) -> str:
        """The place, after GitHub's own settings: ``settings/secrets/actions/X``, ``settings/environments/prod/secrets/X``."""
        if self.environment:
            return f"settings/environments/{self.environment}/{kind}/{name}"
        return f"settings/{kind}/{self.store}/{name}"

    def holder(self, name: str) -> str:
        """Uid of a secret known by name only. A repository's has the name under which its workflows use it."""
        store = "secrets" if self.store == "actions" else self.store
        if not self.repository:
            return credential_uid("github", holder=f"github:{self.org}", name=f"{store}/{name}")
        inside = f"environments/{self.environment}/{store}" if self.environment else store
        return credential_uid("github", holder=f"repo:{self.scope}", name=f"{inside}/{name}")


def secret(raw: Raw, shelf: Shelf, *, consumers: tuple[str, ...] = (), public: bool | None = None) -> Iterator[Record]:
    """A stored secret, once for each pipeline known to get it. ``public``: whether repositories open to everybody get it."""
    name = text(raw, "name")
    if not name:
        return
    cloud, visibility = cloud_of(name), text(raw, "visibility") or ""
    attrs = {
        "referenced": "true",
        "variable": name,
        "cloud": cloud,
        "store": shelf.store,
        "level": shelf.level,
        "visibility": visibility,
        "public_repositories": "" if public is None else "true" if public else "false",
    }
    uid = shelf.holder(name)
    yield Credential(
        uid=uid,
        kind="access_key" if cloud == "aws" else "secret",
        issuer=_ISSUERS[shelf.store],
        name=name,
        created_at=when(raw, "created_at"),
        rotated_at=when(raw, "updated_at"),
        attrs={key: value for key, value in attrs.items() if value},
    )
    for consumer in consumers or (None,):
        path = shelf.path("secrets", name)
        yield Placement(
            uid=row_uid("place", shelf.scope, "ci_variable", path, consumer),
            credential_uid=uid,
            system="ci_variable",
            exposure="sanctioned",
            scope=shelf.scope,
            path=path,
            consumer_uid=consumer,
            seen_at=when(raw, "updated_at"),
            environment=environment_of(shelf.environment) if shelf.environment else None,
            detector="github-secrets",
            attrs={"referenced": "true"},
        )


def variables(raws: list[Raw], shelf: Shelf, fingerprinter: Fingerprinter, *, consumer: str | None = None) -> Iterator[Record]:
    """Credentials that lie readable in a shelf's variables; everything else in them is left alone."""
    values = {name: value for raw in raws if (name := text(raw, "name")) and (value := text(raw, "value"))}
    changed = {name: when(raw, "updated_at") for raw in raws if (name := text(raw, "name"))}
    for name, shape in shapes.environment(values):
        place = Place(
            system="ci_variable",
            exposure="ci",
            scope=shelf.scope,
            path=shelf.path("variables", name),
            consumer_uid=consumer,
            seen_at=changed[name],
            environment=environment_of(shelf.environment or name),
        )
        yield from observe(shape.material(name, "github-variables", variable=name), place, fingerprinter)
