"""Service accounts and everything that authenticates as them, or as nobody: keys, HMAC keys, API keys. Pure and total.

References: iam/docs/reference/rest/v1/projects.serviceAccounts and .keys ("keyType", "keyOrigin", "validBeforeTime"),
storage/docs/json_api/v1/projects/hmacKeys, api-keys/docs/reference/rest/v2/projects.locations.keys (cloud.google.com).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from keyrack.providers.gcp.assets import Asset
from keyrack.providers.gcp.hierarchy import described_owners, labelled_owners, strings
from keyrack.providers.gcp.names import Member, Projects, account_uid, agent, default_account, last, project_of
from keyrack.records import Credential, Identity, Record
from keyrack.records.credential import CredentialStatus
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, part, rows, text, texts, when

_FOREVER = 9999
_ALGORITHM = re.compile(r"KEY_ALG_([A-Z]+)_(\d{3,5})")
_HMAC: dict[str, CredentialStatus] = {"ACTIVE": "active", "INACTIVE": "inactive", "DELETED": "revoked"}


def known(**values: str | None) -> dict[str, str]:
    """Attributes that have a value."""
    return {name: value for name, value in values.items() if value}


def account(item: Asset, projects: Projects) -> Iterator[Record]:
    """A service account of ours, and who owns it by its description or its project's labels."""
    email = (text(item.data, "email") or "").lower()
    if not email:
        return
    home = projects.id(text(item.data, "projectId") or project_of(item.name)) or projects.home
    project = projects.known.get(home)
    description = text(item.data, "description") or ""
    uid = account_uid(email)
    yield Identity(
        uid=uid,
        kind="service_account",
        type="gcp:service-agent" if agent(email) else "gcp:service-account",
        name=email.partition("@")[0],
        provider="gcp",
        scope=home,
        status="disabled" if item.data.get("disabled") is True else "active",
        environment=project.environment if project else None,
        vendor="Google" if agent(email) else None,
        attrs=known(
            email=email,
            unique_id=text(item.data, "uniqueId"),
            title=text(item.data, "displayName"),
            description=description[:1000],
            default=default_account(email),
            oauth2_client_id=text(item.data, "oauth2ClientId"),
        ),
    )
    yield from described_owners(uid, description, "description of the service account")
    if project:
        yield from labelled_owners(uid, project.labels, f"project {project.id}")


def principal(member: Member, projects: Projects) -> Identity | None:
    """The identity a member of a policy stands for, where we only know it from there; ``None``: it stands for no single one."""
    uid = member.uid
    if uid is None:
        return None
    if member.kind == "account":
        return _mentioned(member, uid, projects)
    if member.kind == "user":
        ours = not projects.domain or member.name.endswith(f"@{projects.domain}") or "@" not in member.name
        return Identity(
            uid=uid, kind="human", type="gcp:user", name=member.name, provider="gcp", scope=projects.home,
            status="deleted" if member.deleted else "active", third_party=not ours, attrs={"email": member.name},
        )  # fmt: skip
    pool = "gcp:federated-set" if member.kind == "set" else "gcp:federated-principal"
    return Identity(
        uid=uid, kind="service_account", type=pool, name=member.rest or member.name, provider="gcp",
        scope=projects.id(project_of(member.pool)) or projects.home, status="deleted" if member.deleted else "unknown",
        attrs={"pool": member.pool},
    )  # fmt: skip


def _mentioned(member: Member, uid: str, projects: Projects) -> Identity:
    """An account named in a policy: of another project, Google's own, or already deleted."""
    google = agent(member.name)
    home = projects.of_account(member.name)
    project = projects.known.get(home)
    return Identity(
        uid=uid,
        kind="service_account",
        type="gcp:service-agent" if google else "gcp:service-account",
        name=member.name.partition("@")[0],
        provider="gcp",
        scope=home or projects.home,
        status="deleted" if member.deleted else "unknown",
        environment=project.environment if project else None,
        third_party=bool(not google and projects.whole and home and project is None),
        vendor="Google" if google else None,
        attrs=known(email=member.name, declared_by="binding", default=default_account(member.name)),
    )


