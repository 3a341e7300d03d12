"""A Terraform module (one folder): its blocks, and what references between them resolve to.

Facts from developer.hashicorp.com/terraform/language: "Files and configuration structure", "JSON configuration syntax",
"Input variables", "References to values". Nothing is evaluated: defaults and locals are followed, functions are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from keyrack.providers.repository.iac.hcl import COMPUTED, TEMPLATE, Block
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import MISSING, Node, UnparsableError, parse_json

_REFERENCE = re.compile(r"((?:data\.)?[a-z][\w]*\.[\w-]+)(?:\[[^\[\]]*\])?((?:\.[\w-]+|\[[^\[\]]*\])*)", re.ASCII)
_INTERPOLATION = re.compile(r"\$\{([^{}]{1,500})\}")
_MAX_HOPS = 8
_MAX_VALUES = 20_000
_MAX_NESTING = 60


@dataclass(slots=True)
class Module:
    """Blocks of the files of one folder. ``blocks`` keeps their order; ``index`` finds one by its address."""

    blocks: list[tuple[Origin, Block]] = field(default_factory=list)
    index: dict[str, tuple[Origin, Block]] = field(default_factory=dict)
    locals: dict[str, Node] = field(default_factory=dict)
    variables: dict[str, Node] = field(default_factory=dict)

    def add(self, origin: Origin, blocks: Iterable[Block]) -> None:
        """Take the blocks of one more file."""
        for block in blocks:
            self.blocks.append((origin, block))
            self.index[block.address] = (origin, block)
            if block.type == "locals":
                self.locals.update(block.body.entries)
            elif block.type == "variable" and block.labels and block.body.get("default"):
                self.variables[block.labels[0]] = block.body.get("default")

    def of_type(self, kind: str, *, data: bool = False) -> Iterator[tuple[Origin, Block]]:
        """Resources (or data sources) of a type, in order."""
        wanted = "data" if data else "resource"
        for origin, block in self.blocks:
            if block.type == wanted and len(block.labels) > 1 and block.labels[0] == kind:
                yield origin, block

    def follow(self, node: Node) -> Node:
        """The node a bare ``var.x`` or ``local.x`` stands for; the node itself when the code does not say."""
        for _ in range(_MAX_HOPS):
            if node.tag != COMPUTED:
                break
            kind, _, name = node.text.partition(".")
            target = {"var": self.variables, "local": self.locals}.get(kind, {}).get(name, MISSING)
            if not target:
                break
            node = target
        return node

    def text(self, node: Node) -> str:
        """Text of a scalar with what resolves resolved; the rest stays ``${...}``."""
        node = self.follow(node)
        if node.kind != "scalar" or not node:
            return ""
        if node.tag == COMPUTED:
            return self._known(node.text) or "${" + node.text + "}"
        if node.tag == TEMPLATE:
            return _INTERPOLATION.sub(lambda match: self._known(match[1].strip()) or match[0], node.text)
        return node.text

    def _known(self, expression: str) -> str:
        followed = self.follow(Node("scalar", text=expression, tag=COMPUTED))
        if followed.tag not in {COMPUTED, TEMPLATE} and followed.kind == "scalar":
            return followed.text
        address, attribute = self.reference(expression)
        _, block = self.index.get(address, (None, None))
        if (
            block is not None
            and attribute in {"name", "id", "bucket", "user", "url"}
            and "aws_iam_policy_document" not in address
        ):
            node = block.body.get("name" if attribute in {"id", "user"} else attribute)
            return node.text if node and node.tag not in {COMPUTED, TEMPLATE} else ""
        return ""

    def reference(self, expression: str) -> tuple[str, str]:
        """(address, attribute) of a reference such as ``aws_iam_role.deploy[0].arn``; empty strings for anything else."""
        match = _REFERENCE.fullmatch(expression.strip())
        if match is None:
            return "", ""
        return match[1], match[2].strip(".").rpartition("]")[2].strip(".")

    def target(self, node: Node, *kinds: str) -> str:
        """Address of the resource of one of ``kinds`` that a value refers to, wherever in the text; empty: none."""
        node = self.follow(node)
        pieces = [node.text] if node.tag == COMPUTED else [match[1] for match in _INTERPOLATION.finditer(node.text)]
        for piece in pieces:
            address, _ = self.reference(piece)
            if address in self.index and address.removeprefix("data.").partition(".")[0] in kinds:
                return address
        return ""

    def mentioned(self, node: Node) -> list[str]:
        """Addresses a value refers to, in order, whether this module declares them or not."""
        node = self.follow(node)
        pieces = [node.text] if node.tag == COMPUTED else _INTERPOLATION.findall(node.text) if node.tag == TEMPLATE else []
        return [address for piece in pieces if (address := self.reference(piece)[0])]

    def plain(self, node: Node) -> object:
        """A node as plain data, scalars by :meth:`text`. Of locals that refer to each other without end, only so much."""
        return self._plain(node, [_MAX_VALUES], 0)

    def _plain(self, node: Node, left: list[int], depth: int) -> object:
        left[0] -= 1
        node = self.follow(node)
        if left[0] < 0 or depth > _MAX_NESTING:
            return "${...}"
        if node.kind == "map":
            return {self._key(key): self._plain(value, left, depth + 1) for key, value in node.entries}
        if node.kind == "list":
            return [self._plain(item, left, depth + 1) for item in node.elements]
        return self.text(node)

    def _key(self, key: str) -> str:
        return _INTERPOLATION.sub(lambda match: self._known(match[1].strip()) or match[0], key) if "${" in key else key


def json_blocks(text: str) -> list[Block]:
    """Blocks of a ``.tf.json`` file, in the form the native syntax gives.

    Raises:
        UnparsableError: no JSON, or no object.
    """
    root = parse_json(text)
    if root.kind != "map":
        raise UnparsableError("malformed", "is not a Terraform configuration")
    found: list[Block] = []
    for kind, value in root.entries:
        depth = {"resource": 2, "data": 2, "variable": 1, "provider": 1, "output": 1, "module": 1}.get(kind, 0)
        found.extend(_labelled(kind, (), _expressions(value), depth))
    return found


def _labelled(kind: str, labels: tuple[str, ...], node: Node, depth: int) -> Iterator[Block]:
    for item in node.each():
        if depth == 0:
            yield Block(kind, labels, item)
        else:
            for label, inner in item.entries:
                yield from _labelled(kind, (*labels, label), inner, depth - 1)


def _expressions(node: Node) -> Node:
    """Strings of the JSON syntax are templates; ``${x}`` alone is a reference ("JSON configuration syntax")."""
    if node.kind == "map":
        return Node("map", node.line, entries=tuple((key, _expressions(value)) for key, value in node.entries))
    if node.kind == "list":
        return Node("list", node.line, elements=tuple(_expressions(item) for item in node.elements))
    if node.kind == "scalar" and "${" in node.text:
        whole = _INTERPOLATION.fullmatch(node.text)
        return Node("scalar", node.line, whole[1].strip() if whole else node.text, tag=COMPUTED if whole else TEMPLATE)
    return node
