"""AWS shared credentials and config files, and the CLI's token caches.

Sources: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; the cache layouts of aws-cli v2
(``~/.aws/sso/cache``, ``~/.aws/cli/cache``). An ``AKIA`` id is long-lived and never expires by itself; an ``ASIA`` id is
temporary (IAM User Guide, "Unique identifiers").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from keyrack.sdk.formats.base import Parsed, clean, load_json, malformed, mapping, parsed, string, text_of, when
from keyrack.sdk.formats.ini import Entry, entries
from keyrack.sdk.formats.values import dated, described, secret_of
from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import placeholder, reference

_KEY_ID_LENGTH = range(16, 129)


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile without its secrets: which role it assumes, from where, or which helper gives it credentials."""

    name: str
    line: int
    role_arn: str = ""
    source_profile: str = ""
    credential_source: str = ""
    web_identity: bool = False
    helper: bool = False
    sso: bool = False


@dataclass(frozen=True)
class AwsFile(Parsed):
    """Materials and profiles of a shared credentials or config file."""

    profiles: tuple[Profile, ...] = ()


def parse(data: bytes) -> AwsFile:
    """Profiles of ``~/.aws/credentials`` or ``~/.aws/config``; each key pair is one material, ``public_id`` the key id."""
    sections: dict[str, dict[str, Entry]] = {}
    for entry in entries(text_of(data)):
        sections.setdefault(_profile_name(entry.section), {})[entry.key.lower()] = entry
    materials = [material for name, keys in sections.items() for material in _keys(name, keys)]
    return AwsFile(tuple(materials), (), tuple(_profile(name, keys) for name, keys in sections.items()))


def _profile_name(section: str) -> str:
    return clean(section.removeprefix("profile ").strip().strip("\"'")) or "default"


def _keys(profile: str, keys: dict[str, Entry]) -> Iterator[Material]:
    key_id, secret = keys.get("aws_access_key_id"), keys.get("aws_secret_access_key")
    first = key_id or secret
    if first is None:
        return
    expires = next((when(keys[k].value) for k in ("aws_expiration", "x_security_token_expires", "expiration") if k in keys), None)
    found = key_pair(
        key_id.value if key_id else "",
        secret.value if secret else "",
        name=f"AWS access key of profile {profile}",
        detector="aws.credentials",
        field=f"{profile}.aws_access_key_id",
        line=first.line,
        temporary="aws_session_token" in keys or "aws_security_token" in keys,
        expires=expires,
    )
    if found:
        yield found


def key_pair(
    key_id: str,
    secret: str,
    *,
    name: str,
    detector: str,
    field: str,
    line: int | None = None,
    temporary: bool = False,
    expires: datetime | None = None,
) -> Material | None:
    """One AWS key: id and secret joined. A key id alone is a reference: it names a key and gives nothing away."""
    value = secret_of(secret)
    known = key_id.isalnum() and len(key_id) in _KEY_ID_LENGTH and not placeholder(key_id) and not reference(key_id)
    if not known and value is None:
        return None
    short = temporary or key_id.startswith("ASIA")
    attrs = {} if short else {"cloud": "aws"}
    return Material(
        kind="session_token" if short else "access_key",
        issuer="aws",
        name=clean(name),
        detector=detector,
        secret=value,
        public_id=key_id if known else None,
        line=line,
        field=clean(field),
        expires_at=expires,
        expiry="set" if short else "never",
        attrs=attrs if value else {**attrs, "referenced": "true"},
    )


def _profile(name: str, keys: dict[str, Entry]) -> Profile:
    def value(key: str) -> str:
        return clean(keys[key].value) if key in keys else ""

    return Profile(
        name=name,
        line=min(entry.line for entry in keys.values()),
        role_arn=value("role_arn"),
        source_profile=value("source_profile"),
        credential_source=value("credential_source"),
        web_identity="web_identity_token_file" in keys,
        helper="credential_process" in keys,
        sso=any(key.startswith("sso_") for key in keys),
    )


def parse_cache(data: bytes) -> Parsed:
    """A file of ``~/.aws/sso/cache`` or ``~/.aws/cli/cache``: tokens that end by themselves, mostly within hours."""
    document = mapping(load_json(data))
    if not document:
        return malformed("a JSON object")
    found = [*_sso(document), *_role(mapping(document.get("Credentials")))]
    return parsed(found)


def _sso(document: dict[str, object] | object) -> Iterator[Material]:
    fields = mapping(document)
    endpoint = string(fields.get("startUrl"))
    for key, kind, expires in (
        ("accessToken", "session_token", when(fields.get("expiresAt"))),
        ("refreshToken", "refresh_token", when(fields.get("registrationExpiresAt"))),
    ):
        token = described(
            fields.get(key),
            kind="session_token" if kind == "session_token" else "refresh_token",
            issuer="aws",
            name=f"IAM Identity Center {key}",
            detector="aws.sso_cache",
            field=key,
            attrs={"endpoint": endpoint, "person": "signed in through IAM Identity Center"},
        )
        found = dated(token, expires=expires)
        if found:
            yield found


def _role(fields: object) -> Iterator[Material]:
    keys = mapping(fields)
    found = key_pair(
        string(keys.get("AccessKeyId")),
        string(keys.get("SecretAccessKey")),
        name="cached AWS role session",
        detector="aws.cli_cache",
        field="Credentials.AccessKeyId",
        temporary=True,
        expires=when(keys.get("Expiration")),
    )
    if found:
        yield found