def key(item: Asset, emails: dict[str, str], now: datetime) -> Credential | None:
    """A user-managed key. Keys that Google manages (``SYSTEM_MANAGED``) rotate by themselves and never leave Google: none.

    ``emails`` leads from an account's unique id, which may stand in the key's name, to its address.
    """
    name = text(item.data, "name") or item.name
    identifier, holder = last(name), name.rpartition("/keys/")[0]
    if "/keys/" not in name or not identifier or text(item.data, "keyType") == "SYSTEM_MANAGED":
        return None
    email = emails.get(last(holder), last(holder)).lower()
    ends = when(item.data, "validBeforeTime")
    forever = ends is not None and ends.year >= _FOREVER
    shape = _ALGORITHM.fullmatch(text(item.data, "keyAlgorithm") or "")
    status: CredentialStatus = "inactive" if item.data.get("disabled") is True else "active"
    if ends is not None and ends <= now:
        status = "expired"
    return Credential(
        uid=credential_uid("gcp", public_id=identifier),
        kind="private_key",
        issuer="gcp",
        name=f"service account key of {email}",
        identity_uid=account_uid(email),
        public_id=identifier,
        status=status,
        created_at=when(item.data, "validAfterTime"),
        expires_at=None if forever else ends,
        expiry="never" if forever else ("set" if ends else "unknown"),
        algorithm=shape[1] if shape else None,
        bits=int(shape[2]) if shape else None,
        attrs=known(
            login=email,
            cloud="gcp",
            origin=(text(item.data, "keyOrigin") or "").lower() or None,
            disabled_because=text(item.data, "disableReason") if status == "inactive" else None,
        ),
    )


def hmac_key(raw: Raw) -> Credential | None:
    """An HMAC key of Cloud Storage: an access key in the manner of S3. It never expires, and nobody reports its use."""
    identifier, email = text(raw, "accessId"), (text(raw, "serviceAccountEmail") or "").lower()
    if not identifier:
        return None
    return Credential(
        uid=credential_uid("gcp", public_id=identifier),
        kind="access_key",
        issuer="gcp",
        name=f"HMAC key of {email or 'an unnamed account'}",
        identity_uid=account_uid(email) if email else None,
        public_id=identifier,
        status=_HMAC.get(text(raw, "state") or "", "unknown"),
        created_at=when(raw, "timeCreated"),
        expiry="never",
        attrs=known(login=email, cloud="gcp", origin="hmac"),
    )


def api_key(item: Asset, projects: Projects) -> Iterator[Record]:
    """An API key: an identity of its own, and its one credential; bound to a service account it authenticates as that.

    Its string is never asked for (``apikeys.keys.getKeyString``); the uid is what Google calls it.
    """
    identifier = text(item.data, "uid") or last(item.name)
    if not identifier or text(item.data, "deleteTime"):
        return
    home = projects.id(project_of(item.name)) or projects.home
    project = projects.known.get(home)
    email = (text(item.data, "serviceAccountEmail") or "").lower()
    uid = account_uid(email) if email else f"gcp:api-key/{identifier}"
    title = text(item.data, "displayName") or identifier
    if not email:
        labels = strings(item.data, "annotations")
        yield Identity(
            uid=uid, kind="api_key", type="gcp:api-key", name=title, provider="gcp", scope=home,
            created_at=when(item.data, "createTime"), environment=project.environment if project else None, tags=labels,
        )  # fmt: skip
        yield from labelled_owners(uid, labels, "the key's annotations")
        if project:
            yield from labelled_owners(uid, project.labels, f"project {project.id}")
    limits = part(item.data, "restrictions")
    services = sorted({name for row in rows(limits, "apiTargets") if (name := text(row, "service"))})
    yield Credential(
        uid=credential_uid("gcp", public_id=identifier),
        kind="api_token",
        issuer="gcp",
        name=f"API key {title}",
        identity_uid=uid,
        public_id=identifier,
        status="active",
        created_at=when(item.data, "createTime"),
        expiry="never",
        attrs=known(
            cloud="gcp",
            origin="api-key",
            apis=",".join(services) or "any",
            clients=_clients(limits),
            login=email,
        ),
    )


def _clients(limits: Raw) -> str:
    """Who may use an API key: ``websites``, ``addresses``, ``android``, ``ios``, or ``any`` (also when a list lets all in)."""
    if sites := texts(limits, "browserKeyRestrictions", "allowedReferrers"):
        return "any" if "*" in sites else "websites"
    if addresses := texts(limits, "serverKeyRestrictions", "allowedIps"):
        return "any" if {"0.0.0.0/0", "::/0"} & set(addresses) else "addresses"
    if rows(limits, "androidKeyRestrictions", "allowedApplications"):
        return "android"
    return "ios" if texts(limits, "iosKeyRestrictions", "allowedBundleIds") else "any"
