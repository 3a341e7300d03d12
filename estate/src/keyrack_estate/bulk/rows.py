"""Credentials, grants, trusts, usage, ownership and placements of a block of identities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from keyrack.records import Credential, Grant, Ownership, Placement, Record, Trust, Usage
from keyrack_estate.bulk.columns import (
    Column,
    Flags,
    Ints,
    digits,
    hexadecimal,
    join,
    key_ids,
    maps,
    mixed,
    moments,
    pick,
    record_batch,
    repeats,
    where,
)
from keyrack_estate.bulk.kinds import ACCOUNTS, HOSTS, LOOSE_CREDENTIALS, REPOSITORIES, Block, account_number, person, zipf

Batch = tuple[type[Record], Any]
LISTS = pa.list_(pa.string())
UNROTATED = 0.71
"""Share of access keys past 90 days (MISSION.md)."""

ACTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws-iam": (
        ("s3:GetObject",),
        ("s3:PutObject", "s3:AbortMultipartUpload"),
        ("dynamodb:GetItem", "dynamodb:Query"),
        ("sqs:SendMessage",),
        ("sqs:ReceiveMessage", "sqs:DeleteMessage"),
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        ("kms:Decrypt",),
        ("sns:Publish",),
        ("secretsmanager:GetSecretValue",),
        ("ssm:GetParameter", "ssm:GetParameters"),
        ("ec2:Describe*",),
        ("ecr:GetAuthorizationToken",),
        ("iam:PassRole", "lambda:CreateFunction"),
        ("iam:CreatePolicyVersion",),
        ("s3:*",),
        ("*",),
    ),
    "github": (("contents:read",), ("packages:read",), ("checks:write",), ("contents:write",), ("write-all",)),
    "kubernetes": (("get", "list"), ("get", "list", "watch"), ("create",), ("update", "patch"), ("*",)),
    "mcp": (("search",), ("read_file",), ("list_issues",), ("run_query",), ("*",)),
}
"""Statements by language; the last ones (:data:`RARE_ACTIONS` of them) are too much."""
RARE_ACTIONS = {"aws-iam": 4, "github": 1, "kubernetes": 1, "mcp": 1}
_TRUST_WORDS = {
    "aws:iam-role": ("sts:AssumeRole", "aws:runs-as", "sts:AssumeRoleWithWebIdentity"),
    "k8s:service-account": ("k8s:runs-as",),
    "github:workflow": ("ci:uses-action",),
    "mcp:server": ("mcp:launch",),
    "systemd:unit": ("os:runs-as",),
}


def counts(rng: np.random.Generator, mean: float, size: int) -> Ints:
    """Children per parent: at least the whole part of the mean, and a tail."""
    base = int(mean)
    return base + (rng.random(size) < mean - base).astype(np.int64)


def grants(rng: np.random.Generator, block: Block, seed: int) -> Batch:
    """Statements: three in two thousand are too much."""
    parent = repeats(counts(rng, block.shape.grants, block.rows))
    rows = len(parent)
    number = block.first * 16 + np.arange(rows, dtype=np.int64)
    language = {"k8s:service-account": "kubernetes", "github:workflow": "github", "mcp:server": "mcp"}.get(
        block.shape.type, "aws-iam"
    )
    actions, rare = ACTIONS[language], RARE_ACTIONS[language]
    excess = rng.random(rows) < 0.0015
    usual = rng.integers(0, len(actions) - rare, rows)
    index = np.where(excess, len(actions) - 1 - rng.integers(0, rare, rows), usual)
    targets = [[f"arn:aws:s3:::bank-{n}/*" if language == "aws-iam" else f"bank-{n}"] for n in range(500)] + [["*"]]
    resource = np.where(excess, len(targets) - 1, rng.integers(0, len(targets) - 1, rows))
    return Grant, record_batch(
        Grant,
        rows,
        {
            "uid": join("grant:", hexadecimal(mixed(seed, 1, number), 20)),
            "identity_uid": block.uid.take(pa.array(parent)),
            "language": language,
            "effect": pick(["allow", "deny"], (rng.random(rows) < 0.03).astype(np.int64)),
            "actions": pick(actions, index, LISTS),
            "resources": pick(targets, resource, LISTS),
            "via": pick(["inline", "managed", "group"], rng.choice(3, rows, p=[0.3, 0.6, 0.1])),
            "policy": join("policy-", digits(zipf(rng, rows, 40_000))),
            "privilege": "unknown",
        },
    )


def trusts(rng: np.random.Generator, block: Block, seed: int) -> Batch:
    """Who may act as whom: mostly services and workloads of the same place."""
    parent = repeats(counts(rng, block.shape.trusts, block.rows))
    rows = len(parent)
    number = block.first * 8 + np.arange(rows, dtype=np.int64)
    words = _TRUST_WORDS.get(block.shape.type, ("sts:AssumeRole",))
    mechanism = rng.choice(len(words), rows, p=[0.55, 0.40, 0.05] if len(words) == 3 else None)
    subject, kind = _subjects(rng, block, parent, np.asarray(mechanism, dtype=np.int64))
    federated = np.array([word == "sts:AssumeRoleWithWebIdentity" for word in words])[mechanism]
    subs: list[list[str]] = [[f"repo:bank@77/repo-{n}@{n + 9000}:ref:refs/heads/main"] for n in range(300)] + [
        ["repo:bank/*"],
        [],
    ]
    sub = np.where(federated, np.where(rng.random(rows) < 0.05, 300, rng.integers(0, 300, rows)), 301)
    pinned = rng.random(rows) < 0.99
    return Trust, record_batch(
        Trust,
        rows,
        {
            "uid": join("trust:", hexadecimal(mixed(seed, 2, number), 20)),
            "identity_uid": block.uid.take(pa.array(parent)),
            "subject": subject,
            "subject_kind": kind,
            "mechanism": pick(words, np.asarray(mechanism, dtype=np.int64)),
            "issuer": where(federated, pick(["token.actions.githubusercontent.com"], np.zeros(rows, np.int64))),
            "subs": pick(subs, sub, LISTS),
            "audiences": pick([["sts.amazonaws.com"], []], (~federated).astype(np.int64), LISTS),
            "external_id": pa.array(rng.random(rows) < 0.5),
            "attrs": maps(rows, {"pin": pick(["sha", "tag"], (~pinned).astype(np.int64))}) if "ci:uses-action" in words else None,
        },
    )


def _workloads(rng: np.random.Generator, block: Block, parent: Ints) -> Ints:
    """One workload an identity, seen several times (pods, jobs, sessions); one in fifty identities is shared."""
    spread: Ints = np.where(rng.random(block.rows)[parent] < 0.02, rng.integers(1, 4, len(parent)), 0)
    return (block.first + parent) * 4 + spread


def _subjects(rng: np.random.Generator, block: Block, parent: Ints, mechanism: Ints) -> tuple[Column, Column]:
    rows = len(parent)
    if block.shape.type != "aws:iam-role":
        workload = join(block.scope.take(pa.array(parent)), "/workload-", digits(_workloads(rng, block, parent)))
        kind = {"github:workflow": "other_account", "mcp:server": "identity"}.get(block.shape.type, "workload")
        return workload, pick([kind], np.zeros(rows, np.int64))
    services = pick(["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "ec2.amazonaws.com"], rng.integers(0, 3, rows))
    peers = block.uid.take(pa.array(rng.integers(0, block.rows, rows)))
    own = block.scope.take(pa.array(parent))
    functions = join("aws:lambda:eu-north-1:", own, ":function:fn-", digits(block.first + parent))
    foreign = account_number(ACCOUNTS + rng.integers(0, 300, rows))
    choice = np.where(mechanism == 0, rng.choice(3, rows, p=[0.955, 0.04, 0.005]), np.where(mechanism == 1, 3, 4))
    issuer = pick(["token.actions.githubusercontent.com"], np.zeros(rows, np.int64))
    stacked = pa.concat_arrays([services, peers, foreign, functions, issuer])
    kinds = pick(["service", "identity", "other_account", "workload", "federated"], choice)
    return stacked.take(pa.array(choice * rows + np.arange(rows))), kinds


def held_credentials(rng: np.random.Generator, block: Block, seed: int, now: datetime) -> Iterator[Batch]:
    """Credentials that name their identity, and what is known of their use."""
    parent = repeats(counts(rng, block.shape.credentials, block.rows))
    rows = len(parent)
    if not rows:
        return
    number = block.first * 4 + np.arange(rows, dtype=np.int64)
    value = mixed(seed, 3, number)
    aws = block.shape.type == "aws:iam-user"
    uid = join("cred:aws:", key_ids(value)) if aws else join("cred:fp:", hexadecimal(value, 32))
    old = rng.random(rows) < UNROTATED
    age = np.where(old, rng.uniform(91, 1_400, rows), rng.uniform(1, 89, rows))
    kind, issuer = _credential_words(block.shape.type)
    second = np.concatenate([[False], np.diff(parent) == 0])
    off = rng.random(rows) < np.where(second, 0.9, 0.05)  # a second key is usually the old one, switched off
    status = pick(["active", "inactive"] if aws else ["unknown", "unknown"], off.astype(np.int64))
    holder = block.uid.take(pa.array(parent))
    yield (
        Credential,
        record_batch(
            Credential,
            rows,
            {
                "uid": uid,
                "kind": kind,
                "issuer": issuer,
                "name": kind,
                "identity_uid": holder,
                "public_id": key_ids(value) if aws else None,
                "fingerprint": None if aws else hexadecimal(value, 32),
                "status": status,
                "created_at": moments(now, age) if aws else None,
                "expiry": "never" if aws else "unknown",
            },
        ),
    )
    if aws:
        yield _key_usage(rng, uid, holder, age, seed, number, now)


def _credential_words(kind: str) -> tuple[str, str]:
    return {
        "aws:iam-user": ("access_key", "aws"),
        "github:workflow": ("api_token", "github-actions"),
        "mcp:server": ("api_token", "anthropic"),
        "unix:user": ("ssh_key", "ssh"),
        "k8s:service-account": ("api_token", "kubernetes"),
    }.get(kind, ("secret", "unknown"))


def _key_usage(rng: np.random.Generator, uid: Column, holder: Column, age: Any, seed: int, number: Ints, now: datetime) -> Batch:
    rows = len(number)
    never: Flags = rng.random(rows) < 0.06
    last = np.minimum(np.minimum(rng.exponential(9.0, rows), 400.0), age)
    return Usage, record_batch(
        Usage,
        rows,
        {
            "uid": join("usage:", hexadecimal(mixed(seed, 4, number), 20)),
            "identity_uid": holder,
            "credential_uid": uid,
            "grade": pick(["reported", "absent"], never.astype(np.int64)),
            "source": "iam:credential-report",
            "used_at": moments(now, last, ~never),
            "since": moments(now, age, never),
            "service": where(~never, pick(["s3", "dynamodb", "sqs"], rng.integers(0, 3, rows))),
        },
    )


def role_usage(rng: np.random.Generator, block: Block, seed: int, now: datetime) -> Batch:
    """Role last used, as IAM reports it; two in a hundred never."""
    rows = block.rows
    never: Flags = rng.random(rows) < 0.02
    last = np.minimum(np.minimum(rng.exponential(6.0, rows), 390.0), block.age)
    return Usage, record_batch(
        Usage,
        rows,
        {
            "uid": join("usage:", hexadecimal(mixed(seed, 5, block.first + np.arange(rows, dtype=np.int64)), 20)),
            "identity_uid": block.uid,
            "grade": pick(["reported", "absent"], never.astype(np.int64)),
            "source": "iam:role-last-used",
            "used_at": moments(now, last, ~never),
            "since": moments(now, block.age, never),
        },
    )


def ownership(rng: np.random.Generator, block: Block, seed: int) -> Batch:
    """Owner evidence for all but one in fifty."""
    kept = np.flatnonzero(rng.random(block.rows) > 0.02)
    evidence = {"aws": "tag", "repository": "codeowners", "machine": "file_owner"}[block.shape.provider]
    return Ownership, record_batch(
        Ownership,
        len(kept),
        {
            "uid": join("own:", hexadecimal(mixed(seed, 6, block.first + kept), 20)),
            "identity_uid": block.uid.take(pa.array(kept)),
            "owner": person(block.owner[kept]),
            "evidence": evidence,
            "detail": evidence,
        },
    )


def loose_credentials(rng: np.random.Generator, first: int, rows: int, seed: int, now: datetime) -> Iterator[Batch]:
    """Tokens and certificates found in places, most of them sanctioned, two in a hundred in two places."""
    count = int(rows * LOOSE_CREDENTIALS)
    number = first + np.arange(count, dtype=np.int64)
    value = mixed(seed, 7, number)
    uid = join("cred:fp:", hexadecimal(value, 32))
    kinds = rng.choice(4, count, p=[0.5, 0.3, 0.1, 0.1])
    certificate = kinds == 1
    left = rng.uniform(31, 380, count) - np.where(rng.random(count) < 0.04, 380.0, 0.0)
    yield (
        Credential,
        record_batch(
            Credential,
            count,
            {
                "uid": uid,
                "kind": pick(["api_token", "certificate", "private_key", "connection_string"], kinds),
                "issuer": pick(["github", "x509", "ssh", "database"], kinds),
                "name": "found",
                "fingerprint": hexadecimal(value, 32),
                "status": "unknown",
                "expires_at": moments(now, -left, certificate),
                "expiry": pick(["unknown", "set"], certificate.astype(np.int64)),
                "algorithm": where(certificate, pick(["EC", "RSA"], rng.integers(0, 2, count))),
                "bits": pa.array(np.where(rng.random(count) < 0.01, 1024, 2048), mask=~certificate),
            },
        ),
    )
    yield _placements(rng, uid, number, count, seed, now)


def _placements(rng: np.random.Generator, uid: Column, number: Ints, count: int, seed: int, now: datetime) -> Batch:
    parent = repeats(1 + (rng.random(count) < 0.02).astype(np.int64))
    rows = len(parent)
    system = rng.choice(4, rows, p=[0.90, 0.05, 0.03, 0.02])
    scope = join(pick(["vault", "host-", "repo-", "repo-"], system), digits(zipf(rng, rows, min(HOSTS, REPOSITORIES))))
    unique = number[parent] * 2 + np.concatenate([[0], (np.diff(parent) == 0).astype(np.int64)])
    return Placement, record_batch(
        Placement,
        rows,
        {
            "uid": join("place:", hexadecimal(mixed(seed, 8, unique), 20)),
            "credential_uid": uid.take(pa.array(parent)),
            "system": pick(["vault", "file", "git_head", "git_history"], system),
            "exposure": pick(["sanctioned", "config", "committed", "committed"], system),
            "scope": scope,
            "path": join("app/", digits(number[parent] % 97), "/settings"),
            "seen_at": moments(now, rng.uniform(1, 900, rows)),
            "environment": pick(["prod", "nonprod", None], rng.choice(3, rows, p=[0.5, 0.3, 0.2])),
            "state": "unknown",
            "detector": "estate",
        },
    )
