"""HCL 1, in which OpenBao and Vault policies are written: blocks, attributes, lists and objects; positions in errors.

OpenBao reads policies with HCL 1 (github.com/hashicorp/hcl, branch hcl1), whose grammar differs from HCL 2: a value may
follow a key without ``=`` when it is an object, keys may be quoted, commas are optional, no expressions exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|(?:\#|//)[^\n]*|/\*.*?\*/)
      |(?P<heredoc><<-?(?P<mark>\w+)\r?\n.*?\n[ \t]*(?P=mark)(?=\r?\n|\Z))
      |"(?P<string>(?:\\.|[^"\\\n])*)"
      |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w]))
      |(?P<word>[A-Za-z_][\w.\-]*)
      |(?P<sign>[\[\]{}=,])""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class HclError(ValueError):
    """The text is no HCL 1; the message names line and column."""


@dataclass(frozen=True, slots=True)
class Item:
    """A key (with its labels, for ``path "a" {}``), its value and its line."""

    keys: tuple[str, ...]
    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: Any
    line: int
    column: int


def load(text: str) -> list[Item]:
    """Items in order; an object value is again a list of :class:`Item`. Raises :class:`HclError`."""
    reader = _Reader(list(_tokens(text)))
    items = reader.items("end")
    reader.take("end")
    return items


def _tokens(text: str) -> Iterator[_Token]:
    position, line, start = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise HclError(f"line {line}:{position - start + 1}: {text[position]!r} cannot stand here")
        kind = match.lastgroup if match.lastgroup != "mark" else "heredoc"
        if kind != "space":
            yield _Token(str(kind), _value(str(kind), match), line, position - start + 1)
        newlines = match[0].count("\n")
        line += newlines
        position = match.end()
        start = text.rfind("\n", 0, position) + 1 if newlines else start
    yield _Token("end", "the end", line, position - start + 1)


def _value(kind: str, match: re.Match[str]) -> Any:
    if kind == "string":
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match["string"])
    if kind == "number":
        number = match["number"]
        return float(number) if re.search(r"[.eE]", number) else int(number)
    if kind == "heredoc":
        return "\n".join(match["heredoc"].splitlines()[1:-1]) + "\n"
    return match[kind]


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def take(self, *kinds: str) -> _Token:
        token = self._tokens[self._at]
        if token.kind not in kinds and not (token.kind == "sign" and token.value in kinds):
            self._refuse(token, kinds)
        self._at += 1
        return token

    def items(self, end: str) -> list[Item]:
        found = []
        while not self._sees(end):
            first = self.take("word", "string")
            keys = [str(first.value)]
            while self._tokens[self._at].kind in {"word", "string"}:
                keys.append(str(self.take("word", "string").value))
            if not self._sees("{"):
                self.take("=")
            found.append(Item(tuple(keys), self._any(), first.line))
            if self._sees(","):
                self.take(",")
        return found

    def _sees(self, sign: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == sign or (token.kind == "sign" and token.value == sign)

    def _any(self) -> Any:
        token = self.take("string", "number", "word", "heredoc", "[", "{")
        if token.value == "{" and token.kind == "sign":
            inner = self.items("}")
            self.take("}")
            return inner
        if token.value == "[" and token.kind == "sign":
            return self._list()
        if token.kind == "word":
            if token.value not in {"true", "false"}:
                self._refuse(token, ("a value",))
            return token.value == "true"
        return token.value

    def _list(self) -> list[Any]:
        values = []
        while not self._sees("]"):
            values.append(self._any())
            if not self._sees("]"):
                self.take(",")
        self.take("]")
        return values

    @staticmethod
    def _refuse(token: _Token, wanted: tuple[str, ...]) -> NoReturn:
        raise HclError(f"line {token.line}:{token.column}: {token.value!r} stands where {' or '.join(wanted)} is expected")
