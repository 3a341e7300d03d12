"""What every record shares: frozen, typed, no I/O; Arrow, SQL, JSON Schema and docs derive from it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

Text = str
Uid = str
"""Canonical, stable, human-readable name; see :mod:`keyrack.records.uids`."""

Attrs = Annotated[dict[str, str], Meta(description="Provider-native details, name to text; never a secret value.")]


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records. Times are timezone-aware UTC; absent facts are ``None``, never a guess.

    ``table`` names the record's table in the lake; ``key`` the columns that make a row unique within one source.
    """

    table: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ("uid",)
