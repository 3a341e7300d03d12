"""A policy document as text or decoded JSON -> ``Policy``.

Errors carry their place: ``line:column`` for what is no JSON, a JSON path (``Statement[0].Effect``) for what is no policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, cast

from keyrack.access.aws import grammar, sizes
from keyrack.access.aws.grammar import Use
from keyrack.access.aws.model import Condition, Policy, Statement
from keyrack.errors import KeyrackError


class PolicyError(KeyrackError):
    """A document that is no policy.

    Attributes:
        position: where, ``line:column`` or a JSON path; empty for the whole document.
        problem: what is wrong there.
    """

    def __init__(self, message: str, position: str = "") -> None:
        super().__init__("access.policy", f"{position}: {message}" if position else message, hint="correct the policy document")
        self.position = position
        self.problem = message


def parse(document: str | bytes | Mapping[str, Any], *, name: str = "", kind: Use | None = None) -> Policy:
    """Parse one policy document.

    Args:
        document: JSON text (UTF-8), or decoded JSON.
        name: kept in the policy, for reports.
        kind: what it is used as: adds the rules that depend on it (no Principal in an identity policy, size...).

    Raises:
        PolicyError: AWS would refuse the document; the first problem in reading order.
    """
    decoded = document if isinstance(document, Mapping) else _of_text(document, kind)
    for problem in grammar.problems(decoded, kind):
        if problem.level == "error":
            raise PolicyError(problem.message, problem.path)
    policy = cast("Mapping[str, Any]", decoded)
    written = policy["Statement"]
    statements = written if isinstance(written, list | tuple) else [written]
    return Policy(
        statements=tuple(_statement(statement, index) for index, statement in enumerate(statements, 1)),
        version=policy.get("Version", grammar.VERSIONS[1]),
        name=name,
    )


def _of_text(document: str | bytes, kind: Use | None) -> object:
    decoded = decode(document)
    if kind is not None and (problem := sizes.text_problem(_as_text(document), kind)) is not None:
        raise PolicyError(problem.message, problem.path)
    return decoded


def check(document: str | bytes | Mapping[str, Any], *, kind: Use | None = None, attached_to: str = "") -> list[grammar.Problem]:
    """Everything wrong with a document, errors and warnings; never raises for a bad one.

    Args:
        document: JSON text, or decoded JSON.
        kind: what it is used as.
        attached_to: a name of ``sizes.LIMITS``: adds the size limit (of text only).
    """
    found: list[grammar.Problem] = []
    if attached_to and not isinstance(document, Mapping):
        problem = sizes.size_problem(_as_text(document), attached_to)
        found += [problem] if problem else []
    try:
        decoded = document if isinstance(document, Mapping) else decode(document)
    except PolicyError as error:
        return [*found, grammar.Problem(error.position, error.problem)]
    return [*found, *grammar.problems(decoded, kind)]


def _as_text(document: str | bytes) -> str:
    return document if isinstance(document, str) else document.decode(errors="replace")


def decode(text: str | bytes) -> object:
    """JSON text -> values that ``grammar.problems`` reads best.

    Raises:
        PolicyError: no JSON (with ``line:column``), no UTF-8, or nested too deeply.
    """
    try:
        plain = text.decode() if isinstance(text, bytes) else text
        decoded = json.loads(
            plain,
            object_pairs_hook=grammar.Object,
            parse_int=grammar.Number,
            parse_float=grammar.Number,
            parse_constant=_no_constant,
        )
        if "\\u" in plain or not plain.isascii():
            json.dumps(decoded, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise PolicyError(f"no JSON: {error.msg}", f"{error.lineno}:{error.colno}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"no UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise PolicyError("half of a surrogate pair is no character") from error
    except RecursionError:
        raise PolicyError("nested too deeply") from None
    return cast("object", decoded)


def _no_constant(name: str) -> NoReturn:
    raise PolicyError(f"no JSON: {name} is no value")


def _statement(statement: Mapping[str, Any], index: int) -> Statement:
    """A statement that the grammar has passed."""
    negated = "NotResource" in statement
    resources = _list(statement.get("NotResource" if negated else "Resource", ()))
    not_actions = "NotAction" in statement
    not_principals = "NotPrincipal" in statement
    principal = statement.get("NotPrincipal" if not_principals else "Principal")
    return Statement(
        index=index,
        allow=statement["Effect"] == "Allow",
        actions=_list(statement["NotAction" if not_actions else "Action"]),
        resources=resources,
        not_actions=not_actions,
        not_resources=negated,
        principals=None if principal is None else tuple(_principals(principal)),
        not_principals=not_principals,
        conditions=tuple(_conditions(statement.get("Condition", {}))),
        sid=statement.get("Sid", ""),
        no_resource=not negated and "Resource" not in statement,
    )


def _principals(principal: object) -> Iterator[tuple[str, str]]:
    if isinstance(principal, Mapping):
        for kind, values in principal.items():
            yield from ((kind, value) for value in _list(values))
    else:
        yield "*", "*"


def _conditions(element: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for written, keys in element.items():
        quantifier, _, operator = written.lower().rpartition(":")
        if_exists = operator.endswith("ifexists")
        for key, values in keys.items():
            yield Condition(
                operator=operator.removesuffix("ifexists"),
                key=key.lower(),
                values=_list(values),
                quantifier=cast("Any", quantifier),
                if_exists=if_exists,
                written=key,
            )


def _list(value: object) -> tuple[str, ...]:
    """A string, number or boolean, or a list of them -> texts as JSON writes them."""
    return tuple(_text(one) for one in (value if isinstance(value, list | tuple) else (value,)))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
