"""GitLab CI: ``.gitlab-ci.yml`` with the files it includes from the same repository.

Facts from docs.gitlab.com: "CI/CD YAML syntax reference", "Use CI/CD configuration from other files", "Predefined CI/CD
variables reference", "OpenID Connect (OIDC) authentication using ID tokens" (``CI_JOB_JWT*`` were removed in 17.0).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import CodeUse, Pipeline, Scope, SecretUse
from keyrack.providers.repository.ci.naming import environment_of, pin_of
from keyrack.providers.repository.ci.scripts import roles_below
from keyrack.providers.repository.ci.variables import SHELL, assigned, literal_blocks, stored_secrets
from keyrack.providers.repository.marked import Node, Path, UnparsableError, dotted
from keyrack.records.identity import Environment
from keyrack.records.trust import SubjectKind

DEFINITION = re.compile(r"(?:.*/)?(?:[^/]+)?\.gitlab-ci\.ya?ml")
GLOBAL = frozenset({"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache", "pages"})
MAX_INCLUDED = 200

_PREDEFINED = frozenset({
    "CI_JOB_TOKEN", "CI_BUILD_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD",
    "CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2", "CI_RUNNER_SHORT_TOKEN", "CI_SERVER_TLS_KEY_FILE", "GITLAB_USER_LOGIN",
})  # fmt: skip
_LEGACY_JWT = re.compile(r"\$\{?CI_JOB_JWT(?:_V[12])?\b")
_SOURCE = re.compile(r"CI_PIPELINE_SOURCE\s*==\s*[\"'](\w{1,40})[\"']")
_MERGE_REQUEST = re.compile(r"\$CI_MERGE_REQUEST_(?:ID|IID)\b")

_ONLY = {
    "merge_requests": "merge_request_event",
    "external_pull_requests": "external_pull_request_event",
    "schedules": "schedule",
    "triggers": "trigger",
    "pushes": "push",
    "branches": "push",
    "tags": "push",
    "web": "web",
    "api": "api",
}
"""Keywords of ``only:`` as the values of CI_PIPELINE_SOURCE."""

Load = Callable[[str], Node | None]


def parse(path: str, root: Node, scope: Scope, load: Load, files: Callable[[], list[str]]) -> tuple[Pipeline, set[str]]:
    """The pipeline a definition starts, and the paths of the files it includes.

    Args:
        path: path of the definition.
        root: its document.
        scope: the repository.
        load: document of another file; ``None`` when it is absent or unreadable.
        files: all paths, for includes with wildcards.

    Raises:
        UnparsableError: no mapping at the top level.
    """
    if root.kind != "map":
        raise UnparsableError("malformed", "is not a pipeline: its top level is no mapping")
    pipeline = Pipeline(type="gitlab:pipeline", segment="pipeline", name=path, path=path, line=root.line or 1)
    documents = {path: root}
    pending = [root]
    while pending and len(documents) < MAX_INCLUDED:
        for include in _includes(pending.pop()):
            for name in _local_files(include, files):
                if name in documents:
                    continue
                document = load(name)
                if document is None:
                    pipeline.problems.append(f"includes {name}, which is missing or unreadable")
                else:
                    documents[name] = document
                    pending.append(document)
    _read(pipeline, documents, scope)
    return pipeline, documents.keys() - {path}


def _read(pipeline: Pipeline, documents: dict[str, Node], scope: Scope) -> None:
    scripts = [node.text for root in documents.values() for _, node in root.scalars()]
    own = _own_variables(documents) | assigned(scripts) | _PREDEFINED
    services = any(path[-1:] == ("services",) or "services" in path for root in documents.values() for path, _ in root.scalars())
    triggers = {source for text in scripts for source in _SOURCE.findall(text)}
    if any(_MERGE_REQUEST.search(text) for text in scripts):
        triggers.add("merge_request_event")
    for file, root in documents.items():
        triggers |= _only(root)
        _document(pipeline, file, root, scope, own, services=services)
    pipeline.triggers = tuple(sorted(triggers)) or ("push",)
    if any(_LEGACY_JWT.search(text) for text in scripts):
        pipeline.oidc = pipeline.legacy_jwt = True


def _document(pipeline: Pipeline, file: str, root: Node, scope: Scope, own: set[str], *, services: bool) -> None:
    place = "" if file == pipeline.path else file
    environments = {job: _environment(node) for job, node in root.entries if job not in GLOBAL}

    def environment(path: Path) -> Environment | None:
        return environments.get(path[0]) if path else None

    for use in stored_secrets(root, pattern=SHELL, own=own, environment=environment):
        pipeline.secrets.append(_at(use, place))
    blocks: list[tuple[Path, Node]] = [((), root), (("default",), root.get("default"))]
    blocks += [((job,), node) for job, node in root.entries if job not in GLOBAL and node.kind == "map"]
    for path, node in blocks:
        pipeline.literals.extend(
            literal_blocks(node.get("variables"), (*path, "variables"), environment(path), services=services, file=place)
        )
        pipeline.code.extend(image_uses([node.get("image"), *node.get("services").each()], scope, file=place))
        pipeline.secrets.extend(_external(node, path, environment(path), place))
        pipeline.oidc = pipeline.oidc or bool(node.get("id_tokens"))
    pipeline.code.extend(_included_code(root, scope, place))
    pipeline.roles.extend(roles_below(root, place))


def _at(use: SecretUse, place: str) -> SecretUse:
    return dataclasses.replace(use, path=place) if place else use


def _own_variables(documents: dict[str, Node]) -> set[str]:
    """Variables set by the files themselves, and the names of their ID tokens and external secrets."""
    own: set[str] = set()
    for root in documents.values():
        for node in (root, *(value for _, value in root.entries)):
            for block in ("variables", "id_tokens", "secrets"):
                own.update(node.get(block).keys())
    return own


def _environment(job: Node) -> Environment | None:
    environment = job.get("environment")
    if environment.kind == "map":
        return environment_of(environment.get("deployment_tier").text) or environment_of(environment.get("name").text)
    return environment_of(environment.text)


def _external(job: Node, path: Path, environment: Environment | None, place: str) -> Iterator[SecretUse]:
    """``secrets:`` fetched from Vault, Azure Key Vault, Google or AWS Secrets Manager at run time: named by variable."""
    for name, node in job.get("secrets").entries:
        field = dotted((*path, "secrets", name))
        yield SecretUse(name=name, line=node.line, field=field, environment=environment, store="external-secrets", path=place)


def _only(root: Node) -> set[str]:
    found: set[str] = set()
    for _, job in root.entries:
        only = job.get("only")
        refs = only.get("refs") if only.kind == "map" else only
        found.update(_ONLY[text] for text in refs.texts() if text in _ONLY)
    return found


def _includes(root: Node) -> Iterator[Node]:
    """Entries of ``include:``, also those that start child pipelines, which act with the same rights."""
    yield from root.get("include").each()
    for _, job in root.entries:
        yield from job.get("trigger", "include").each()


def _local_files(include: Node, files: Callable[[], list[str]]) -> list[str]:
    local = include.text if include.kind == "scalar" else include.get("local").text
    if not local or "://" in local or "$" in local:
        return []
    name = local.lstrip("/")
    if "*" in name:
        return [path for path in files() if fnmatchcase(path, name) and path.endswith((".yml", ".yaml"))][:MAX_INCLUDED]
    return [name]


def _included_code(root: Node, scope: Scope, place: str) -> Iterator[CodeUse]:
    """Configuration taken from other projects, URLs, components and GitLab's own templates."""
    for include in _includes(root):
        url = include.text if include.kind == "scalar" and "://" in include.text else include.get("remote").text
        project, component, template = (include.get(key).text for key in ("project", "component", "template"))
        if url:
            netloc, slash, rest = url.partition("://")[2].partition("?")[0].partition("/")
            host = netloc.rpartition("@")[2]  # never the userinfo
            address = f"{host}{slash}{rest}"
            pin = "sha" if include.get("integrity") else "none"
            yield _code(f"gitlab:remote/{address}", "other_account", host, "", pin, include, place)
        elif project and "$" not in project:
            ref = include.get("ref").text
            yield _code(f"gitlab:project/{project}", *_whose(project, scope), ref, pin_of(ref), include, place)
        elif component:
            name, _, ref = component.partition("@")
            _, _, inside = name.partition("/")
            yield _code(f"gitlab:component/{name}", *_whose(inside, scope), ref, pin_of(ref), include, place)
        elif template:
            yield _code(f"gitlab:template/{template}", "service", "gitlab", "", "", include, place)


def _whose(project: str, scope: Scope) -> tuple[SubjectKind, str]:
    publisher = project.rpartition("/")[0]
    top = scope.owner.partition("/")[0]
    own = bool(top) and publisher.lower().partition("/")[0] == top
    return "same_account" if own else "other_account", publisher


def _code(subject: str, relation: SubjectKind, publisher: str, ref: str, pin: str, node: Node, place: str) -> CodeUse:
    return CodeUse(
        mechanism="ci:uses-action",
        subject=subject,
        relation=relation,
        publisher=publisher,
        ref=ref,
        pin=pin,
        line=node.line,
        path=place,
    )
