"""The MUSTs of the specification 2026-07-28 that bind servers and authorization servers, each with its verdict on one server.

docs/mcp-conformance.md is this table. Sections are pages below modelcontextprotocol.io/specification/2026-07-28. What binds only
clients is left out: no client is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from keyrack.providers.mcp.seen import Seen

Result = Literal["pass", "fail", "not observable"]
Party = Literal["transport", "messages", "tools", "authorization", "authorization server"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``evidence``: what was seen, or why nothing could be."""

    result: Result
    evidence: str


@dataclass(frozen=True, slots=True)
class Must:
    """One requirement: a stable id, whom it binds, where it stands, what it asks in our words, and how it is judged."""

    id: str
    party: Party
    section: str
    asks: str
    judge: Callable[[Seen], Verdict]


def passed(evidence: str) -> Verdict:
    """It holds, as far as can be seen from outside."""
    return Verdict("pass", evidence)


def failed(evidence: str) -> Verdict:
    """It does not hold."""
    return Verdict("fail", evidence)


def unseen(evidence: str) -> Verdict:
    """Nothing was seen that would tell."""
    return Verdict("not observable", evidence)


def never(why: str) -> Callable[[Seen], Verdict]:
    """A requirement that cannot be judged from outside by a client that only reads."""
    return lambda _: unseen(why)


def modern(judge: Callable[[Seen], Verdict]) -> Callable[[Seen], Verdict]:
    """Judge only servers that speak this revision and let us in."""

    def judged(seen: Seen) -> Verdict:
        if seen.era == "modern":
            return judge(seen)
        return unseen(f"it speaks {seen.version} only" if seen.era else "it did not let us in")

    return judged


def asked(question: str, judge: Callable[[Seen], Verdict]) -> Callable[[Seen], Verdict]:
    """Judge only when a question got a reply."""

    def judged(seen: Seen) -> Verdict:
        return judge(seen) if question in seen.replies else unseen("not asked, or no reply")

    return judged


def said(seen: Seen, question: str) -> str:
    """A reply in a few words: ``HTTP 400, code -32020``."""
    code = seen.code(question)
    return f"HTTP {seen.status(question)}{'' if code is None else f', code {code}'}"


def table() -> tuple[Must, ...]:
    """All requirements, in the order of the specification's pages."""
    from keyrack.providers.mcp import must_auth, must_messages, must_transport

    return (*must_transport.MUSTS, *must_messages.MUSTS, *must_auth.MUSTS)


def conformance(seen: Seen) -> Iterator[tuple[Must, Verdict]]:
    """Every requirement with its verdict."""
    for must in table():
        yield must, must.judge(seen)
