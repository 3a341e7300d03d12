"""Statements of old documents in the words of the newest version, with the same meaning.

In Version 2008-10-17 ``${`` is plain text; in 2012-10-17 it begins a variable, and ``${$}`` is the dollar itself ("Version" and
"Variables and tags", IAM User Guide).
"""

from __future__ import annotations

from dataclasses import replace

from keyrack.access.aws.model import Statement
from keyrack.access.aws.rules import VARIABLES_SINCE

_VARYING = ("string", "arn", "bool")
"""Operators whose values have variables replaced."""


def modern(statement: Statement, version: str) -> Statement:
    """The statement as a document of Version 2012-10-17 says it."""
    if version == VARIABLES_SINCE:
        return statement
    return replace(
        statement,
        resources=tuple(map(_literal, statement.resources)),
        conditions=tuple(
            replace(one, values=tuple(map(_literal, one.values))) if one.operator.startswith(_VARYING) else one
            for one in statement.conditions
        ),
    )


def _literal(text: str) -> str:
    return text.replace("${", "${$}{")
