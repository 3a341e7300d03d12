"""What a scan would need and does not have: Google says which of a list of permissions we hold (``testIamPermissions``).

resource-manager/reference/rest/v3/projects/testIamPermissions (cloud.google.com): takes up to 100 permissions, needs none itself.
Some permissions exist on organisations and folders only, and some APIs may be switched off: both show in the first call made.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.gcp.capabilities import MANIFEST
from keyrack.providers.gcp.session import Apis, Where, ambient_project, signed_in, where
from keyrack.records import Gap
from keyrack.sdk import Context, Probe, Target
from keyrack.sdk.fields import texts
from keyrack.sdk.web import Call

_NOT_ON_PROJECTS = ("resourcemanager.folders.", "resourcemanager.organizations.", "iam.denypolicies.")
_NOT_ON_FOLDERS = ("resourcemanager.organizations.",)


def probe(target: Target, ctx: Context) -> Iterator[Probe]:
    """See :meth:`keyrack.providers.gcp.Gcp.probe`. One call for all capabilities.

    Raises:
        KeyrackError: there is no way to sign in at all, or the target is none.
    """
    found = where(target.options, lambda: ambient_project(target.options))
    apis = signed_in(target.options, ctx.progress)
    held = _held(apis, found)
    values = bool(target.options.get("read_secrets"))
    for capability in MANIFEST.capabilities:
        if capability.name == "gcp.secret_values" and not values:
            continue
        if isinstance(held, Gap):
            yield Probe(capability.name, ok=False, detail=held.detail, permission=held.permission, hint=held.hint)
            continue
        asked = [item for item in capability.permissions if _exists(item.name, found)]
        missing = [item.name for item in asked if item.name not in held and not item.optional]
        extra = [item.name for item in asked if item.name not in held and item.optional]
        if missing and found.kind == "project" and missing[0].startswith("cloudasset.") and not extra:
            missing = []  # the long way is open: more calls, nothing unseen
        yield Probe(
            capability.name,
            ok=not missing,
            detail=f"missing: {', '.join(missing)}"
            if missing
            else f"granted; without {', '.join(extra)}"
            if extra
            else "granted",
            permission=missing[0] if missing else None,
            hint="`keyrack permissions gcp` prints the role" if missing else "",
        )


def _held(apis: Apis, found: Where) -> set[str] | Gap:
    wanted = sorted({p.name for c in MANIFEST.capabilities for p in c.permissions if _exists(p.name, found)})
    call = Call(
        capability="gcp.hierarchy", path=f"v3/{found.name}:testIamPermissions", permission="resourcemanager.projects.get",
        body={"permissions": wanted}, what=f"the {found.kind}",
    )  # fmt: skip
    answer = apis.of("cloudresourcemanager").answer(call)
    return answer if isinstance(answer, Gap) else set(texts(answer or {}, "permissions"))


def _exists(permission: str, found: Where) -> bool:
    """Whether a permission can be asked about at this level; an unknown one fails the whole call."""
    if "googleapis.com" in permission:
        return False
    if found.kind == "project":
        return not permission.startswith(_NOT_ON_PROJECTS)
    return not (found.kind == "folder" and permission.startswith(_NOT_ON_FOLDERS))
