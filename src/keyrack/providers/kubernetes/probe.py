"""Which permissions a scan would miss: one SelfSubjectAccessReview a permission, which every signed-in user may make.

Source: "Authorization", checking API access (kubernetes.io/docs/reference/access-authn-authz/authorization).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.kubernetes import kinds
from keyrack.providers.kubernetes.capabilities import MANIFEST
from keyrack.records import Gap
from keyrack.sdk import Permission, Probe
from keyrack.sdk.fields import part
from keyrack.sdk.web import Call, Web

_REVIEW = Call(
    capability="kubernetes.cluster",
    path="/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    permission="create selfsubjectaccessreviews.authorization.k8s.io",
    name="review",
    must=("status",),
)


def probe(web: Web, namespaces: tuple[str, ...], how: str) -> Iterator[Probe]:
    """One probe a permission and namespace asked for, in the order of the manifest."""
    asked = [(c.name, p, ns) for c in MANIFEST.capabilities for p in c.permissions for ns in _places(p, namespaces)]
    asked = [item for item in asked if how != "none" or item[1].name != kinds.SECRETS.permission]
    calls = [_call(capability, permission, namespace) for capability, permission, namespace in asked]
    answers: dict[int, bool] = {}
    numbers = {id(call): number for number, call in enumerate(calls)}
    failed: Gap | None = None
    for item in web.each(calls):
        if isinstance(item, Gap):
            failed = item
        else:
            answers[numbers[id(item[0])]] = part(item[1].body, "status").get("allowed") is True
    for number, (capability, permission, namespace) in enumerate(asked):
        yield _judged(capability, permission, namespace, answers.get(number), failed)


def _places(permission: Permission, namespaces: tuple[str, ...]) -> tuple[str, ...]:
    listed = next((kind for kind in kinds.ALL if kind.permission == permission.name), None)
    return namespaces if namespaces and listed is not None and listed.namespaced else ("",)


def _call(capability: str, permission: Permission, namespace: str) -> Call:
    verb, _, thing = permission.name.partition(" ")
    resource, _, group = thing.partition(".")
    attributes: dict[str, object]
    if thing.startswith("/"):
        attributes = {"nonResourceAttributes": {"verb": verb, "path": thing}}
    else:
        attributes = {"resourceAttributes": {"verb": verb, "resource": resource, "group": group, "namespace": namespace}}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": attributes}
    return replace(_REVIEW, capability=capability, body=body, what=permission.name)


def _judged(capability: str, permission: Permission, namespace: str, allowed: bool | None, failed: Gap | None) -> Probe:
    where = f" in namespace {namespace}" if namespace else ""
    if allowed:
        return Probe(capability, ok=True, detail=f"may {permission.name}{where}", permission=permission.name)
    if allowed is None:
        detail = failed.detail if failed else "the server did not answer"
        return Probe(capability, ok=False, detail=detail, permission=permission.name, hint=failed.hint if failed else "")
    detail = f"may not {permission.name}{where}; it is needed to {permission.why}"
    hint = "apply what `keyrack permissions kubernetes` prints"
    return Probe(capability, ok=permission.optional, detail=detail, permission=permission.name, hint=hint)
