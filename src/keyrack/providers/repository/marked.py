"""YAML and JSON as immutable nodes that know their line; total on hostile input, and scalars stay as they were written.

Built from parser events with an own stack, so that nesting costs no recursion and aliases (YAML 1.2.2, section 7.1) share
one node: an alias bomb is recognised by the size it *would* have, never expanded. Because no scalar is resolved, GitHub's
``on:`` key stays ``on`` (YAML 1.1 would make it ``True``) and ``1.10`` stays ``1.10``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from keyrack.errors import KeyrackError
from keyrack.records.gap import GapReason

if TYPE_CHECKING:
    import yaml

MAX_NODES = 300_000
MAX_DEPTH = 200

Path = tuple[str, ...]


class UnparsableError(KeyrackError):
    """A document that could not be read; ``reason`` is the Gap's reason, the message never quotes the document."""

    def __init__(self, reason: GapReason, detail: str) -> None:
        super().__init__("repository.document", detail)
        self.reason: GapReason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document. A missing value is a node too (falsy), so that chains of :meth:`get` need no checks."""

    kind: Literal["map", "list", "scalar", "missing"]
    line: int = 0
    text: str = field(default="", repr=False)
    plain: bool = False
    tag: str = ""
    entries: tuple[tuple[str, Node], ...] = field(default=(), repr=False)
    elements: tuple[Node, ...] = ()
    size: int = 1
    depth: int = 0
    repeated: int = 0
    """Line of a key written twice in this mapping or below it; 0: none."""

    def __bool__(self) -> bool:
        """Present, and not an explicit null."""
        return self.kind != "missing" and not self.null

    @property
    def null(self) -> bool:
        """An empty, ``~`` or ``null`` plain scalar."""
        return self.kind == "scalar" and self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def true(self) -> bool:
        """A truthy scalar, in any spelling the readers of such files accept."""
        return self.kind == "scalar" and self.text.lower() in {"true", "yes", "on", "1"}

    def get(self, *path: str) -> Node:
        """The value under the keys of ``path``; the last of repeated keys wins, as in most readers."""
        node = self
        for key in path:
            node = next((value for name, value in reversed(node.entries) if name == key), MISSING)
        return node

    def all(self, key: str) -> list[Node]:
        """Every value under ``key``: repeated blocks of HCL stand as repeated keys."""
        return [value for name, value in self.entries if name == key]

    def keys(self) -> list[str]:
        """Keys of a mapping, as written."""
        return [key for key, _ in self.entries]

    def each(self) -> tuple[Node, ...]:
        """Elements of a list; a lone scalar or mapping counts as a list of one."""
        if self.kind == "list":
            return self.elements
        return (self,) if self else ()

    def texts(self) -> list[str]:
        """Scalars of a list, a lone scalar, or the keys of a mapping."""
        if self.kind == "map":
            return self.keys()
        return [item.text for item in self.each() if item.kind == "scalar" and item]

    def scalars(self, prefix: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every scalar below in document order, with its path; list elements are numbered from 0."""
        stack: list[tuple[Path, Node]] = [(prefix, self)]
        while stack:
            path, node = stack.pop()
            if node.kind == "scalar":
                yield path, node
            stack.extend(((*path, str(index)), node.elements[index]) for index in reversed(range(len(node.elements))))
            stack.extend(((*path, key), item) for key, item in reversed(node.entries))

    def mappings(self, prefix: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every mapping in document order, this one included, with its path."""
        stack: list[tuple[Path, Node]] = [(prefix, self)]
        while stack:
            path, node = stack.pop()
            if node.kind == "map":
                yield path, node
            stack.extend(((*path, str(index)), node.elements[index]) for index in reversed(range(len(node.elements))))
            stack.extend(((*path, key), item) for key, item in reversed(node.entries))


MISSING = Node("missing")


@dataclass(slots=True)
class _Open:
    """A collection whose end was not seen yet."""

    kind: Literal["map", "list"]
    line: int
    tag: str
    anchor: str | None
    children: list[Node] = field(default_factory=list)

    def close(self) -> Node:
        """The finished node."""
        size = 1 + sum(child.size for child in self.children)
        if size > MAX_NODES:
            raise UnparsableError("too_large", f"expands to more than {MAX_NODES} values")
        depth = 1 + max((child.depth for child in self.children), default=0)
        if depth > MAX_DEPTH:
            raise UnparsableError("too_large", f"is nested deeper than {MAX_DEPTH} levels")
        repeated = max((child.repeated for child in self.children), default=0)
        if self.kind == "list":
            whole = tuple(self.children)
            return Node("list", self.line, tag=self.tag, elements=whole, size=size, depth=depth, repeated=repeated)
        pairs = list(zip(self.children[::2], self.children[1::2], strict=True))
        own = [(key.text, _under(key, value)) for key, value in pairs if not _merge_key(key)]
        twice = _first_repeated(pairs)
        merged = [pair for key, value in pairs if _merge_key(key) for pair in _merged(value)]
        taken = {key for key, _ in own}
        inherited = [(key, value) for key, value in _last_wins(merged) if key not in taken]
        entries = (*inherited, *own)
        return Node("map", self.line, tag=self.tag, entries=entries, size=size, depth=depth, repeated=twice or repeated)


def _under(key: Node, value: Node) -> Node:
    """A collection is said to stand where its key stands, not where its first child does."""
    return replace(value, line=key.line) if value.kind in {"map", "list"} and key.line < value.line else value


def _merge_key(key: Node) -> bool:
    return key.kind == "scalar" and key.plain and key.text == "<<"


def _merged(value: Node) -> list[tuple[str, Node]]:
    """Pairs that ``<<`` brings in; of a list of mappings the earlier has precedence (yaml.org/type/merge)."""
    return [pair for source in reversed(value.each()) for pair in source.entries]


def _last_wins(pairs: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
    return list(dict(pairs).items())


def _first_repeated(pairs: list[tuple[Node, Node]]) -> int:
    seen: set[str] = set()
    for key, _ in pairs:
        if key.kind == "scalar" and not _merge_key(key) and key.text in seen:
            return key.line
        seen.add(key.text)
    return 0


class _Builder:
    """Composes nodes from YAML events."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}

    def feed(self, event: yaml.Event) -> None:
        """Take one event."""
        import yaml

        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and event.style in {None, ""}
            self._add(Node("scalar", _line(event), event.value, plain=plain, tag=event.tag or ""), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._anchor(event.anchor), None)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start(event, "map" if isinstance(event, yaml.MappingStartEvent) else "list")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self._open.pop()
            self._add(done.close(), done.anchor)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, kind: Literal["map", "list"]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise UnparsableError("too_large", f"is nested deeper than {MAX_DEPTH} levels")
        self._open.append(_Open(kind, _line(event), event.tag or "", event.anchor))

    def _anchor(self, name: str | None) -> Node:
        if name is None or name not in self._anchors:
            raise UnparsableError("malformed", "uses an alias that is not defined before it")
        return self._anchors[name]

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.documents.append(node)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 0


def decode(data: bytes) -> str:
    """Text of a file: UTF-8, UTF-16 with its mark, else Latin-1, so that a stray byte in a comment blinds nobody."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse_yaml(text: str) -> list[Node]:
    """Documents of a YAML stream.

    Raises:
        UnparsableError: no YAML, too deep or too large; says so without quoting the text.
    """
    import yaml

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1})" if mark else ""
        raise UnparsableError("malformed", f"is not valid YAML{where}") from None
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: lone surrogates and characters YAML forbids
        raise UnparsableError("malformed", "is not valid YAML") from None
    return builder.documents


def parse_json(text: str) -> Node:
    """A JSON document, with lines where the YAML reader can follow it (YAML is a superset but for tabs and rare escapes).

    Raises:
        UnparsableError: no JSON, too deep or too large.
    """
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        raise UnparsableError("malformed", "is not valid JSON") from None
    try:
        documents = parse_yaml(text.replace("\t", " "))
    except UnparsableError as problem:
        if problem.reason == "too_large":
            raise
        return plain_node(value)
    return documents[0] if documents else MISSING


def plain_node(value: object, line: int = 0) -> Node:
    """Plain data (JSON-like) as nodes that all carry ``line``; nesting beyond :data:`MAX_DEPTH` is cut."""
    return _plain(value, line, 0)


def _plain(value: object, line: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        return MISSING
    if isinstance(value, dict):
        entries = tuple((_encodable(str(key)), _plain(item, line, depth + 1)) for key, item in value.items())
        return Node("map", line, entries=entries)
    if isinstance(value, list | tuple):
        return Node("list", line, elements=tuple(_plain(item, line, depth + 1) for item in value))
    if value is None:
        return Node("scalar", line, "null", plain=True)
    if isinstance(value, bool):
        return Node("scalar", line, "true" if value else "false", plain=True)
    return Node("scalar", line, _encodable(str(value)), plain=not isinstance(value, str))


def _encodable(text: str) -> str:
    """JSON may escape half a surrogate pair; records must be valid UTF-8."""
    return text.encode("utf-8", "replace").decode()


def to_plain(node: Node) -> object:
    """A node as plain data: dicts, lists, strings, and Python's constants for plain ``true``, ``false`` and nulls."""
    if node.kind == "map":
        return {key: to_plain(item) for key, item in node.entries}
    if node.kind == "list":
        return [to_plain(item) for item in node.elements]
    if not node:
        return None
    if node.plain and node.text in {"true", "false"}:
        return node.text == "true"
    return node.text


def dotted(path: Sequence[str]) -> str:
    """Readable field path: ``jobs.build.steps[2].env.TOKEN``."""
    text = ""
    for part in path:
        text += f"[{part}]" if part.isdecimal() and text else (f".{part}" if text else part)
    return text
