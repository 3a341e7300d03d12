"""GitHub Actions: workflows, reusable workflows and composite actions.

Facts from docs.github.com: "Workflow syntax for GitHub Actions", "Metadata syntax for GitHub Actions", "Contexts",
"Automatic token authentication" (a job without ``permissions`` gets the repository's default), "Reusing workflows".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from keyrack.providers.repository.ci.github_steps import code_of_job, keeps_forks_out, roles_of_step, untrusted_step
from keyrack.providers.repository.ci.github_values import EVERY, TOKEN, Values, secret_names
from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import Permissions, Pipeline, Scope, SecretUse
from keyrack.providers.repository.ci.naming import cloud_of, environment_of
from keyrack.providers.repository.ci.variables import literal_blocks
from keyrack.providers.repository.marked import Node, Path, UnparsableError, dotted
from keyrack.records.identity import Environment

WORKFLOW = re.compile(r"(?:.*/)?\.github/workflows/[^/]+\.ya?ml")
DEFINITION = re.compile(r"(?:.*/)?(?:\.github/workflows/[^/]+|action)\.ya?ml")
PRIVILEGED = frozenset({"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion_comment"})
"""Triggers that an outsider can set off and that still get secrets and a writing token."""


def parse(path: str, root: Node, scope: Scope) -> Pipeline | None:
    """A workflow or a composite action; ``None`` for an ``action.yml`` that is neither (another tool's file).

    Raises:
        UnparsableError: a workflow that is no mapping.
    """
    if WORKFLOW.fullmatch(path):
        return _workflow(path, root, scope)
    return _action(path, root, scope) if root.get("runs", "using") else None


def _workflow(path: str, root: Node, scope: Scope) -> Pipeline:
    if root.kind != "map":
        raise UnparsableError("malformed", "is not a workflow: its top level is no mapping")
    name = path.partition(".github/workflows/")
    pipeline = Pipeline(type="github:workflow", segment="workflow", name=name[0] + name[2], path=path, line=root.line or 1)
    pipeline.triggers = tuple(root.get("on").texts())
    pipeline.jobs = len(root.get("jobs").entries)
    _permissions(pipeline, root)
    passed = {key.upper() for key in root.get("on", "workflow_call", "secrets").texts()}
    environments = {job: _environment(node) for job, node in root.get("jobs").entries}
    _secrets(pipeline, root, environments, passed)
    _literal_block(pipeline, root.get("env"), ("env",), None)
    for job, node in root.get("jobs").entries:
        _job(pipeline, job, node, Values(root.get("env"), node), scope, environments[job])
    return pipeline


def _action(path: str, root: Node, scope: Scope) -> Pipeline:
    """A composite or container action: it acts with its caller's rights, and hands them on to what it uses."""
    folder = str(PurePosixPath(path).parent)
    pipeline = Pipeline(type="github:action", segment="action", name=folder if folder != "." else "action", path=path)
    pipeline.line = root.line or 1
    runs = root.get("runs")
    pipeline.triggers = ("uses",)
    _literal_block(pipeline, runs.get("env"), ("runs", "env"), None)
    pipeline.code.extend(code_of_job(runs, scope, ()))
    if runs.get("image").text.startswith("docker://"):
        pipeline.code.extend(image_uses([runs.get("image")], scope))
    values = Values(Node("missing"), runs)
    for index, step in enumerate(runs.get("steps").each()):
        place = ("runs", "steps", str(index))
        _literal_block(pipeline, step.get("env"), (*place, "env"), None)
        _step(pipeline, step, place, values, None)
    return pipeline


def _job(pipeline: Pipeline, job: str, node: Node, values: Values, scope: Scope, environment: Environment | None) -> None:
    prefix, services = ("jobs", job), bool(node.get("services"))
    _literal_block(pipeline, node.get("env"), (*prefix, "env"), environment, services=services)
    _literal_block(pipeline, node.get("container", "env"), (*prefix, "container", "env"), environment, services=services)
    _literal_block(pipeline, node.get("container", "credentials"), (*prefix, "container", "credentials"), environment)
    for service, body in node.get("services").entries:
        _literal_block(pipeline, body.get("env"), (*prefix, "services", service, "env"), environment, throwaway=True)
    inherited = tuple(sorted(values.shared_secrets()))
    pipeline.code.extend(code_of_job(node, scope, inherited))
    if node.get("secrets").text == "inherit":
        line = node.get("secrets").line
        use = SecretUse(name=EVERY, line=line, field=dotted((*prefix, "secrets")), environment=environment)
        pipeline.secrets.append(use)
    for index, step in enumerate(node.get("steps").each()):
        place = (*prefix, "steps", str(index))
        _literal_block(pipeline, step.get("env"), (*place, "env"), environment, services=services)
        _step(pipeline, step, place, values, environment)
        _untrusted(pipeline, node, step)


def _step(pipeline: Pipeline, step: Node, prefix: Path, values: Values, environment: Environment | None) -> None:
    _literal_block(pipeline, step.get("with"), (*prefix, "with"), environment)
    pipeline.roles.extend(roles_of_step(step, values))


def _untrusted(pipeline: Pipeline, job: Node, step: Node) -> None:
    """A step of a privileged workflow that fetches the pull request; one that forks cannot reach is told apart."""
    if not PRIVILEGED.intersection(pipeline.triggers) or not untrusted_step(step):
        return
    if keeps_forks_out(job) or keeps_forks_out(step):
        pipeline.gated_checkout = True
    else:
        pipeline.untrusted_checkout = True


def _environment(job: Node) -> Environment | None:
    environment = job.get("environment")
    return environment_of((environment.get("name") if environment.kind == "map" else environment).text)


def _secrets(pipeline: Pipeline, root: Node, environments: dict[str, Environment | None], passed: set[str]) -> None:
    """Named secrets anywhere in the file, except those a caller passes in: the caller's file shows where they come from."""
    for path, node in root.scalars():
        if path[0] == "on":
            continue
        environment = environments.get(path[1]) if path[0] == "jobs" and len(path) > 1 else None
        for name in secret_names(node.text, condition=path[-1] == "if"):
            if name == TOKEN or name in passed:
                continue
            cloud = cloud_of(name) or _cloud_of_place(path)
            use = SecretUse(name=name, line=node.line, field=dotted(path), cloud=cloud, environment=environment)
            pipeline.secrets.append(use)


def _cloud_of_place(path: Path) -> str:
    """Cloud by the variable or action input a secret is put into (``aws-secret-access-key``, ``credentials_json``)."""
    if len(path) < 2 or path[-2] not in {"env", "with", "secrets"}:
        return ""
    known = {"credentials_json": "gcp", "service_account_key": "gcp", "creds": "azure"}
    return known.get(path[-1], "") if path[-2] == "with" and path[-1] in known else cloud_of(path[-1])


def _literal_block(
    pipeline: Pipeline,
    block: Node,
    path: Path,
    environment: Environment | None,
    *,
    services: bool = False,
    throwaway: bool = False,
) -> None:
    for found in literal_blocks(block, path, environment, services=services):
        pipeline.literals.append(replace(found, throwaway=True) if throwaway else found)


def _permissions(pipeline: Pipeline, root: Node) -> None:
    """Token permissions: those of the workflow, and of each job that states its own."""
    whole = root.get("permissions")
    stated = [(job, node.get("permissions")) for job, node in root.get("jobs").entries]
    own = [(job, node) for job, node in stated if node.kind != "missing"]
    if whole.kind != "missing":
        pipeline.grants.append(Permissions(actions=_actions(whole), line=whole.line))
        pipeline.permissions = _permissions_text(whole)
    elif own and len(own) == len(stated):
        merged = sorted({pair for _, node in own for pair in _permissions_text(node).split(",")} - {"none"})
        pipeline.permissions = ",".join(merged) or "none"
    else:
        pipeline.permissions = "default"
    pipeline.grants.extend(Permissions(actions=_actions(node), line=node.line, job=job) for job, node in own)
    inherits = len(own) < len(stated) or not stated
    effective = [node for _, node in own] + ([whole] if inherits else [])
    pipeline.oidc = any(bool({"id-token:write", "*:write"}.intersection(_actions(node))) for node in effective)


def _actions(node: Node) -> tuple[str, ...]:
    if node.kind == "scalar":
        level = {"write-all": "write", "read-all": "read"}.get(node.text)
        return (f"*:{level}",) if level else ()
    return tuple(f"{scope}:{level}" for scope, level in _levels(node))


def _permissions_text(node: Node) -> str:
    if node.kind == "scalar":
        return node.text if node else "none"
    return ",".join(f"{scope}={level}" for scope, level in _levels(node)) or "none"


def _levels(node: Node) -> Iterator[tuple[str, str]]:
    """Scopes with a level other than none, sorted."""
    yield from sorted((key, value.text) for key, value in node.entries if value.text and value.text != "none")
