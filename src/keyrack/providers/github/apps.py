"""Installed Apps as identities with grants. Pure.

Sources: REST "List app installations for an organization", "Get an app"; "Choosing permissions for a GitHub App". An App's
installation tokens live one hour; its private keys are at its maker's and are shown to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.records import Grant, Identity, Record
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text, texts, when

SELECTED = "selected repositories"
_WHOLE = ("organization_", "members", "custom_properties_for_organizations", "enterprise_")
"""Beginnings of permissions that are on the organisation, whatever repositories were selected."""
_GITHUBS = frozenset({"github", "github-apps"})


def installation(raw: Raw, org: str, maker: Raw | None) -> Iterator[Record]:
    """An installation. ``maker`` is what ``GET /apps/{slug}`` says of the App, where it told."""
    slug = text(raw, "app_slug")
    if not slug:
        return
    owner = text(part(maker, "owner"), "login") or text(part(maker, "owner"), "slug") or ""
    foreign = bool(owner) and owner.lower() != org
    suspended = when(raw, "suspended_at")
    attrs = {
        "app_id": text(raw, "app_id") or "",
        "installation": text(raw, "id") or "",
        "repositories": text(raw, "repository_selection") or "",
        "events": ",".join(sorted(texts(raw, "events"))),
        "suspended_at": suspended.isoformat() if suspended else "",
        "suspended_by": text(raw, "suspended_by", "login") or "",
        "publisher": owner,
    }
    uid = f"github:{org}:app/{slug.lower()}"
    yield Identity(
        uid=uid,
        kind="oauth_app",
        type="github:app",
        name=text(maker, "name") or slug,
        provider="github",
        scope=org,
        status="disabled" if suspended else "active",
        created_at=when(raw, "created_at"),
        third_party=foreign,
        vendor=("GitHub" if owner.lower() in _GITHUBS else owner) if foreign else None,
        attrs={name: value for name, value in attrs.items() if value},
    )
    if not suspended:
        yield from grants(
            uid, org, part(raw, "permissions"), whole=text(raw, "repository_selection") == "all", policy=f"app {slug}"
        )


def grants(uid: str, org: str, permissions: Raw, *, whole: bool, policy: str) -> Iterator[Grant]:
    """``permission:level`` on the organisation, and on all or some of its repositories."""
    levels = [(name, level) for name, level in sorted(permissions.items()) if isinstance(level, str) and level != "none"]
    over = [f"{name}:{level}" for name, level in levels if name.startswith(_WHOLE)]
    inside = [f"{name}:{level}" for name, level in levels if not name.startswith(_WHOLE)]
    for actions, where in ((over, "*"), (inside, "*" if whole else SELECTED)):
        if actions:
            yield grant(uid, org, actions, where, policy)


def grant(uid: str, org: str, actions: list[str], where: str, policy: str) -> Grant:
    """One grant of GitHub permissions; an account has grants in several organisations, so each says in which."""
    return Grant(
        uid=row_uid("grant", uid, "github", org, policy, where, ",".join(actions)),
        identity_uid=uid,
        language="github",
        effect="allow",
        actions=[action.encode("utf-8", "replace").decode() for action in actions],
        resources=[where],
        via="consent",
        policy=policy,
        attrs={"on": org},
    )
