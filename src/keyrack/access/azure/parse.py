"""Role assignments, role definitions and deny assignments as the ARM API gives them (2022-04-01), ``properties`` or flat."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from keyrack.access.azure.model import Assignment, Block, Denial
from keyrack.access.packaged import load
from keyrack.access.words import read_case


class _Block(msgspec.Struct, rename="camel"):
    actions: list[str] = []
    not_actions: list[str] = []
    data_actions: list[str] = []
    not_data_actions: list[str] = []
    condition: str | None = None


class _Role(msgspec.Struct, rename="camel"):
    permissions: list[_Block]


class _Assignment(msgspec.Struct, rename="camel"):
    principal_id: str
    role_definition_id: str
    scope: str
    condition: str | None = None


class _Principal(msgspec.Struct):
    id: str


class _Denial(msgspec.Struct, rename="camel"):
    scope: str
    permissions: list[_Block]
    principals: list[_Principal]
    exclude_principals: list[_Principal] = []
    do_not_apply_to_child_scopes: bool = False
    deny_assignment_name: str = ""
    condition: str | None = None


def role(definition: Mapping[str, Any]) -> tuple[Block, ...]:
    """Blocks of a role definition."""
    return tuple(_block(one) for one in read_case(_flat(definition), _Role).permissions)


def built_in(role_id: str) -> tuple[Block, ...] | None:
    """Blocks of a built-in role by its GUID (the last part of a role definition id); ``None`` for one not packaged."""
    found = load("azure_roles")["roles"].get(role_id.lower())
    return role(found) if found else None


def blocks_by_name(name: str) -> tuple[Block, ...] | None:
    """Blocks of a built-in role by its display name, in any case; ``None`` for one not packaged."""
    guid = _ids().get(name.lower())
    return built_in(guid) if guid else None


@cache
def _ids() -> Mapping[str, str]:
    return {str(found["name"]).lower(): guid for guid, found in load("azure_roles")["roles"].items()}


def name_of(role_id: str) -> str:
    """The built-in role's name, else the GUID."""
    guid = role_id.rpartition("/")[2].lower()
    found = load("azure_roles")["roles"].get(guid)
    return str(found["name"]) if found else guid


def assignment(record: Mapping[str, Any], roles: Mapping[str, tuple[Block, ...]] | None = None) -> Assignment:
    """A role assignment; ``roles`` are custom definitions by GUID or id, before the packaged ones."""
    read = read_case(_flat(record), _Assignment)
    guid = read.role_definition_id.rpartition("/")[2].lower()
    custom = {name.rpartition("/")[2].lower(): blocks for name, blocks in (roles or {}).items()}
    return Assignment(
        read.principal_id.lower(),
        name_of(guid),
        read.scope,
        custom.get(guid, built_in(guid)),
        read.condition or "",
    )


def denial(record: Mapping[str, Any]) -> Denial:
    """A deny assignment."""
    read = read_case(_flat(record), _Denial)
    return Denial(
        read.deny_assignment_name,
        read.scope,
        tuple(_block(one) for one in read.permissions),
        frozenset(one.id.lower() for one in read.principals),
        frozenset(one.id.lower() for one in read.exclude_principals),
        read.do_not_apply_to_child_scopes,
        read.condition or "",
    )


def _block(read: _Block) -> Block:
    return Block(
        tuple(read.actions),
        tuple(read.not_actions),
        tuple(read.data_actions),
        tuple(read.not_data_actions),
        read.condition or "",
    )


def _flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = record.get("properties")
    return inner if isinstance(inner, Mapping) else record
