"""Decisions over a stream of cases, and what one identity may do in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from keyrack.access.cases import LONGEST, Answer, answerer, error_line
from keyrack.errors import KeyrackError

if TYPE_CHECKING:
    from keyrack.app.home import Home
    from keyrack.lake import Commit

Row = dict[str, Any]


def decide_lines(language: str, read: Callable[[], bytes]) -> Iterator[bytes]:
    """Answer JSON Lines as they arrive: each block that was read yields the answers to the lines it completes.

    Args:
        language: a name of ``access.cases.LANGUAGES``.
        read: the next bytes, as soon as there are any; empty at the end.

    Yields:
        answers, each with its line end, in the order of the lines; write and flush each block before the next is read.

    Raises:
        UsageError: no such language.
    """
    return _answers(answerer(language), read)


def _answers(answer: Answer, read: Callable[[], bytes]) -> Iterator[bytes]:
    pending: list[bytes] = []
    size, too_long = 0, False
    while block := read():
        *complete, rest = block.split(b"\n")
        out: list[bytes] = []
        for line in complete:
            if too_long or size + len(line) > LONGEST:
                out.append(_too_long(b"".join(pending)))
            else:
                out.append(answer(b"".join([*pending, line])))
            pending, size, too_long = [], 0, False
        if out:
            yield b"\n".join(out) + b"\n"
        if not too_long:
            pending.append(rest)
        size += len(rest)
        too_long = too_long or size > LONGEST
    if size:
        yield (_too_long(b"".join(pending)) if too_long else answer(b"".join(pending))) + b"\n"


def _too_long(start: bytes) -> bytes:
    return error_line(start[:2048], f"the line has more than {LONGEST} bytes")


def effective_rows(home: Home, commit: Commit, uid: str) -> Iterator[Row]:
    """What an AWS user or role may do once denies, boundary, organisation and session have had their say; worst first.

    Yields:
        ``privilege``, ``actions``, ``resources``, ``excluded`` (resources taken out), ``conditions`` (operator -> key -> values),
        ``limits`` (statements that may deny part of it), ``approximate`` (a policy variable's value is not known), ``because``.

    Raises:
        KeyrackError: no such AWS user or role in this commit.
    """
    from keyrack.access.aws.effective import effective
    from keyrack.access.aws.render import conditions
    from keyrack.app.evaluation import open_commit
    from keyrack.graph.aws_principals import directory
    from keyrack.rules.reach import estate_of

    connection = open_commit(home, commit)
    try:
        principal = directory(estate_of(connection)).principals.get(uid.removeprefix("arn:"))
    finally:
        connection.close()
    if principal is None:
        hint = "`keyrack inventory` lists identities; today AWS users and roles have effective access"
        raise KeyrackError("access.unknown", f"no AWS user or role {uid!r} is known", hint=hint)
    rank = {name: number for number, name in enumerate(("admin", "permissions", "write", "read", "list"))}
    grants = effective(principal.policies, principal.arn, principal.facts)
    for grant in sorted(grants, key=lambda one: (rank.get(one.privilege, len(rank)), one.region.resources, one.actions)):
        yield {
            "privilege": grant.privilege,
            "actions": grant.actions,
            "resources": grant.region.resources,
            "excluded": grant.region.excluded,
            "conditions": conditions(grant.conditions),
            "limits": [limit.because for limit in grant.limits],
            "approximate": grant.approximate,
            "because": grant.because,
        }
