"""What a bank's millions are made of: shares and shapes of each type of identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from keyrack.records import Identity
from keyrack_estate.account.users import WORKLOADS
from keyrack_estate.bulk.columns import MAP, Column, Ints, digits, join, maps, moments, pick, record_batch, where


@dataclass(frozen=True, slots=True)
class Shape:
    """One type: its share of all, mean number of credentials, grants and trusts, and its words."""

    type: str
    kind: str
    provider: str
    share: float
    credentials: float
    grants: float
    trusts: float
    attrs: tuple[dict[str, str], ...] = field(hash=False, default=())


SHAPES: tuple[Shape, ...] = (
    Shape(
        "aws:iam-role",
        "service_account",
        "aws",
        0.46,
        0.0,
        8.4,
        2.7,
        ({"service_linked": "false"}, {"service_linked": "false"}, {"service_linked": "true"}),
    ),
    Shape(
        "aws:iam-user",
        "service_account",
        "aws",
        0.08,
        1.3,
        6.2,
        0.0,
        (
            {"console": "false", "mfa": "false", "service_evidence": "tag:Type"},
            {"console": "false", "mfa": "false", "service_evidence": "path"},
            {"console": "true", "mfa": "false", "service_evidence": "tag:Type"},
        ),
    ),
    Shape(
        "k8s:service-account",
        "service_account",
        "repository",
        0.16,
        0.5,
        2.0,
        3.0,
        ({"automount": "false"}, {"automount": "true"}),
    ),
    Shape(
        "github:workflow",
        "cicd",
        "repository",
        0.11,
        1.7,
        1.0,
        4.0,
        (
            {"triggers": "push", "permissions": "contents=read", "oidc": "true"},
            {"triggers": "push,pull_request", "permissions": "contents=read", "oidc": "false"},
            {"triggers": "pull_request_target", "permissions": "write-all", "oidc": "false"},
        ),
    ),
    Shape(
        "mcp:server",
        "ai_agent",
        "machine",
        0.07,
        1.5,
        1.0,
        1.0,
        (
            {"client": "claude-code", "transport": "stdio", "runner": "npx", "pin": "exact", "auth": "env"},
            {"client": "cursor", "transport": "http", "auth": "header"},
            {"client": "vscode", "transport": "stdio", "runner": "npx", "pin": "none", "auth": "env"},
        ),
    ),
    Shape(
        "unix:user",
        "service_account",
        "machine",
        0.05,
        2.0,
        0.0,
        0.0,
        ({"interactive": "false", "shell": "/usr/sbin/nologin"}, {"interactive": "true", "shell": "/bin/bash"}),
    ),
    Shape("systemd:unit", "service_account", "machine", 0.04, 0.5, 0.0, 1.0, ({"run_as": "app"}, {"run_as": "root"})),
    Shape(
        "aws:iam-user", "human", "aws", 0.03, 1.0, 4.0, 0.0, ({"console": "true", "mfa": "true", "human_evidence": "tag:Type"},)
    ),
)
"""Shares add up to one. The last attrs of a shape are the rare, wrong ones: :data:`RARE` of all."""

RARE = 0.03
LOOSE_CREDENTIALS = 0.95
"""Credentials per identity that nobody has tied to one yet: tokens and certificates found in places."""
PEOPLE, VENDORS, ACCOUNTS, HOSTS, REPOSITORIES = 50_000, 200, 400, 9_000, 14_000
DEPARTED = 0.18


@dataclass(frozen=True, slots=True)
class Block:
    """Identities of one shape within one chunk; ``first`` is the number of the first of them in the whole estate."""

    shape: Shape
    first: int
    rows: int
    uid: Column
    scope: Column
    environment: Column
    owner: Ints
    age: np.ndarray[tuple[int], np.dtype[np.float64]]


def zipf(rng: np.random.Generator, rows: int, among: int) -> Ints:
    """Numbers below ``among``, the low ones far more often (density ~ 1/x)."""
    return np.minimum((among ** rng.random(rows)).astype(np.int64), among) - 1


def account_number(numbers: Ints) -> Column:
    """Twelve digits of an AWS account."""
    return digits(numbers * 7_919 + 210_000_000_000, 12)


def person(numbers: Ints) -> Column:
    """E-mail address of a person by number; those at or above the departed mark have left."""
    return join("p", digits(numbers, 5), "@bank.example")


def make(rng: np.random.Generator, shape: Shape, first: int, rows: int) -> Block:
    """Draw the identities of one shape."""
    number = np.arange(first, first + rows, dtype=np.int64)
    word = pick(WORKLOADS, rng.integers(0, len(WORKLOADS), rows))
    environment = pick(["prod", "nonprod", None], rng.choice(3, rows, p=[0.55, 0.35, 0.10]))
    uid, scope = _named(rng, shape, number, word)
    age = np.minimum(rng.exponential(420.0, rows) + 1.0, 3_000.0)
    gone = rng.random(rows) < 0.015
    living, departed = int(PEOPLE * (1 - DEPARTED)), int(PEOPLE * DEPARTED)
    owner = np.where(gone, living + zipf(rng, rows, departed), zipf(rng, rows, living))
    return Block(shape, first, rows, uid, scope, environment, owner, age)


def _named(rng: np.random.Generator, shape: Shape, number: Ints, word: Column) -> tuple[Column, Column]:
    rows = len(number)
    tail = join(word, "-", digits(number))
    if shape.provider == "aws":
        scope = account_number(zipf(rng, rows, ACCOUNTS))
        what = {"aws:iam-role": "role/", "aws:iam-user": "user/service/" if shape.kind != "human" else "user/people/"}[shape.type]
        return join("aws:iam::", scope, ":", what, tail), scope
    if shape.provider == "repository":
        scope = join("bank/repo-", digits(zipf(rng, rows, REPOSITORIES)))
        what = "workflow/" if shape.type == "github:workflow" else "k8s-service-account/"
        return join("repo:", scope, ":", what, tail), scope
    scope = join("host-", digits(zipf(rng, rows, HOSTS)))
    return join("machine:", scope, ":", shape.type.split(":")[1] + "/", tail), scope


def identities(rng: np.random.Generator, block: Block, now: datetime) -> object:
    """The block as a batch of Identity."""
    shape, rows = block.shape, block.rows
    variants: Sequence[dict[str, str]] = shape.attrs or ({},)
    rare = rng.random(rows) < RARE
    common = rng.integers(0, max(len(variants) - 1, 1), rows)
    index = np.where(rare, len(variants) - 1, common)
    owned = rng.random(rows) > 0.02
    tags = (
        maps(rows, {"Owner": where(owned, person(block.owner))})
        if shape.provider == "aws"
        else pick([{}], np.zeros(rows, np.int64), MAP)
    )
    return record_batch(
        Identity,
        rows,
        {
            "uid": block.uid,
            "kind": shape.kind,
            "type": shape.type,
            "name": block.uid,
            "provider": shape.provider,
            "scope": block.scope,
            "status": pick(["active", "disabled"], (rng.random(rows) < 0.004).astype(np.int64)),
            "created_at": moments(now, block.age) if shape.provider == "aws" else None,
            "environment": block.environment,
            "tags": tags,
            "attrs": pick([list(variant.items()) for variant in variants], index, MAP),
        },
    )
