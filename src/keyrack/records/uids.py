"""Canonical names. One function a name; every provider uses these, so that the same thing gets the same uid.

| thing | shape |
|---|---|
| AWS principal or resource | its ARN without `arn:` - `aws:iam::111122223333:role/deploy` |
| host-bound identity | `machine:<host>:<type>/<name>` |
| repository-bound identity | `repo:<name>:<type>/<name>` |
| account at a service | `saas:<service>:account/<login>` |
| credential with a public id | `cred:<issuer>:<public id>` |
| credential known by its value | `cred:fp:<fingerprint>` |
| credential known by its holder | `cred:at:<identity uid>/<name>` |
"""

from __future__ import annotations

import hashlib


def aws_uid(arn: str) -> str:
    """The uid of an AWS ARN (any partition): the ARN without its `arn:` prefix."""
    return arn.removeprefix("arn:")


def aws_arn(uid: str) -> str:
    """The ARN of an AWS uid; inverse of :func:`aws_uid`."""
    return uid if uid.startswith("arn:") else f"arn:{uid}"


def machine_uid(host: str, kind: str, name: str) -> str:
    """Identity bound to a host, e.g. ``machine:build-7:mcp-server/claude-code/github``."""
    return f"machine:{host}:{kind}/{name}"


def repository_uid(repository: str, kind: str, name: str) -> str:
    """Identity bound to a repository, e.g. ``repo:acme/web:workflow/deploy.yml``."""
    return f"repo:{repository}:{kind}/{name}"


def account_uid(service: str, login: str) -> str:
    """Account at a service, wherever it was seen, e.g. ``saas:github:account/octocat``. Logins are compared in lower case."""
    return f"saas:{service}:account/{login.lower()}"


def credential_uid(
    issuer: str, *, public_id: str | None = None, fingerprint: str | None = None, holder: str | None = None, name: str = ""
) -> str:
    """Best stable name of a credential: by public id, else by fingerprint, else by its holder and name.

    Raises:
        ValueError: none of the three is known.
    """
    if public_id:
        return f"cred:{issuer}:{public_id}"
    if fingerprint:
        return f"cred:fp:{fingerprint}"
    if holder:
        return f"cred:at:{holder}/{name}"
    raise ValueError("a credential needs a public id, a fingerprint or a holder")


def row_uid(prefix: str, *parts: object) -> str:
    """Stable uid of a record that has no native name: ``prefix:`` and 20 hex digits over its parts."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"{prefix}:{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"
