"""Container images of jobs as code that runs with the pipeline's rights. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyrack.providers.repository.ci.model import CodeUse, Scope
from keyrack.providers.repository.ci.naming import image_of
from keyrack.providers.repository.marked import Node


def image_uses(nodes: Iterable[Node], scope: Scope, *, secrets: tuple[str, ...] = (), file: str = "") -> Iterator[CodeUse]:
    """One use per readable image reference; a node is the reference itself or a mapping with ``image`` or ``name``."""
    for node in nodes:
        reference = (node.get("image") or node.get("name")) if node.kind == "map" else node
        image = image_of(reference.text) if reference.kind == "scalar" and reference else None
        if image is not None:
            yield CodeUse(
                mechanism="ci:uses-image",
                subject=image.subject,
                relation=image.relation(scope.owner),
                publisher=image.publisher,
                ref=image.ref,
                pin=image.pin,
                secrets=secrets,
                line=reference.line,
                path=file,
            )
