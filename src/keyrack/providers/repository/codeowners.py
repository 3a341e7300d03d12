"""CODEOWNERS: who owns a path. Pure.

Sources: GitHub "About code owners" (locations, last match wins, a pattern without owners clears them, no ``!`` and no ``[ ]``),
GitLab "Code Owners syntax" (sections with default owners; each section decides for itself).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

LOCATIONS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""In the order they are looked for; only the first that exists counts."""

SIZE_LIMIT: Final = 3 << 20
"""GitHub ignores larger files."""

_SECTION: Final = re.compile(r"^\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TEAM: Final = re.compile(r"@[\w.-]+(?:/[\w.-]+)+")
_HANDLE: Final = re.compile(r"@{1,2}[\w.-]+")
_LONGEST_PATTERN: Final = 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: paths that match belong to ``owners`` (none: to nobody)."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Codeowners:
    """The rules of one file by section; GitHub files have the one section ``""``."""

    sections: dict[str, list[Rule]]

    def owners(self, path: str) -> list[tuple[str, int]]:
        """Owners of a path with the line that says so; the last match of each section counts."""
        found: dict[str, int] = {}
        for rules in self.sections.values():
            rule = next((rule for rule in reversed(rules) if rule.pattern.match(path)), None)
            for owner in rule.owners if rule else ():
                found.setdefault(owner, rule.line if rule else 0)
        return list(found.items())


def parse(text: str) -> Codeowners:
    """Rules of a CODEOWNERS file; lines that make no sense are passed over, as GitHub does. Never raises."""
    sections: dict[str, list[Rule]] = {"": []}
    name = ""
    defaults: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        section = _SECTION.match(stripped)
        if section is not None:
            name, defaults = section[1].strip().lower(), tuple(_owners(section[2].split()))
            sections.setdefault(name, [])
            continue
        rule = _rule(stripped, number, defaults)
        if rule is not None:
            sections[name].append(rule)
    return Codeowners(sections)


def _rule(line: str, number: int, defaults: tuple[str, ...]) -> Rule | None:
    words = re.split(r"(?<!\\)\s+", line)
    pattern = expression(words[0])
    if pattern is None:
        return None
    comment = next((index for index, word in enumerate(words) if index and word.startswith("#")), len(words))
    stated = tuple(_owners(words[1:comment]))
    return Rule(pattern, stated or defaults, number)


def _owners(words: list[str]) -> Iterator[str]:
    """Owners as records carry them: lower-case e-mail, ``team:<org/name>``, or the handle as written."""
    for word in words:
        if _MAIL.fullmatch(word):
            yield word.lower()
        elif _TEAM.fullmatch(word):
            yield f"team:{word[1:].lower()}"
        elif _HANDLE.fullmatch(word):
            yield word


def expression(pattern: str) -> re.Pattern[str] | None:
    """A CODEOWNERS pattern as an expression over whole paths; ``None`` for one that is invalid (``!``, too long)."""
    if pattern.startswith("!") or len(pattern) > _LONGEST_PATTERN or pattern in {"", "/"}:
        return None
    text = re.sub(r"\\(.)", r"\1", pattern)
    folder, text = text.endswith("/"), text.strip("/")
    anchored = pattern.startswith("/") or "/" in text
    shallow = text.endswith("/*") or (text == "*" and pattern.startswith("/"))
    body = _translate(re.sub(r"\*{3,}", "**", text))
    start = "" if anchored else "(?:.*/)?"
    end = "/.*" if folder else ("" if shallow else "(?:/.*)?")
    return re.compile(f"{start}{body}{end}\\Z", re.DOTALL)


_TOKENS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    (r"\*\*/", lambda _: "(?:[^/]+/)*"),
    (r"/\*\*\Z", lambda _: "/.*"),
    (r"\*\*", lambda _: ".*"),
    (r"\*", lambda _: "[^/]*"),
    (r"\?", lambda _: "[^/]"),
    (r"[^*?/]+|/", re.escape),
)
_TOKEN: Final = re.compile("|".join(f"(?P<t{index}>{source})" for index, (source, _) in enumerate(_TOKENS)))


def _translate(text: str) -> str:
    return "".join(_TOKENS[int((match.lastgroup or "t5")[1:])][1](match[0]) for match in _TOKEN.finditer(text))
