"""Service principals and applications to identities, owners and credentials. Pure.

An application of ours and its service principal are one identity, ``sp``; an application nobody instantiated is ``app``.
Microsoft's own and other tenants' service principals stand alone. Shapes: ``servicePrincipal``, ``application``,
``agentIdentity`` (Graph v1.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keyrack.providers.entra.names import MICROSOFT, Tenant, environment_of, flag, guid, known, mails, named, said
from keyrack.providers.entra.people import address
from keyrack.records import Identity, Ownership, Record, Trust
from keyrack.records.identity import Environment, IdentityKind
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, rows, text, texts, when

OWNS: Final = "entra:owner"
Owner = tuple[str, str, str | None]
"""(kind: user or sp, object id, address)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """What is kept of a service principal until its application comes by; only our own applications' are kept."""

    uid: str
    name: str
    enabled: bool
    created: datetime | None
    tags: Mapping[str, str] = field(default_factory=dict)
    notes: str | None = None
    owners: tuple[Owner, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)


def kind_of(raw: Raw) -> str:
    """Kind in a uid: ``managed-identity``, ``agent`` or ``sp``."""
    if text(raw, "servicePrincipalType") == "ManagedIdentity":
        return "managed-identity"
    odata = (text(raw, "@odata.type") or "").rpartition(".")[2].lower()
    return "agent" if odata == "agentidentity" or text(raw, "servicePrincipalType") == "ServiceIdentity" else "sp"


def ours(tenant: Tenant, raw: Raw) -> bool:
    """Whether the application behind it is registered in this tenant (or is a managed identity or agent, which have none)."""
    owner = guid(text(raw, "appOwnerOrganizationId"))
    return owner in (None, tenant.id) or kind_of(raw) != "sp"


def principal(tenant: Tenant, raw: Raw, object_id: str) -> Principal:
    """The part of a service principal that its identity needs."""
    return Principal(
        uid=tenant.uid(kind_of(raw), object_id),
        name=named(raw, "displayName", fallback=object_id),
        enabled=raw.get("accountEnabled") is not False and not _banned(raw),
        created=when(raw, "createdDateTime"),
        tags=tag_texts(raw),
        notes=said(raw, "notes"),
        owners=tuple(owners_of(raw)),
        attrs=known(
            app_id=guid(text(raw, "appId")),
            principal_type=said(raw, "servicePrincipalType"),
            assignment_required=flag(raw.get("appRoleAssignmentRequired")),
            sso=said(raw, "preferredSingleSignOnMode"),
            publisher_tenant=guid(text(raw, "appOwnerOrganizationId")),
            publisher_verified=flag(bool(text(raw, "verifiedPublisher", "verifiedPublisherId"))),
        ),
    )


def _banned(raw: Raw) -> bool:
    return (text(raw, "disabledByMicrosoftStatus") or "").startswith("Disabled")


def own_identity(tenant: Tenant, held: Principal, app: Raw | None, extra: Mapping[str, str]) -> Identity:
    """Identity of an application of ours with its service principal; ``app`` is ``None`` when its registration was not seen."""
    app = app or {}
    tags = {**tag_texts(app), **held.tags}
    blueprint = "agentidentityblueprint" in (text(app, "@odata.type") or "").lower()
    return Identity(
        uid=held.uid,
        kind="ai_agent" if blueprint else "oauth_app",
        type="entra:agent-blueprint" if blueprint else "entra:service-principal",
        name=named(app, "displayName", fallback=held.name),
        provider="entra",
        scope=tenant.id,
        status="active" if held.enabled and not _banned(app) else "disabled",
        created_at=when(app, "createdDateTime") or held.created,
        environment=environment_of(tags),
        tags=tags,
        attrs={**held.attrs, **registration(app), **extra},
    )


def registration(app: Raw) -> dict[str, str]:
    """What an application's registration allows: who signs in, how, and to where tokens go."""
    web = part(app, "web", "implicitGrantSettings")
    implicit = [
        name
        for name, key in (("access_token", "enableAccessTokenIssuance"), ("id_token", "enableIdTokenIssuance"))
        if web.get(key)
    ]
    uris = {kind: texts(app, kind, "redirectUris") for kind in ("web", "spa", "publicClient")}
    return known(
        application=guid(text(app, "id")),
        app_id=guid(text(app, "appId")),
        audience=said(app, "signInAudience"),
        implicit_grant=",".join(implicit) or None,
        public_client=flag(app.get("isFallbackPublicClient")),
        redirects=",".join(kind for kind, listed in uris.items() if listed) or None,
        insecure_redirect="true" if any(map(_insecure, (uri for listed in uris.values() for uri in listed))) else None,
        reference=said(app, "serviceManagementReference"),
    )


