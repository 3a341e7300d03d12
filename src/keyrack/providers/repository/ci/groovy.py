"""A tolerant lexer for Jenkinsfiles (Groovy): words, strings and punctuation with their lines; comments are dropped.

Groovy's grammar is not needed to see which strings stand where ("Apache Groovy documentation: Syntax", 2.5 Comments and
4 Strings). Slashy strings are not told from division: a stray ``/`` is punctuation. Total on any text, linear in its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

_TOKEN = re.compile(
    r"""(?xs)
      (?P<comment> //[^\n]* | /\*.*?(?:\*/|\Z) | \A\#![^\n]* )
    | (?P<triple> (?:\"\"\"(?:\\.|(?!\"\"\").)*(?:\"\"\"|\Z)) | (?:'''(?:\\.|(?!''').)*(?:'''|\Z)) )
    | (?P<string> "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'? )
    | (?P<word> [A-Za-z_$@][\w$]*(?:\.[A-Za-z_][\w$]*)* )
    | (?P<space> \s+ )
    | (?P<other> . )
    """
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word (dotted names stay together), a string without its quotes, or one character of punctuation."""

    kind: Literal["word", "string", "punct"]
    text: str = field(repr=False)
    line: int


def tokens(text: str) -> list[Token]:
    """All tokens of a Groovy source."""
    found: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind, raw = match.lastgroup, match.group()
        if kind == "triple":
            found.append(Token("string", _unescape(raw[3:].removesuffix(raw[:3])), line))
        elif kind == "string":
            found.append(Token("string", _unescape(raw[1:].removesuffix(raw[0])), line))
        elif kind == "word":
            found.append(Token("word", raw, line))
        elif kind == "other":
            found.append(Token("punct", raw, line))
        line += raw.count("\n")
    return found


def _unescape(text: str) -> str:
    simple = {"n": "\n", "t": "\t", "r": "\r"}
    return _ESCAPE.sub(lambda match: simple.get(match[1], match[1]), text)
