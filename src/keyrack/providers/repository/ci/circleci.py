"""CircleCI: ``.circleci/config.yml`` and continuation configurations beside it.

Facts from circleci.com/docs: "Configuration reference", "Using contexts", "Orbs concepts" (published versions ``x.y.z`` are
immutable, ``x``, ``x.y``, ``volatile`` and ``dev:`` move), "Using OpenID Connect tokens in jobs".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import CodeUse, Pipeline, Scope, SecretUse
from keyrack.providers.repository.ci.naming import environment_of
from keyrack.providers.repository.ci.scripts import roles_below
from keyrack.providers.repository.ci.variables import SHELL, assigned, literal_blocks, stored_secrets
from keyrack.providers.repository.marked import Node, Path, UnparsableError, dotted
from keyrack.records.identity import Environment

DEFINITION = re.compile(r"(?:.*/)?\.circleci/[^/]+\.ya?ml")

_EXACT = re.compile(r"\d+\.\d+\.\d+")
_OIDC = re.compile(r"CIRCLE_OIDC_TOKEN|oidc_token", re.IGNORECASE)
_OWN = frozenset({"CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "CIRCLE_TOKEN_FILE"})


def parse(path: str, root: Node, scope: Scope) -> Pipeline | None:
    """The pipeline of a configuration; ``None`` for another file of the folder (an orb's source, a test fixture).

    Raises:
        UnparsableError: ``config.yml`` without a mapping at the top level.
    """
    if root.kind != "map":
        if path.endswith(("/config.yml", "/config.yaml")):
            raise UnparsableError("malformed", "is not a configuration: its top level is no mapping")
        return None
    if not (root.get("jobs") or root.get("workflows") or root.get("version")):
        return None
    pipeline = Pipeline(type="circleci:pipeline", segment="pipeline", name=path, path=path, line=root.line or 1)
    contexts = list(_contexts(root))
    by_job = _environments(contexts)

    def environment(place: Path) -> Environment | None:
        return by_job.get(place[1]) if len(place) > 1 and place[0] == "jobs" else None

    scalars = list(root.scalars())
    texts = [node.text for _, node in scalars]
    own = assigned(texts) | _OWN | {key for block, _ in _blocks(root) for key in block.keys()}  # noqa: SIM118 - a Node, no dict
    pipeline.secrets.extend(stored_secrets(root, pattern=SHELL, own=own, environment=environment))
    pipeline.secrets.extend(use for _, use in contexts)
    pipeline.secrets.extend(_named_by_input(root, environment_by=by_job))
    for block, place in _blocks(root):
        pipeline.literals.extend(literal_blocks(block, place, environment(place), services=True))
    pipeline.code.extend(_orbs(root.get("orbs"), scope))
    pipeline.code.extend(image_uses(_images(root), scope))
    pipeline.roles.extend(roles_below(root))
    pipeline.oidc = any(_OIDC.search(text) for text in texts) or bool(pipeline.roles)
    pipeline.triggers = _triggers(root)
    return pipeline


def _triggers(root: Node) -> tuple[str, ...]:
    found = {"push"}
    for _, workflow in root.get("workflows").entries:
        found.update(key for trigger in workflow.get("triggers").each() for key in trigger.keys())  # noqa: SIM118 - a Node
    return tuple(sorted(found))


def _contexts(root: Node) -> Iterator[tuple[str, SecretUse]]:
    """(job, context) of every workflow job that is given a context: a named set of secrets of the organisation."""
    for workflow, body in root.get("workflows").entries:
        for index, item in enumerate(body.get("jobs").each()):
            for job, options in item.entries:
                for context in options.get("context").each():
                    name = context.text
                    if name and "<<" not in name:
                        field = dotted(("workflows", workflow, "jobs", str(index), job, "context"))
                        environment = environment_of(name)
                        use = SecretUse(
                            name=name, line=context.line, field=field, environment=environment, store="circleci-contexts"
                        )
                        yield job, use


def _environments(contexts: list[tuple[str, SecretUse]]) -> dict[str, Environment]:
    """Environment of a job, where all its contexts that state one agree."""
    stated: dict[str, set[Environment]] = {}
    for job, use in contexts:
        if use.environment:
            stated.setdefault(job, set()).add(use.environment)
    return {job: next(iter(found)) for job, found in stated.items() if len(found) == 1}


def _blocks(root: Node) -> Iterator[tuple[Node, Path]]:
    """Every ``environment`` mapping, wherever it stands."""
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        for key, value in node.entries:
            if key in {"environment", "auth", "aws_auth"} and value.kind == "map":
                yield value, (*path, key)
            elif key == "environment":  # a list of one-entry mappings is allowed too
                yield from ((item, (*path, key)) for item in value.elements if item.kind == "map")
            stack.append(((*path, key), value))
        stack.extend(((*path, str(index)), item) for index, item in enumerate(node.elements))


_BY_INPUT = {
    "aws-access-key-id": "aws", "aws-secret-access-key": "aws", "aws_access_key_id": "aws", "aws_secret_access_key": "aws",
    "access-key": "aws", "secret-key": "aws", "gcloud-service-key": "gcp", "gcloud_service_key": "gcp",
    "azure-sp-password": "azure",
}  # fmt: skip


def _named_by_input(root: Node, environment_by: dict[str, Environment]) -> Iterator[SecretUse]:
    """Orb parameters of type ``env_var_name`` take a variable's bare name: ``aws-access-key-id: PROD_KEY_ID``."""
    for path, node in root.scalars():
        cloud = _BY_INPUT.get(path[-1]) if path else None
        if cloud and re.fullmatch(r"[A-Z][A-Z0-9_]*", node.text):
            environment = environment_by.get(path[1]) if len(path) > 1 and path[0] == "jobs" else None
            yield SecretUse(
                name=node.text, line=node.line, field=dotted(path), variable=node.text, cloud=cloud, environment=environment
            )


def _orbs(orbs: Node, scope: Scope) -> Iterator[CodeUse]:
    for _, orb in orbs.entries:
        if orb.kind != "scalar" or "/" not in orb.text:
            continue  # an inline orb is the repository's own code
        name, _, ref = orb.text.partition("@")
        publisher = name.partition("/")[0]
        own = publisher.lower() == scope.owner
        yield CodeUse(
            mechanism="ci:uses-action",
            subject=f"circleci:orb/{name}",
            relation="same_account" if own else "service" if publisher == "circleci" else "other_account",
            publisher=publisher,
            ref=ref,
            pin="version" if _EXACT.fullmatch(ref) else "branch" if ref else "none",
            line=orb.line,
        )


def _images(root: Node) -> Iterator[Node]:
    for group in ("jobs", "executors"):
        for _, body in root.get(group).entries:
            yield from body.get("docker").each()
            if body.get("executor").kind == "map":
                yield from body.get("executor", "docker").each()
