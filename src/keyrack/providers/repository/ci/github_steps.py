"""Steps of GitHub Actions: the code they run, the cloud roles they become, the pull request they check out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.ci.github_values import Values, secrets_below
from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import CodeUse, RoleUse, Scope
from keyrack.providers.repository.ci.naming import pin_of
from keyrack.providers.repository.ci.scripts import ROLE_VARIABLE, assumed, checks_out_untrusted, gcp_uids, role_uids
from keyrack.providers.repository.marked import Node
from keyrack.records.trust import SubjectKind
from keyrack.records.uids import repository_uid

_PLATFORM = frozenset({"actions", "github"})
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEAD = re.compile(
    r"pull_request\.head\.|github\.head_ref|workflow_run\.head_|refs/pull/|pull_request\.merge_commit_sha|"
    r"issue\.number|pull_request\.number|event\.number|head_sha|head_ref|head\.sha|pr_head",
    re.IGNORECASE,
)

_HEAD_REPOSITORY = r"github\.event\.(?:pull_request|workflow_run)\.head_?(?:\.repo|repository)"
_SAME_REPOSITORY = re.compile(
    rf"{_HEAD_REPOSITORY}\.full_name\s*==\s*(?:github\.repository|github\.event\.repository\.full_name|'[\w.-]+/[\w.-]+')(?![\w.]|\s*[=!])"
    rf"|(?:github\.repository|github\.event\.repository\.full_name|'[\w.-]+/[\w.-]+')\s*==\s*{_HEAD_REPOSITORY}\.full_name(?![\w.]|\s*[=!])"
    rf"|{_HEAD_REPOSITORY}\.fork\s*==\s*false|!\s*{_HEAD_REPOSITORY}\.fork(?!\s*[=!])"
)
"""The head lies in the repository itself ("Webhook events and payloads": pull_request.head, workflow_run.head_repository)."""


def code_of_job(job: Node, scope: Scope, inherited: tuple[str, ...]) -> Iterator[CodeUse]:
    """Actions, reusable workflows and images of a job (or of an action's ``runs``), in order.

    ``inherited`` are the secrets every step sees through the environment.
    """
    if job.get("uses"):
        passed = job.get("secrets")
        handed = (
            ("inherit",) if passed.text == "inherit" else tuple(sorted(secrets_below(passed) | secrets_below(job.get("with"))))
        )
        yield from _uses(job.get("uses"), scope, handed)
    for step in job.get("steps").each():
        if step.get("uses"):
            below = secrets_below(step.get("with")) | secrets_below(step.get("env"))
            yield from _uses(step.get("uses"), scope, tuple(sorted(below | set(inherited))))
    yield from image_uses([job.get("container")], scope, secrets=inherited)
    for _, service in job.get("services").entries:
        yield from image_uses([service], scope)


def _uses(uses: Node, scope: Scope, secrets: tuple[str, ...]) -> Iterator[CodeUse]:
    target = uses.text.strip()
    if target.startswith("docker://"):
        yield from image_uses([uses], scope, secrets=secrets)
    elif target.startswith("./"):
        yield _local(target.removeprefix("./").rstrip("/"), uses.line, scope, secrets)
    else:
        name, _, ref = target.partition("@")
        publisher = name.partition("/")[0]
        if "/" in name and "$" not in publisher:
            yield CodeUse(
                mechanism="ci:uses-action",
                subject=f"github:action/{name}",
                relation=_relation(publisher, scope),
                publisher=publisher,
                ref=ref,
                pin=pin_of(ref),
                secrets=secrets,
                line=uses.line,
            )


def _local(target: str, line: int, scope: Scope, secrets: tuple[str, ...]) -> CodeUse:
    """An action or reusable workflow of the same repository and commit: pinned by nature, so no pin is stated."""
    workflow = target.partition(".github/workflows/")
    if workflow[1]:
        subject = repository_uid(scope.repository, "workflow", workflow[0] + workflow[2])
    else:
        subject = repository_uid(scope.repository, "action", target or "action")
    publisher = scope.owner or "local"
    return CodeUse(
        mechanism="ci:uses-action", subject=subject, relation="same_account", publisher=publisher, secrets=secrets, line=line
    )


def _relation(publisher: str, scope: Scope) -> SubjectKind:
    if publisher.lower() in _PLATFORM:
        return "service"
    return "same_account" if publisher.lower() == scope.owner else "other_account"


def roles_of_step(step: Node, values: Values) -> Iterator[RoleUse]:
    """Cloud identities a step becomes by federation, where the file names them literally."""
    inputs, env = step.get("with"), step.get("env")
    action = step.get("uses").text.partition("@")[0].lower()
    line = step.get("uses").line or step.line

    def texts(name: str) -> list[str]:
        return values.resolve(inputs.get(name).text, env) if inputs.get(name) else []

    if action == "google-github-actions/auth":
        if inputs.get("workload_identity_provider"):
            yield from _roles((uid for text in texts("service_account") for uid in gcp_uids(text)), line)
    elif action == "azure/login":
        if not inputs.get("creds"):
            yield from _roles(_azure(texts("client-id"), texts("tenant-id")), line)
    else:
        for key, node in inputs.entries:
            if ROLE_VARIABLE.search(key.replace("-", "_")) or key == "role-chaining":
                yield from _roles((uid for text in values.resolve(node.text, env) for uid in role_uids(text)), node.line)
    run = step.get("run")
    for script in values.resolve(run.text, env) or [run.text]:
        yield from _roles(assumed(script), run.line)


def _azure(clients: list[str], tenants: list[str]) -> Iterator[str]:
    """``entra:<tenant>:app/<client id>`` for literal ids; the object id of the service principal is not in the file."""
    tenant = next((text for text in tenants if _GUID.fullmatch(text)), "unknown")
    yield from (f"entra:{tenant}:app/{text}" for text in clients if _GUID.fullmatch(text))


def _roles(uids: Iterator[str], line: int) -> Iterator[RoleUse]:
    return (RoleUse(identity_uid=uid, line=line) for uid in uids)


def untrusted_step(step: Node) -> bool:
    """Whether a step fetches code of the pull request (or of the run) that triggered the workflow."""
    if step.get("uses").text.lower().startswith("actions/checkout"):
        chosen = step.get("with")
        return any(_HEAD.search(chosen.get(name).text) for name in ("ref", "repository"))
    return checks_out_untrusted(step.get("run").text)


def keeps_forks_out(part: Node) -> bool:
    """Whether the ``if`` of a job or step lets only heads of the repository itself through. An ``||`` could undo it: no."""
    condition = part.get("if").text
    return "||" not in condition and "!(" not in condition.replace(" ", "") and _SAME_REPOSITORY.search(condition) is not None
