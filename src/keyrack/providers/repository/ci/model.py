"""What every CI system's definition comes down to; parsers fill a :class:`Pipeline`, `mapping.py` turns it into records."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keyrack.records.credential import CredentialKind
from keyrack.records.identity import Environment
from keyrack.records.trust import SubjectKind
from keyrack.records.uids import repository_uid
from keyrack.sdk import Fingerprinter

ISSUER_BY_TYPE: Final = {
    "github:workflow": "github-actions",
    "github:action": "github-actions",
    "gitlab:pipeline": "gitlab-ci",
    "jenkins:pipeline": "jenkins",
    "circleci:pipeline": "circleci",
    "azure:pipeline": "azure-pipelines",
    "bitbucket:pipeline": "bitbucket-pipelines",
}
"""Credential issuer of the secret store behind each pipeline type."""

STORE_BY_TYPE: Final = {
    "github:workflow": "secrets",
    "github:action": "secrets",
    "gitlab:pipeline": "gitlab-variables",
    "jenkins:pipeline": "jenkins-credentials",
    "circleci:pipeline": "circleci-variables",
    "azure:pipeline": "azure-variables",
    "bitbucket:pipeline": "bitbucket-variables",
}
"""Name of that store inside credential uids: the same name in two stores is two secrets."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The repository the definitions belong to; ``owner`` is the part of its name before the last slash."""

    repository: str
    fingerprint: Fingerprinter

    @property
    def owner(self) -> str:
        """Organisation or group, lower case; empty when the repository's name has none."""
        return self.repository.rpartition("/")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """A named secret of the CI system's store, referenced at one place. ``name`` is ``*`` where all are handed over."""

    name: str
    line: int
    field: str
    variable: str = ""
    cloud: str = ""
    kind: CredentialKind = "secret"
    environment: Environment | None = None
    store: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralBlock:
    """Named values written into the definition side by side, where secrets may stand; `mapping.py` decides which are.

    ``values`` maps a variable to its value and line; ``field`` is the path of the block.
    """

    values: Mapping[str, tuple[str, int]] = dataclasses.field(repr=False)
    field: str
    environment: Environment | None = None
    path: str = ""
    throwaway: bool = False
    """Environment of a service container that lives as long as the job: its passwords protect nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """Code or an image from elsewhere that runs with the pipeline's rights."""

    mechanism: str
    subject: str
    relation: SubjectKind
    publisher: str = ""
    ref: str = ""
    pin: str = ""
    secrets: tuple[str, ...] = ()
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUse:
    """An identity of a cloud that the pipeline becomes by federation, named literally in the definition."""

    identity_uid: str
    line: int
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Permissions of the pipeline's own token, of all jobs (``job`` empty) or one."""

    actions: tuple[str, ...]
    line: int
    job: str = ""


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """One definition file as the identity its jobs act as. Parsers append to the lists."""

    type: str
    segment: str
    name: str
    path: str
    line: int = 1
    triggers: tuple[str, ...] = ()
    jobs: int = 0
    permissions: str = ""
    oidc: bool = False
    untrusted_checkout: bool = False
    gated_checkout: bool = False
    """Such a checkout stands in a job or step whose condition keeps pull requests of forks out."""
    legacy_jwt: bool = False
    secrets: list[SecretUse] = dataclasses.field(default_factory=list)
    literals: list[LiteralBlock] = dataclasses.field(default_factory=list)
    code: list[CodeUse] = dataclasses.field(default_factory=list)
    roles: list[RoleUse] = dataclasses.field(default_factory=list)
    grants: list[Permissions] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    """Sentences about parts that could not be read; each becomes a Gap."""

    def uid(self, scope: Scope) -> str:
        """Canonical name, e.g. ``repo:acme/web:workflow/deploy.yml``."""
        return repository_uid(scope.repository, self.segment, self.name)
