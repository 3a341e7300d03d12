"""Ordinary files of ordinary repositories: the hay."""

from __future__ import annotations

import json

from keyrack_estate.chance import BASE62, HEX, Chance

WORDS = [
    "account",
    "basket",
    "batch",
    "buyer",
    "carrier",
    "channel",
    "cursor",
    "customer",
    "entry",
    "event",
    "feed",
    "filter",
    "item",
    "label",
    "ledger",
    "locale",
    "margin",
    "order",
    "page",
    "parcel",
    "price",
    "queue",
    "rate",
    "region",
    "report",
    "rule",
    "seller",
    "shard",
    "stock",
    "tariff",
    "topic",
    "voucher",
    "window",
]


def python_module(chance: Chance, name: str) -> str:
    """A small Python module."""
    first, second, third = chance.some(WORDS, 3)
    title = first.capitalize()
    return f'''"""{name.capitalize()}: {first} and {second} of the shop."""

from dataclasses import dataclass


@dataclass(frozen=True)
class {title}:
    {second}_id: int
    {third}: str = "none"


def {first}_by_{second}(rows: list[{title}], limit: int = {chance.integer(10, 500)}) -> dict[int, {title}]:
    """Latest {first} of each {second}."""
    return {{row.{second}_id: row for row in rows[:limit]}}
'''


def script_module(chance: Chance, name: str) -> str:
    """A small TypeScript module."""
    first, second, third = chance.some(WORDS, 3)
    title = first.capitalize()
    return f"""// {name}: {first} view
export interface {title} {{ {second}Id: number; {third}?: string }}

export function by{second.capitalize()}(rows: {title}[], limit = {chance.integer(10, 500)}): Map<number, {title}> {{
  return new Map(rows.slice(0, limit).map((row) => [row.{second}Id, row]));
}}
"""


def readme(name: str) -> str:
    """A README."""
    return f"# {name}\n\nPart of Nordholm's shop. See the handbook for how to run it.\n\n    make dev\n"


def package_lock(chance: Chance, name: str) -> str:
    """A lock file: full of hashes that look like secrets."""
    packages = {
        f"node_modules/{word}": {
            "version": f"{chance.integer(0, 9)}.{chance.integer(0, 20)}.{chance.integer(0, 9)}",
            "resolved": f"https://registry.npmjs.org/{word}/-/{word}-1.0.0.tgz",
            "integrity": f"sha512-{chance.text(86, BASE62 + '+/')}==",
        }
        for word in chance.some(WORDS, 14)
    }
    return json.dumps({"name": name, "lockfileVersion": 3, "packages": packages}, indent=2) + "\n"


def commit_id(chance: Chance) -> str:
    """A full commit id, for pinning."""
    return chance.text(40, HEX)
