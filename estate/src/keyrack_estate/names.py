"""Tokens: the comparable names by which a truth entry and a finding can mean the same thing.

| token | made from | level |
|---|---|---|
| `id:AKIA...`, `id:SHA256:...`, `id:<thumbprint>` | access key id, SSH or certificate fingerprint | 0, the most specific |
| `item:<scope>|<path>|<name>` | a named item in a file: an MCP server, a service account, a unix user | 1 |
| `file:<scope>|<path>` | a file | 2 |
| `arn:<arn>` | an AWS principal or resource | 3 |
| `native:<system>|<id>` | an identity or resource of another system, by its administrators' name, in lower case | 3 |
"""

from __future__ import annotations

import re

from keyrack_estate.truth import Anchor

_ARN = re.compile(r"(?:arn:)?(aws(?:-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:[^#?\s|]+)")
_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])")
_SECRET_SUFFIX = re.compile(r"(:secret:.+)-[A-Za-z0-9]{6}(?:/value)?$")
_REVISION = re.compile(r"(:task-definition/[^:]+):\d+$")
_ACM = re.compile(r"[0-9a-f]{64}")


def levels(token: str) -> int:
    """How specific a token is: 0 is a credential, 3 an AWS principal or resource."""
    return {"id": 0, "item": 1, "file": 2, "arn": 3, "native": 3}[token.split(":", 1)[0]]


def anchor_token(anchor: Anchor) -> str:
    """The token of an anchor.

    Raises:
        ValueError: the anchor names nothing.
    """
    if anchor.native:
        return f"native:{anchor.native.lower()}"
    if anchor.arn:
        return arn_token(anchor.arn)
    if anchor.public_id:
        return id_token(anchor.public_id)
    if anchor.scope and anchor.path and anchor.name:
        return item_token(anchor.scope, anchor.path, anchor.name)
    if anchor.scope and anchor.path:
        return file_token(anchor.scope, anchor.path)
    raise ValueError("anchor without a name")


_UID_SYSTEMS = {"k8s": "kubernetes"}


def native_token(uid: str) -> str | None:
    """Token of a Keyrack uid of another system: what stands after its type; ``None`` for AWS, hosts and repositories.

    ``gcp:sa/x@y`` is ``native:gcp|x@y``, ``k8s:<cluster>:sa/<ns>/<name>`` is ``native:kubernetes|<ns>/<name>``, and an account at
    a service is the service's: ``saas:github:account/x`` is ``native:github|x``.
    """
    system, _, rest = uid.partition(":")
    head, slash, name = rest.partition("/")
    if not slash or system in {"aws", "machine", "repo", "cred"}:
        return None
    if system == "saas":
        system = head.partition(":")[0]
    return f"native:{_UID_SYSTEMS.get(system, system)}|{name}".lower()


def id_token(public_id: str) -> str:
    """Token of a credential's public id; hexadecimal thumbprints lose colons and case."""
    plain = public_id.replace(":", "").lower()
    return f"id:{plain if _ACM.fullmatch(plain) else public_id}"


def arn_token(arn: str) -> str:
    """Token of an ARN, with or without ``arn:``; a secret's random suffix and a task's revision are left out."""
    bare = arn.removeprefix("arn:")
    bare = _SECRET_SUFFIX.sub(r"\1", bare)
    return "arn:" + _REVISION.sub(r"\1", bare)


def file_token(scope: str, path: str) -> str:
    """Token of a file: last part of the scope (``nordholm/web`` and ``web`` are one), path from the root."""
    return f"file:{_scope(scope)}|{_path(path)}"


def item_token(scope: str, path: str, name: str) -> str:
    """Token of a named item in a file: the last part of its name."""
    return f"item:{_scope(scope)}|{_path(path)}|{name.rsplit('/', maxsplit=1)[-1].lower()}"


def place_tokens(scope: str, path: str) -> set[str]:
    """Tokens of a place as a scanner writes it: an ARN inside the path counts as the ARN."""
    found = text_tokens(path)
    return found or ({file_token(scope, path)} if path else set())


def text_tokens(text: str) -> set[str]:
    """ARNs and access key ids quoted in a text."""
    ids = {id_token(found) for found in _KEY_ID.findall(text)}
    return ids | {arn_token(found) for found in _ARN.findall(text)}


def _scope(scope: str) -> str:
    return scope.rsplit("/", maxsplit=1)[-1].rsplit(":", maxsplit=1)[-1].lower()


def _path(path: str) -> str:
    """A path as from the root of its tree: without a leading slash, a scanned root's own folder, or a `#field`."""
    plain = path.split("#", maxsplit=1)[0].replace("\\", "/")
    for marker in ("/home-root/", "home-root/"):
        if marker in plain:
            plain = plain.split(marker, maxsplit=1)[1]
    return plain.lstrip("/").removeprefix("./")
