"""What calls are made on: the things an identity's own policies name, and for wildcards the things the account has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keyrack_estate.account.model import Account, Document
from keyrack_estate.logs.catalogue import Target

_NAMED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"arn:aws:dynamodb:[^:]*:[^:]*:table/([\w-]+)$"), "table"),
    (re.compile(r"arn:aws:sqs:[^:]*:[^:]*:([\w-]+)$"), "queue"),
    (re.compile(r"arn:aws:s3:::([\w-]+)/([\w/-]*)\*$"), "object"),
    (re.compile(r"arn:aws:s3:::([\w-]+)$"), "bucket"),
    (re.compile(r"arn:aws:logs:[^:]*:[^:]*:log-group:([\w/-]+):\*$"), "group"),
    (re.compile(r"arn:aws:kms:[^:]*:[^:]*:key/([\w-]+)$"), "key"),
    (re.compile(r"arn:aws:iam::[^:]*:role/([\w-]+)$"), "role"),
)


def named(documents: Iterable[Document]) -> list[Target]:
    """Things that policies name outright, in order, each once."""
    found: dict[Target, None] = {}
    for document in documents:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            resources = statement.get("Resource", [])
            for text in [resources] if isinstance(resources, str) else resources:
                for target in _target(str(text)):
                    found[target] = None
    return list(found)


def _target(text: str) -> list[Target]:
    for pattern, kind in _NAMED:
        match = pattern.match(text)
        if match is None:
            continue
        if kind == "object":
            return [Target(kind, match[1], f"{match[2]}{part}") for part in ("2026/batch-1.json", "2026/batch-2.json")]
        if kind == "group":
            return [Target(kind, match[1], "app/main")]
        return [Target(kind, match[1])]
    return []


def pool(account: Account) -> list[Target]:
    """Things of the account that wildcards reach: a few of each kind, things of others among them."""
    works = ("catalog", "orders", "ledger", "exports", "search", "cards")
    roles = [name for name in account.roles if name.endswith("-worker")][:4]
    users = [user for user in account.users.values() if user.path == "/service/"][:3]
    found = [Target("any", "*", role=roles[0])]
    found += [Target("table", name) for name in works] + [Target("queue", f"{name}-in") for name in works]
    for name in works:
        found += [Target("bucket", f"nordholm-{name}"), Target("object", f"nordholm-{name}", "input/2026/feed.json")]
        found += [Target("group", f"/{name}", "app/main")]
    found += [Target("function", item.name, role=roles[1]) for item in account.functions[:4]]
    found += [Target("secret", secret.name) for secret in account.secrets[:4]]
    found += [Target("key", item.id) for item in account.kms[:3]]
    found += [Target("role", name) for name in roles]
    found += [Target("user", f"{user.path[1:]}{user.name}", user.name) for user in users]
    found += [Target("policy", name) for name in account.policies]
    found += [Target("instance", item.id, role=roles[2]) for item in account.instances[:3]]
    found += [Target("stack", f"app-{name}", role=roles[3]) for name in works[:3]]
    found += [Target("project", item.name) for item in account.projects[:3]]
    found += [Target("topic", f"{name}-events") for name in works[:3]]
    found += [Target("parameter", f"{name}/url") for name in works[:3]]
    found += [Target("task", "production", "0f3a9c1d5b7e4a6f8c2d1e0f9a8b7c6d")]
    return found
