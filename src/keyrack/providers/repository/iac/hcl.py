"""HCL (Terraform, OpenTofu) as nodes with lines. Literals are read; everything computed stays as its source text.

Grammar: HCL native syntax specification (github.com/hashicorp/hcl, hclsyntax/spec.md), parsed by python-hcl2 (loaded when used).
Its parse tree is walked directly, because its dictionaries carry no lines.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyrack.providers.repository.marked import MAX_DEPTH, MISSING, Node, UnparsableError

if TYPE_CHECKING:
    from lark import Token, Tree

    Tokens = Tree[Token]

COMPUTED = "!computed"
"""Tag of a value the file does not state: a reference, a function call, a conditional. ``text`` is its source."""
TEMPLATE = "!template"
"""Tag of a string with interpolations; ``text`` keeps them as ``${...}``."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_HEREDOC = re.compile(r"<<(-?)([A-Za-z][\w.-]*)\r?\n(.*?)\r?\n?[ \t]*\2\s*\Z", re.DOTALL)
_TRANSPARENT = frozenset({
    "jsonencode", "yamlencode", "base64encode", "base64gzip", "tolist", "toset", "tomap", "tostring", "sensitive", "nonsensitive",
    "trimspace", "chomp", "compact", "distinct", "try", "textencodebase64",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block: ``resource "aws_iam_role" "deploy" { ... }`` has type resource and two labels."""

    type: str
    labels: tuple[str, ...]
    body: Node

    @property
    def address(self) -> str:
        """Terraform address, e.g. ``aws_iam_role.deploy`` or ``data.aws_iam_policy_document.assume``."""
        return ".".join((*(() if self.type == "resource" else (self.type,)), *self.labels))


def parse(text: str) -> tuple[list[Block], Node]:
    """Blocks of a file, and its top-level attributes (of a ``.tfvars`` file) as a mapping.

    Raises:
        UnparsableError: no HCL, or nested too deeply.
    """
    import hcl2
    from lark.exceptions import LarkError

    try:
        tree = hcl2.parses_to_tree(text)
    except (
        LarkError,
        RecursionError,
        ValueError,
        AssertionError,
        KeyError,
    ):  # what lark raises, by its own documentation and tests
        raise UnparsableError("malformed", "is not valid HCL") from None
    body = next((child for child in _trees(tree) if child.data == "body"), None)
    reader = _Reader(text)
    blocks = [reader.block(child) for child in _trees(body) if child.data == "block"]
    pairs = tuple(reader.attribute(child, 0) for child in _trees(body) if child.data == "attribute")
    return blocks, Node("map", 1, entries=pairs)


def _trees(tree: Tokens | None) -> Iterator[Tokens]:
    from lark import Tree

    return (child for child in (tree.children if tree is not None else ()) if isinstance(child, Tree))


def _line(tree: Tokens) -> int:
    return int(getattr(tree.meta, "line", 0) or 0)


class _Reader:
    """Turns parse trees of one source text into nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._readers: dict[str, Callable[[Tokens, int], Node]] = {
            "string": self._string,
            "heredoc_template": self._heredoc,
            "heredoc_template_trim": self._heredoc,
            "int_lit": self._plain,
            "float_lit": self._plain,
            "literal_value": self._plain,
            "tuple": self._tuple,
            "object": self._object,
            "function_call": self._call,
        }

    def block(self, tree: Tokens) -> Block:
        """A block with its labels."""
        names, body = self._head(tree, 0)
        return Block(names[0] if names else "", tuple(names[1:]), body)

    def _head(self, tree: Tokens, depth: int) -> tuple[list[str], Node]:
        names = []
        body = MISSING
        for child in _trees(tree):
            if child.data == "body":
                body = self._body(child, _line(tree), depth + 1)
            elif child.data == "string":
                names.append(self._string(child, depth).text)
            elif child.data in {"identifier", "keyword", "literal_value"}:
                names.append(self._source(child))
        return names, body

    def _body(self, tree: Tokens, line: int, depth: int) -> Node:
        _guard(depth)
        entries = []
        for child in _trees(tree):
            if child.data == "attribute":
                entries.append(self.attribute(child, depth))
            elif child.data == "block":
                names, body = self._head(child, depth)
                if names[:1] == ["dynamic"]:  # dynamic "statement" { for_each = ... content { ... } }
                    names, body = names[1:], body.get("content")
                entries.append((names[0] if names else "", body))
        return Node("map", line, entries=tuple(entries))

    def attribute(self, tree: Tokens, depth: int) -> tuple[str, Node]:
        """Name and value of an attribute."""
        children = list(_trees(tree))
        return self._source(children[0]), self._value(children[-1], depth + 1)

    def _value(self, tree: Tokens, depth: int) -> Node:
        _guard(depth)
        while tree.data == "expr_term":
            inner = [child for child in _trees(tree) if child.data != "new_line_or_comment"]
            if len(inner) != 1:
                return self._computed(tree)
            tree = inner[0]
        reader = self._readers.get(tree.data)
        return reader(tree, depth) if reader else self._computed(tree)

    def _source(self, tree: Tokens) -> str:
        start, end = getattr(tree.meta, "start_pos", 0), getattr(tree.meta, "end_pos", 0)
        return self._text[start:end].strip()

    def _computed(self, tree: Tokens) -> Node:
        return Node("scalar", _line(tree), self._source(tree), tag=COMPUTED)

    def _plain(self, tree: Tokens, _: int) -> Node:
        return Node("scalar", _line(tree), self._source(tree), plain=True)

    def _string(self, tree: Tokens, _: int) -> Node:
        parts = [child for child in _trees(tree) if child.data == "string_part"]
        computed = [part for part in parts if list(_trees(part))]
        if len(parts) == 1 and computed:
            return Node("scalar", _line(tree), self._source(parts[0])[2:-1].strip(), tag=COMPUTED)
        text = "".join(self._raw(part) if part in computed else _unescape(self._raw(part)) for part in parts)
        return Node("scalar", _line(tree), text, tag=TEMPLATE if computed else "")

    def _raw(self, tree: Tokens) -> str:
        return self._text[tree.meta.start_pos : tree.meta.end_pos]

    def _heredoc(self, tree: Tokens, _: int) -> Node:
        match = _HEREDOC.match(self._source(tree))
        text = match[3] if match else ""
        if match and match[1]:
            text = textwrap.dedent(text)
        tag = TEMPLATE if re.search(r"(?<!\$)\$\{|(?<!%)%\{", text) else ""
        return Node("scalar", _line(tree), text.replace("$${", "${"), tag=tag)

    def _tuple(self, tree: Tokens, depth: int) -> Node:
        items = tuple(self._value(child, depth + 1) for child in _trees(tree) if child.data != "new_line_or_comment")
        return Node("list", _line(tree), elements=items)

    def _object(self, tree: Tokens, depth: int) -> Node:
        entries = []
        for element in _trees(tree):
            if element.data == "object_elem":
                children = list(_trees(element))
                entries.append((self._key(children[0], depth), self._value(children[-1], depth + 1)))
        return Node("map", _line(tree), entries=tuple(entries))

    def _key(self, tree: Tokens, depth: int) -> str:
        inner = next(_trees(tree), None)
        if inner is None:
            return self._source(tree)
        value = self._value(inner, depth + 1)
        return "${" + value.text.strip("()") + "}" if value.tag == COMPUTED and not value.text.isidentifier() else value.text

    def _call(self, tree: Tokens, depth: int) -> Node:
        name, *rest = list(_trees(tree))
        arguments = [a for child in rest if child.data == "arguments" for a in _trees(child) if a.data != "new_line_or_comment"]
        if arguments and self._source(name) in _TRANSPARENT:
            return self._value(arguments[0], depth + 1)
        if arguments and self._source(name) == "concat":
            lists = [self._value(argument, depth + 1) for argument in arguments]
            return Node("list", _line(tree), elements=tuple(item for part in lists for item in part.each()))
        return self._computed(tree)


def _guard(depth: int) -> None:
    if depth > MAX_DEPTH // 2:  # two nested calls a level, well inside Python's own limit
        raise UnparsableError("too_large", f"is nested deeper than {MAX_DEPTH // 2} levels")


def _unescape(text: str) -> str:
    if text.startswith(("$${", "%%{")):
        return text[1:]
    return _ESCAPE.sub(_one_escape, text) if "\\" in text else text


def _one_escape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        return {"n": "\n", "t": "\t", "r": "\r"}.get(match[3], match[3])
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