def _insecure(uri: str) -> bool:
    """Plain http to another machine, or a wildcard host ("Redirect URI best practices and limitations")."""
    lower = uri.lower()
    return (lower.startswith("http://") and not lower.startswith(("http://localhost", "http://127.0.0.1"))) or "://*." in lower


def lone_application(tenant: Tenant, app: Raw, object_id: str) -> Identity:
    """An application of ours without a service principal here: it cannot act in this tenant, its secrets work elsewhere."""
    tags = tag_texts(app)
    return Identity(
        uid=tenant.uid("app", object_id),
        kind="oauth_app",
        type="entra:application",
        name=named(app, "displayName", fallback=object_id),
        provider="entra",
        scope=tenant.id,
        status="disabled" if _banned(app) else "active",
        created_at=when(app, "createdDateTime"),
        environment=environment_of(tags),
        tags=tags,
        attrs=registration(app),
    )


def other_identity(
    tenant: Tenant, raw: Raw, held: Principal, extra: Mapping[str, str], environment: Environment | None = None
) -> Identity:
    """A service principal that no application of ours stands behind: a guest's, Microsoft's, a managed identity or an agent."""
    kind = kind_of(raw)
    owner = guid(text(raw, "appOwnerOrganizationId"))
    foreign = kind == "sp" and owner not in (None, tenant.id)
    microsoft = foreign and owner in MICROSOFT
    publisher = said(raw, "verifiedPublisher", "displayName")
    kinds: Mapping[str, tuple[IdentityKind, str]] = {
        "managed-identity": ("service_account", "azure:managed-identity"),
        "agent": ("ai_agent", "entra:agent-identity"),
        "sp": ("oauth_app", "entra:service-principal"),
    }
    return Identity(
        uid=held.uid,
        kind=kinds[kind][0],
        type=kinds[kind][1],
        name=held.name,
        provider="entra",
        scope=tenant.id,
        status="active" if held.enabled else "disabled",
        created_at=held.created,
        environment=environment or environment_of(held.tags),
        third_party=foreign,
        vendor=("Microsoft" if microsoft else publisher or f"tenant {owner}") if foreign else None,
        tags=dict(held.tags),
        attrs={**held.attrs, **(known(first_party="true") if microsoft else {}), **extra},
    )


def tag_texts(raw: Raw) -> dict[str, str]:
    """Tags of a directory object are bare words; ``name:value`` and ``name=value`` are read as pairs."""
    found: dict[str, str] = {}
    for item in texts(raw, "tags")[:50]:
        name, sep, value = item.partition("=") if "=" in item else item.partition(":")
        found[name.strip()[:200]] = value.strip()[:500] if sep else ""
    return found


def owners_of(raw: Raw, name: str = "owners") -> Iterator[Owner]:
    """Owners or sponsors: users with their address, service principals without."""
    for item in rows(raw, name):
        object_id = guid(text(item, "id"))
        if object_id is not None:
            kind = "sp" if "serviceprincipal" in (text(item, "@odata.type") or "").lower() else "user"
            yield kind, object_id, address(item)


def ownership(
    tenant: Tenant,
    holder: str,
    owners: Iterator[Owner] | tuple[Owner, ...],
    evidence: OwnerEvidence = "owner",
    where: str = "owner in Entra",
) -> Iterator[Record]:
    """Who owns it, and the power that brings: an owner may add credentials to it and so become it ("Application ownership")."""
    for kind, object_id, mail in owners:
        if mail:
            yield Ownership(
                uid=row_uid("own", holder, mail, evidence), identity_uid=holder, owner=mail, evidence=evidence, detail=where
            )
        if evidence == "owner":
            subject = tenant.uid(kind, object_id)
            yield Trust(
                uid=row_uid("trust", holder, OWNS, subject),
                identity_uid=holder,
                subject=subject,
                subject_kind="identity",
                mechanism=OWNS,
            )


def noted(holder: str, notes: str | None) -> Iterator[Ownership]:
    """Addresses in the notes of an application."""
    for mail in mails(notes):
        yield Ownership(
            uid=row_uid("own", holder, mail, "annotation"),
            identity_uid=holder,
            owner=mail,
            evidence="annotation",
            detail="notes in Entra",
        )
