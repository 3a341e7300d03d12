"""Azure Pipelines: ``azure-pipelines*.yml`` and the usual folders of pipelines and templates.

Facts from learn.microsoft.com/azure/devops/pipelines: "YAML schema", "Define variables", "Service connections",
"Variable groups", "Template types & usage", "Resources in YAML pipelines".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import CodeUse, Pipeline, Scope, SecretUse
from keyrack.providers.repository.ci.naming import environment_of, pin_of
from keyrack.providers.repository.ci.scripts import roles_below
from keyrack.providers.repository.ci.variables import MACRO, literal_blocks, stored_secrets
from keyrack.providers.repository.marked import Node, Path, UnparsableError, dotted
from keyrack.records.identity import Environment

DEFINITION = re.compile(
    r"(?:.*/)?(?:\.?azure-?pipelines?[\w.-]*\.ya?ml|\.?(?:azure-?pipelines?|\.azuredevops|\.vsts|\.pipelines)/.+\.ya?ml)",
    re.IGNORECASE,
)
_ROOT = re.compile(r"(?:.*/)?\.?azure-?pipelines?[^/]*\.ya?ml", re.IGNORECASE)
_CONNECTION = re.compile(
    r"(?:azure|aws|docker|kubernetes|ssh|github|maven|pythonUpload|gcp|google)?(?:Subscription|ResourceManagerConnection|"
    r"ServiceConnection|ServiceEndpoint|Endpoint|SubscriptionEndpoint|RegistryEndpoint|RegistryServiceConnection|Credentials)"
    r"|connectedServiceName\w*|containerRegistry|backendService\w+|environmentServiceName\w*|externalEndpoints?|publishEndpoint|"
    r"customEndpoint|serviceConnection|connectedService|gitHubConnection|SonarQube",
    re.IGNORECASE,
)
"""Task inputs that take a service connection's name (the Tasks reference calls each by its own name)."""
_PLAIN = re.compile(r"[A-Za-z0-9][\w .()/-]{0,200}")
_OWN = frozenset({"System.AccessToken", "SYSTEM_ACCESSTOKEN"})
_OIDC = re.compile(r"SYSTEM_OIDCREQUESTURI|addSpnToEnvironment|idToken\b")


def parse(path: str, root: Node, scope: Scope) -> Pipeline | None:
    """The pipeline of a definition or template; ``None`` for YAML of another kind.

    Raises:
        UnparsableError: ``azure-pipelines.yml`` without a mapping at the top level.
    """
    parts = ("steps", "jobs", "stages", "extends", "trigger", "pr", "resources", "variables", "pool", "schedules")
    if not any(root.get(part).kind != "missing" for part in parts):
        if _ROOT.fullmatch(path) and root.kind != "map":
            raise UnparsableError("malformed", "is not a pipeline: its top level is no mapping")
        return None
    pipeline = Pipeline(type="azure:pipeline", segment="pipeline", name=path, path=path, line=root.line or 1)
    pipeline.triggers = _triggers(root)
    mappings = list(root.mappings())
    environments = {place: found for place, node in mappings if (found := _environment(node)) is not None}

    def environment(place: Path) -> Environment | None:
        return next((environments[place[:n]] for n in range(len(place), 0, -1) if place[:n] in environments), None)

    scalars = list(root.scalars())
    texts = [node.text for _, node in scalars]
    blocks = list(_variable_blocks(mappings))
    own = _OWN | _set_by_script(texts) | {key for path, block in blocks if path[-1] == "variables" for key in block.keys()}  # noqa: SIM118 - a Node
    pipeline.secrets.extend(stored_secrets(root, pattern=MACRO, own=own, environment=environment))
    for place, node in mappings:
        pipeline.secrets.extend(_groups_and_connections(place, node, environment(place)))
    for place, block in blocks:
        pipeline.literals.extend(literal_blocks(block, place, environment(place)))
    pipeline.code.extend(_code(root, mappings, scope))
    pipeline.roles.extend(roles_below(root))
    pipeline.oidc = any(_OIDC.search(text) for text in texts) or any(path[-1:] == ("addSpnToEnvironment",) for path, _ in scalars)
    return pipeline


