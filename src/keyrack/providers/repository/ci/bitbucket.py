"""Bitbucket Pipelines: ``bitbucket-pipelines.yml``.

Facts from support.atlassian.com/bitbucket-cloud: "bitbucket-pipelines.yml reference", "Variables and secrets",
"Integrate Pipelines with resource servers using OIDC" (``oidc: true``), "What are pipes?", "Use Docker images".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.ci.images import image_uses
from keyrack.providers.repository.ci.model import CodeUse, Pipeline, Scope
from keyrack.providers.repository.ci.naming import environment_of, image_of
from keyrack.providers.repository.ci.scripts import roles_below
from keyrack.providers.repository.ci.variables import SHELL, assigned, literal_blocks, named, stored_secrets
from keyrack.providers.repository.marked import Node, Path, UnparsableError
from keyrack.records.identity import Environment

DEFINITION = re.compile(r"(?:.*/)?bitbucket-pipelines\.ya?ml")

_EXACT = re.compile(r"\d+\.\d+\.\d+")
_OWN = frozenset({"BITBUCKET_STEP_OIDC_TOKEN", "BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_SSH_KEY_FILE", "PIPELINES_JWT_TOKEN"})
_OIDC_TOKEN = re.compile(r"BITBUCKET_STEP_OIDC_TOKEN")
_TRIGGERS = {"default": "push", "branches": "push", "pull-requests": "pull_request", "tags": "tag", "custom": "manual"}


def parse(path: str, root: Node, scope: Scope) -> Pipeline | None:
    """The pipeline of a definition.

    Raises:
        UnparsableError: no mapping at the top level.
    """
    if root.kind != "map":
        raise UnparsableError("malformed", "is not a pipeline: its top level is no mapping")
    pipeline = Pipeline(type="bitbucket:pipeline", segment="pipeline", name=path, path=path, line=root.line or 1)
    pipeline.triggers = tuple(sorted({_TRIGGERS[key] for key in root.get("pipelines").texts() if key in _TRIGGERS}))
    mappings = list(root.mappings())
    environments = {
        place: found for place, node in mappings if (found := environment_of(node.get("deployment").text)) is not None
    }

    def environment(place: Path) -> Environment | None:
        return next((environments[place[:n]] for n in range(len(place), 0, -1) if place[:n] in environments), None)

    scalars = list(root.scalars())
    texts = [node.text for _, node in scalars]
    own = assigned(texts) | _OWN
    pipeline.secrets.extend(stored_secrets(root, pattern=SHELL, own=own, environment=environment))
    for place, node in mappings:
        if place[-1:] == ("variables",):
            services = "services" in place
            pipeline.literals.extend(literal_blocks(node, place, environment(place), services=services))
        if place[-1:] in {("image",), ("aws",)}:
            pipeline.literals.extend(literal_blocks(node, place, environment(place)))
        pipeline.oidc = pipeline.oidc or node.get("oidc").true
        pipeline.code.extend(_code(node, place, scope))
    pipeline.roles.extend(roles_below(root))
    pipeline.oidc = pipeline.oidc or any(_OIDC_TOKEN.search(text) for text in texts)
    return pipeline


def _code(node: Node, path: Path, scope: Scope) -> Iterator[CodeUse]:
    """Images of a step, a service or the whole file, and pipes."""
    if node.get("image") and path[-1:] != ("image",):
        yield from image_uses([node.get("image")], scope)
    pipe = node.get("pipe")
    if pipe:
        yield from _pipe(pipe, node.get("variables"), scope)


def _pipe(pipe: Node, variables: Node, scope: Scope) -> Iterator[CodeUse]:
    secrets = tuple(sorted({name for _, value in variables.scalars() for name in named(SHELL, value.text)}))
    if pipe.text.startswith("docker://"):
        image = image_of(pipe.text)
        if image is not None:
            yield CodeUse(
                mechanism="ci:uses-action",
                subject=image.subject,
                relation=image.relation(scope.owner),
                publisher=image.publisher,
                ref=image.ref,
                pin=image.pin,
                secrets=secrets,
                line=pipe.line,
            )
        return
    name, _, ref = pipe.text.partition(":")
    publisher = name.partition("/")[0]
    own = publisher.lower() == scope.owner
    yield CodeUse(
        mechanism="ci:uses-action",
        subject=f"bitbucket:pipe/{name}",
        relation="same_account" if own else "service" if publisher == "atlassian" else "other_account",
        publisher=publisher,
        ref=ref,
        pin="tag" if _EXACT.fullmatch(ref) else "branch" if ref else "none",
        secrets=secrets,
        line=pipe.line,
    )
