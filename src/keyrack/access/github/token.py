"""The permissions of ``GITHUB_TOKEN`` in a job: defaults, workflow and job ``permissions``, and what takes them down.

Sources (docs.github.com): "Automatic token authentication", "Permissions for the GITHUB_TOKEN" (defaults, forks) and "How the
permissions are calculated for a workflow job"; "Workflow syntax", ``permissions`` (one key set makes all others none;
``read-all``, ``write-all``, ``{}``); "Reuse workflows" (a called workflow cannot raise its caller's); "Dependabot on GitHub
Actions".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from keyrack.access.github.model import LEVELS, Held, enough, plain
from keyrack.access.words import CaseError

Declared = Mapping[str, str] | Literal["read-all", "write-all"] | None
"""A ``permissions`` value; ``None``: the key is absent."""

SCOPES: Final = (
    "actions",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id_token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull_requests",
    "repository_projects",
    "security_events",
    "statuses",
)
_RESTRICTED = {"contents": "read", "packages": "read"}
_NEVER_BY_DEFAULT = frozenset({"id_token", "models"})
_REDUCED = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
_DEPENDABOT = _REDUCED | {"push", "create", "deployment", "deployment_status"}
_READ_ONLY = frozenset({"models"})


@dataclass(frozen=True, slots=True)
class Run:
    """How a job came to run. ``default`` is the repository's (organisation's) workflow permission setting."""

    default: Literal["permissive", "restricted"] = "restricted"
    event: str = "push"
    fork: bool = False
    """The head of the pull request lies in a fork."""
    write_to_forks: bool = False
    """The setting "Send write tokens to workflows from pull requests" (private repositories only)."""
    dependabot: bool = False


def job_token(run: Run, *, workflow: Declared = None, job: Declared = None, caller: Held | None = None) -> Held:
    """The job's token. ``caller`` is the calling job's token, for a called workflow. ``metadata`` can always be read.

    Raises :class:`CaseError` for a level that does not exist.
    """
    declared, source = (job, "job permissions") if job is not None else (workflow, "workflow permissions")
    if declared is not None:
        levels = _declared(declared)
    elif caller is not None:
        levels, source = {name: caller.permissions.get(name, "none") for name in SCOPES}, caller.source
    else:
        levels, source = _default(run), f"{run.default} default"
    if caller is not None:
        levels = {name: _lower(level, caller.permissions.get(name, "none")) for name, level in levels.items()}
    if run.fork and run.event in _REDUCED and not run.write_to_forks:
        levels = {name: _lower(level, "read") for name, level in levels.items()}
        source += ", reduced for a fork"
    return Held({"metadata": "read", **{name: level for name, level in levels.items() if level != "none"}}, source=source)


def _default(run: Run) -> dict[str, str]:
    """Dependabot's runs read only, unless ``permissions`` says otherwise."""
    if run.default == "restricted":
        return dict(_RESTRICTED)
    highest = "read" if run.dependabot and run.event in _DEPENDABOT else "write"
    return {name: highest for name in SCOPES if name not in _NEVER_BY_DEFAULT}


def _declared(declared: Mapping[str, str] | str) -> dict[str, str]:
    if isinstance(declared, str):
        if declared not in {"read-all", "write-all"}:
            raise CaseError(f"permissions: {declared!r} is neither read-all nor write-all")
        level = declared.removesuffix("-all")
        return {name: _lower(level, "read") if name in _READ_ONLY else level for name in SCOPES}
    levels = {plain(name): str(level) for name, level in declared.items()}
    for name, level in levels.items():
        if level not in LEVELS[:3]:
            raise CaseError(f"permissions: {name} is {level!r}, not read, write or none")
    return {name: level for name, level in levels.items() if name != "metadata"}


def _lower(one: str, other: str) -> str:
    return other if enough(one, other) else one