def _triggers(root: Node) -> tuple[str, ...]:
    found = {name for name in ("pr", "schedules") if root.get(name).kind != "missing" and root.get(name).text != "none"}
    if root.get("trigger").text != "none":
        found.add("push")
    if root.get("resources", "pipelines"):
        found.add("pipeline_completion")
    return tuple(sorted(found))


def _environment(node: Node) -> Environment | None:
    if node.get("deployment").kind == "missing":
        return None
    environment = node.get("environment")
    return environment_of((environment.get("name") if environment.kind == "map" else environment).text)


def _variable_blocks(mappings: list[tuple[Path, Node]]) -> Iterator[tuple[Path, Node]]:
    """``variables`` (mapping, or list of name and value) and ``env`` blocks as mappings."""
    for path, node in mappings:
        for key in ("variables", "env", "inputs"):
            block = node.get(key)
            if block.kind == "map":
                yield (*path, key), block
            elif key == "variables" and block.kind == "list":
                pairs = tuple((item.get("name").text, item.get("value")) for item in block.elements if item.get("name"))
                yield (*path, key), Node("map", block.line, entries=pairs)


def _set_by_script(texts: list[str]) -> set[str]:
    """Variables that scripts set with the ``task.setvariable`` logging command."""
    return {name for text in texts if "task.setvariable" in text for name in re.findall(r"variable=([\w.]+)", text)}


def _groups_and_connections(path: Path, node: Node, environment: Environment | None) -> Iterator[SecretUse]:
    if path[-2:-1] == ("variables",) and node.get("group"):
        group = node.get("group")
        field = dotted((*path, "group"))
        yield SecretUse(name=group.text, line=group.line, field=field, environment=environment, store="azure-variable-groups")
    found = [(key, value) for key, value in node.entries if path[-1:] == ("inputs",) and _CONNECTION.fullmatch(key)]
    if path[-2:-1] in {("repositories",), ("containers",), ("packages",)}:
        found += [(key, node.get(key)) for key in ("endpoint", "connection") if node.get(key)]
    for key, value in found:
        if value.kind == "scalar" and value and _PLAIN.fullmatch(value.text):
            field = dotted((*path, key))
            yield SecretUse(
                name=value.text, line=value.line, field=field, environment=environment, store="azure-service-connections"
            )


def _code(root: Node, mappings: list[tuple[Path, Node]], scope: Scope) -> Iterator[CodeUse]:
    for repository in root.get("resources", "repositories").each():
        name, ref = repository.get("name").text, repository.get("ref").text
        publisher = name.rpartition("/")[0]
        own = repository.get("type").text == "git" or (bool(publisher) and publisher.lower() == scope.owner)
        short = re.sub(r"^refs/(?:heads|tags)/", "", ref)
        yield CodeUse(
            mechanism="ci:uses-action",
            subject=f"azure:templates/{name}",
            relation="same_account" if own else "other_account",
            publisher=publisher,
            ref=ref,
            pin="tag" if ref.startswith("refs/tags/") else pin_of(short) if ref else "branch",
            line=repository.line,
        )
    yield from image_uses(root.get("resources", "containers").each(), scope)
    for path, node in mappings:
        container = node.get("container")
        if container.kind == "map" or ":" in container.text or "/" in container.text:
            yield from image_uses([container] if path[-2:-1] != ("containers",) else [], scope)
        yield from _task(node.get("task"))


def _task(task: Node) -> Iterator[CodeUse]:
    """``Name@1`` is a built-in or installed task; ``publisher.extension.Name@1`` names an extension of the marketplace."""
    name, _, ref = task.text.partition("@")
    if not name or "$" in name:
        return
    publisher = name.partition(".")[0] if "." in name else ""
    yield CodeUse(
        mechanism="ci:uses-action",
        subject=f"azure:task/{name}",
        relation="other_account" if publisher else "service",
        publisher=publisher or "azure-pipelines",
        ref=ref,
        pin=pin_of(ref),
        line=task.line,
    )
