"""Leaves out the top-level blocks of a Terraform file that cannot matter, before the (slow) parser sees it.

python-hcl2 reads some hundred kilobytes a second; most of an estate's code is networks and buckets. Blocks are told apart by
their braces, outside strings, comments and here-documents. Left-out blocks become empty lines, so all others keep theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(
    r"#[^\n]*|//[^\n]*|(?P<comment>/\*)|<<-?(?P<heredoc>[A-Za-z][\w.-]*)\r?\n|\"(?:\\.|[^\"\\\n])*\"|(?P<open>[{\[(])|(?P<close>[}\])])"
)
_NOT_NEWLINE = re.compile(r"[^\n]+")


def sieve(text: str, keep: Callable[[str], bool]) -> str:
    """The text with every top-level block blanked that ``keep`` refuses; unchanged where the braces do not add up."""
    done, start = [], 0
    for end in _block_ends(text):
        if end < 0:
            return text
        block = text[start:end]
        done.append(block if keep(block) else _NOT_NEWLINE.sub("", block))
        start = end
    return "".join(done) + text[start:]


def _block_ends(text: str) -> Iterator[int]:
    """Position behind every top-level ``}``; -1 when a comment, here-document or bracket never ends. Linear in the text."""
    depth, position = 0, 0
    while (match := _TOKEN.search(text, position)) is not None:
        position = match.end()
        if match["comment"] or match["heredoc"]:
            position = _behind(text, position, match["heredoc"])
            if position < 0:
                yield -1
                return
        elif match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
            if depth < 0:
                yield -1
                return
            if depth == 0 and match["close"] == "}":
                yield position
    if depth:
        yield -1


def _behind(text: str, position: int, tag: str | None) -> int:
    """Position behind a block comment (no tag) or a here-document; -1: it never ends, and neither does any later one."""
    if tag is None:
        end = text.find("*/", position)
        return end + 2 if end >= 0 else -1
    match = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*\r?$", re.MULTILINE).search(text, position)
    return match.end() if match else -1
