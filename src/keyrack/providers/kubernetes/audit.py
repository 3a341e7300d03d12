"""One audit.k8s.io/v1 event to one Event. Pure.

Shape: "Auditing" and the audit.k8s.io/v1 reference of the Kubernetes documentation. The authorizer's own decision is in the
annotation ``authorization.k8s.io/decision``; a 403 without ``forbid`` came from admission or quota: RBAC had allowed it.

Who read which Secret is in ``resources`` and, as a place of discovery (``namespaces/<ns>/secrets/<name>``, a whole namespace's
without a name), in ``context["reads"]``. ``context["legacy_token"]``: the call was made with a token kept in a Secret
("Audit Annotations"). ``context["issued"]``: uid of the token that the call minted (KEP-4193, issued-credential-id).
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, number, part, text, texts, when

SOURCE = "kubernetes:audit"
_SERVICE_ACCOUNT = "system:serviceaccount:"
_EXTRA = "authentication.kubernetes.io/"


def event(raw: Raw, scope: str | None) -> Event | None:
    """The finished request, or ``None`` for the other stages of it (RequestReceived, and ResponseStarted except of a watch).

    Args:
        raw: one audit event.
        scope: name of the cluster; audit events do not carry one.

    Raises:
        ValueError: no id, no time or no user.
    """
    stage = text(raw, "stage") or "ResponseComplete"
    if stage == "RequestReceived" or (stage == "ResponseStarted" and text(raw, "verb") != "watch"):
        return None
    at = when(raw, "requestReceivedTimestamp") or when(raw, "stageTimestamp")
    audit_id, user = text(raw, "auditID"), text(raw, "user", "username")
    if not audit_id or at is None or not user:
        raise ValueError("no auditID, time or user")
    cluster = scope or "unknown"
    acting = text(raw, "impersonatedUser", "username")
    action, resource = _needed(raw)
    token = next(iter(texts(raw, "user", "extra", f"{_EXTRA}credential-id")), None)
    pod = next(iter(texts(raw, "user", "extra", f"{_EXTRA}pod-name")), None)
    return Event(
        id=audit_id,
        at=at,
        source=SOURCE,
        scope=cluster,
        identity_uid=subject_uid(cluster, acting or user),
        credential_uid=credential_uid("kubernetes", public_id=token.removeprefix("JTI=")) if token else None,
        caller=subject_uid(cluster, user) if acting else None,
        session=pod,
        api=f"{text(raw, 'verb') or '?'} {text(raw, 'requestURI') or ''}".strip().partition("?")[0],
        service=text(raw, "objectRef", "apiGroup") or "core",
        actions=[action] if action else [],
        resources=[resource] if action else [],
        source_ip=next(iter(texts(raw, "sourceIPs")), None),
        user_agent=text(raw, "userAgent"),
        outcome=_outcome(raw),
        context=_context(raw),
    )


def subject_uid(cluster: str, username: str) -> str:
    """Uid of a user name as the API server knows it: a service account, a node or a user."""
    if username.startswith(_SERVICE_ACCOUNT):
        namespace, _, name = username.removeprefix(_SERVICE_ACCOUNT).partition(":")
        return f"k8s:{cluster}:sa/{namespace}/{name}"
    if username.startswith("system:node:"):
        return f"k8s:{cluster}:node/{username.removeprefix('system:node:')}"
    return f"k8s:{cluster}:user/{username}"


def _needed(raw: Raw) -> tuple[str | None, str]:
    """The RBAC permission as ``kubectl auth can-i`` writes it (``create deployments.apps/scale``), and the object."""
    verb, target = text(raw, "verb"), part(raw, "objectRef")
    if not verb:
        return None, ""
    kind = text(target, "resource")
    if kind is None:
        path = (text(raw, "requestURI") or "").partition("?")[0]
        return (f"{verb} {path}", path) if path else (None, "")
    group, sub = text(target, "apiGroup"), text(target, "subresource")
    name = f"{kind}.{group}" if group else kind
    place = [*(["namespaces", ns] if (ns := text(target, "namespace")) else []), kind]
    return f"{verb} {name}{f'/{sub}' if sub else ''}", "/".join([*place, *([n] if (n := text(target, "name")) else [])])


def _context(raw: Raw) -> dict[str, str]:
    """What the call read or minted, and whether its token was a stored one."""
    notes, target, verb = part(raw, "annotations"), part(raw, "objectRef"), text(raw, "verb")
    plain = text(target, "resource") == "secrets" and not text(target, "subresource") and not text(target, "apiGroup")
    issued = text(notes, f"{_EXTRA}issued-credential-id")
    found = {
        "reads": _needed(raw)[1] if plain and verb in {"get", "list", "watch"} else None,
        "legacy_token": "true" if text(notes, "authentication.k8s.io/legacy-token") else None,
        "issued": credential_uid("kubernetes", public_id=issued.removeprefix("JTI=")) if issued else None,
    }
    return {name: value for name, value in found.items() if value}


def _outcome(raw: Raw) -> EventOutcome:
    code = number(raw, "responseStatus", "code") or 200
    decision = text(raw, "annotations", "authorization.k8s.io/decision")
    if code == 401 or decision == "forbid" or (code == 403 and decision is None):
        return "denied"
    return "failed" if code >= 400 else "allowed"
