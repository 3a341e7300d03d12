"""The words of Entra permissions: what is held and in which manner, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["application", "delegated", "delegated-personal"]
"""An app role (the app itself), or a scope used with a work or a personal account (never more than that user may do)."""
SCHEMES: Final[dict[Kind, str]] = {
    "application": "Application",
    "delegated": "DelegatedWork",
    "delegated-personal": "DelegatedPersonal",
}
"""Kind -> its name in the Graph permissions table."""
GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Application id of Microsoft Graph."""


@dataclass(frozen=True, slots=True)
class Held:
    """One permission of a resource application (its app id), consented to as ``kind``."""

    permission: str
    kind: Kind = "application"
    resource: str = GRAPH


@dataclass(frozen=True, slots=True)
class Request:
    """Either a ``permission``, or a Graph call (``method`` and ``path``, with or without ``/v1.0``)."""

    permission: str = ""
    method: str = ""
    path: str = ""
    kind: Kind = "application"
    resource: str = GRAPH
