"""One project, API by API: for whoever may not read Cloud Asset Inventory. Same assets, more calls.

IAM has no listing of keys or policies over all accounts, nor Secret Manager of versions over all secrets: there it takes a call
for each account and each secret. That price is why :class:`keyrack.providers.gcp.assets.Bulk` is tried first.
References: iam/docs/reference/rest/v1, resource-manager/reference/rest/v3, api-keys/docs/reference/rest/v2,
secret-manager/docs/reference/rest/v1, run/docs/reference/rest/v1, functions/docs/reference/rest/v2,
compute/docs/reference/rest/v1, kubernetes-engine/docs/reference/rest/v1 (all under cloud.google.com).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from keyrack.providers.gcp.assets import KINDS, Asset
from keyrack.providers.gcp.session import Apis
from keyrack.records import Gap
from keyrack.sdk.fields import text
from keyrack.sdk.web import Call, by_token

_NEXT = by_token("nextPageToken", param="pageToken")
POLICY = {"options": {"requestedPolicyVersion": 3}}
"""Without version 3 Google leaves conditions out ("Policy versions", cloud.google.com/iam/docs/policies)."""


@dataclass(frozen=True, slots=True)
class _Listing:
    service: str
    path: str
    permission: str
    items: tuple[str, ...]
    size: tuple[str, str] | None = ("pageSize", "1000")


_LISTINGS = {
    "role": _Listing("iam", "v1/projects/{p}/roles", "iam.roles.list", ("roles",)),
    "account": _Listing("iam", "v1/projects/{p}/serviceAccounts", "iam.serviceAccounts.list", ("accounts",), ("pageSize", "100")),
    "pool": _Listing(
        "iam", "v1/projects/{p}/locations/global/workloadIdentityPools", "iam.workloadIdentityPools.list",
        ("workloadIdentityPools",),
    ),
    "api_key": _Listing(
        "apikeys", "v2/projects/{p}/locations/global/keys", "apikeys.keys.list", ("keys",), ("pageSize", "300")
    ),
    "secret": _Listing(
        "secretmanager", "v1/projects/{p}/secrets", "secretmanager.secrets.list", ("secrets",), ("pageSize", "250")
    ),
    "service": _Listing(
        "run", "apis/serving.knative.dev/v1/namespaces/{p}/services", "run.services.list", ("items",), ("limit", "500")
    ),
    "job": _Listing("run", "apis/run.googleapis.com/v1/namespaces/{p}/jobs", "run.jobs.list", ("items",), ("limit", "500")),
    "function": _Listing(
        "cloudfunctions", "v2/projects/{p}/locations/-/functions", "cloudfunctions.functions.list", ("functions",)
    ),
    "instance": _Listing(
        "compute", "compute/v1/projects/{p}/aggregated/instances", "compute.instances.list", ("items", "*", "instances"),
        ("maxResults", "500"),
    ),
    "cluster": _Listing("container", "v1/projects/{p}/locations/-/clusters", "container.clusters.list", ("clusters",), None),
}  # fmt: skip


@dataclass(slots=True)
class Direct:
    """One project. Names of accounts, pools and secrets are kept between the listings that need them."""

    apis: Apis
    project: str
    names: dict[str, list[str]] = field(default_factory=dict)

    def assets(self, kind: str) -> Iterator[Asset | Gap]:
        """See :class:`keyrack.providers.gcp.assets.Sight`."""
        if kind == "project":
            yield from self._project()
        elif kind == "key":
            yield from self._under(
                "account", kind, "iam", "keys", "iam.serviceAccountKeys.list", ("keys",), keyTypes="USER_MANAGED"
            )
        elif kind == "provider":
            yield from self._under(
                "pool", kind, "iam", "providers", "iam.workloadIdentityPoolProviders.list", ("workloadIdentityPoolProviders",)
            )
        elif kind == "version":
            yield from self._listed("secret", keep_only=True)
            yield from self._under("secret", kind, "secretmanager", "versions", "secretmanager.versions.list", ("versions",))
        elif kind in _LISTINGS:
            yield from self._listed(kind)

    def policies(self) -> Iterator[Asset | Gap]:
        """See :class:`keyrack.providers.gcp.assets.Sight`: of the project, its service accounts and its secrets."""
        project = Call(
            capability="gcp.policies", path=f"v3/projects/{self.project}:getIamPolicy",
            permission="resourcemanager.projects.getIamPolicy", body=POLICY, what="allow policy of the project",
        )  # fmt: skip
        answer = self.apis.of("cloudresourcemanager").answer(project)
        if isinstance(answer, Gap):
            yield answer
        elif answer is not None:
            yield Asset("policy", f"//cloudresourcemanager.googleapis.com/projects/{self.project}", answer, self.project)
        yield from self._policies("account", "iam", "iam.serviceAccounts.getIamPolicy", post=True)
        yield from self._policies("secret", "secretmanager", "secretmanager.secrets.getIamPolicy", post=False)

    def _policies(self, kind: str, service: str, permission: str, *, post: bool) -> Iterator[Asset | Gap]:
        names = {f"v1/{_quoted(name)}:getIamPolicy": name for name in self.names.get(kind, [])}
        calls = [
            Call(
                capability="gcp.policies", path=path, permission=permission, params={"options.requestedPolicyVersion": "3"},
                method="POST" if post else "GET", what=f"allow policies of {KINDS[kind].what}", absent_ok=True,
            )
            for path in names
        ]  # fmt: skip
        for item in self.apis.of(service).each(calls, f"gcp: {permission}"):
            if isinstance(item, Gap):
                yield item
            else:
                yield Asset("policy", f"//{service}.googleapis.com/{names[item[0].path]}", item[1].body, self.project)

    def _project(self) -> Iterator[Asset | Gap]:
        call = Call(
            capability="gcp.hierarchy", path=f"v3/projects/{self.project}", permission="resourcemanager.projects.get",
            must=("name",), what="the project",
        )  # fmt: skip
        answer = self.apis.of("cloudresourcemanager").answer(call)
        if isinstance(answer, Gap):
            yield answer
        elif answer is not None:
            yield Asset("project", f"//cloudresourcemanager.googleapis.com/{text(answer, 'name') or ''}", answer, self.project)

    def _listed(self, kind: str, *, keep_only: bool = False) -> Iterator[Asset | Gap]:
        """One listing; ``keep_only`` for the names alone, what failed is told when the things themselves are asked for."""
        listing = _LISTINGS[kind]
        params = dict([listing.size]) if listing.size else {}
        knative = listing.service == "run"
        following = by_token("metadata", "continue", param="continue") if knative else _NEXT
        call = Call(
            capability=KINDS[kind].capability,
            path=listing.path.format(p=self.project),
            permission=listing.permission,
            params={**params, "view": "FULL"} if kind == "role" else params,
            items=listing.items,
            next=following,
            what=KINDS[kind].what,
        )
        kept = self.names.setdefault(kind, [])
        known = bool(kept)
        for item in self.apis.of(listing.service).items(call):
            if isinstance(item, Gap):
                if not keep_only:
                    yield item
                continue
            name = text(item, "name") or ""
            if name and not known and kind in {"account", "pool", "secret"}:
                kept.append(name)
            if not keep_only:
                yield Asset(kind, _full(kind, listing.service, name, item, self.project), item, self.project)

    def _under(
        self, parent: str, kind: str, service: str, path: str, permission: str, items: tuple[str, ...], **params: str
    ) -> Iterator[Asset | Gap]:
        calls = [
            Call(
                capability=KINDS[kind].capability, path=f"v1/{_quoted(name)}/{path}", permission=permission, params=params,
                items=items, next=None if kind == "key" else _NEXT, what=KINDS[kind].what, absent_ok=True,
            )
            for name in self.names.get(parent, [])
        ]  # fmt: skip
        for found in self.apis.of(service).each_items(calls, f"gcp: {permission}"):
            if isinstance(found, Gap):
                yield found
                continue
            for item in found[1]:
                name = text(item, "name") or ""
                yield Asset(kind, f"//{service}.googleapis.com/{name}", item, self.project)


def _full(kind: str, service: str, name: str, item: object, project: str) -> str:
    """Full resource name, as Cloud Asset writes it."""
    if service == "run":
        region = text(item, "metadata", "labels", "cloud.googleapis.com/location") or "-"
        plural = "services" if kind == "service" else "jobs"
        name = f"projects/{project}/locations/{region}/{plural}/{text(item, 'metadata', 'name') or ''}"
    elif kind == "instance":
        zone = (text(item, "zone") or "-").rpartition("/")[2]
        name = f"projects/{project}/zones/{zone}/instances/{name}"
    elif kind == "cluster":
        name = f"projects/{project}/locations/{text(item, 'location') or '-'}/clusters/{name}"
    return f"//{service}.googleapis.com/{name}"


def _quoted(name: str) -> str:
    return quote(name, safe="/@:")
