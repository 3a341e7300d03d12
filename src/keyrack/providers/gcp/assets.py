"""What there is, in the shape of Cloud Asset Inventory: full name, kind, and the resource as its own API describes it.

Two ways lead to it. :class:`Bulk` lists each kind over a whole project, folder or organisation, a thousand a page, and searches
all allow policies, five hundred a page (cloud.google.com/asset-inventory/docs/reference: ``assets.list``,
``searchAllIamPolicies``). :mod:`keyrack.providers.gcp.direct` asks each API about one project, where Cloud Asset is closed to us.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from keyrack.providers.gcp.session import Apis, Where
from keyrack.records import Gap
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.web import Call, Failed, by_token

LIST, SEARCH = "cloudasset.assets.listResource", "cloudasset.assets.searchAllIamPolicies"
PAGE, POLICY_PAGE = 1000, 500


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing. ``name`` is its full resource name; ``data`` the resource, or its allow policy."""

    kind: str
    name: str
    data: Raw
    project: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of asset: Google's name for it, what we call it in a Gap, and the capability it belongs to."""

    type: str
    what: str
    capability: str


def _kind(capability: str, what: str, type_: str) -> Kind:
    return Kind(type_, what, f"gcp.{capability}")


KINDS: Mapping[str, Kind] = {
    "organization": _kind("hierarchy", "organisation", "cloudresourcemanager.googleapis.com/Organization"),
    "folder": _kind("hierarchy", "folders", "cloudresourcemanager.googleapis.com/Folder"),
    "project": _kind("hierarchy", "projects", "cloudresourcemanager.googleapis.com/Project"),
    "role": _kind("policies", "custom roles", "iam.googleapis.com/Role"),
    "account": _kind("service_accounts", "service accounts", "iam.googleapis.com/ServiceAccount"),
    "key": _kind("service_account_keys", "keys of service accounts", "iam.googleapis.com/ServiceAccountKey"),
    "pool": _kind("federation", "workload identity pools", "iam.googleapis.com/WorkloadIdentityPool"),
    "provider": _kind("federation", "workload identity providers", "iam.googleapis.com/WorkloadIdentityPoolProvider"),
    "api_key": _kind("api_keys", "API keys", "apikeys.googleapis.com/Key"),
    "version": _kind("secrets", "versions of secrets", "secretmanager.googleapis.com/SecretVersion"),
    "secret": _kind("secrets", "secrets", "secretmanager.googleapis.com/Secret"),
    "service": _kind("workloads", "Cloud Run services", "run.googleapis.com/Service"),
    "job": _kind("workloads", "Cloud Run jobs", "run.googleapis.com/Job"),
    "function": _kind("workloads", "functions", "cloudfunctions.googleapis.com/Function"),
    "function_v1": _kind("workloads", "functions of the first generation", "cloudfunctions.googleapis.com/CloudFunction"),
    "instance": _kind("workloads", "virtual machines", "compute.googleapis.com/Instance"),
    "cluster": _kind("workloads", "Kubernetes clusters", "container.googleapis.com/Cluster"),
}
"""Kinds we ask for ("Asset types", cloud.google.com/asset-inventory/docs/asset-types)."""


class Sight(Protocol):
    """A way to see what there is."""

    def assets(self, kind: str) -> Iterator[Asset | Gap]:
        """Every asset of a kind, each once; what could not be listed as a Gap, last."""
        ...

    def policies(self) -> Iterator[Asset | Gap]:
        """Every allow policy set within the target; ``data`` is the policy (IAM v1, ``Policy``)."""
        ...


@dataclass(slots=True)
class Bulk:
    """Cloud Asset Inventory. ``refused``: how its first call failed, if it did; then nothing more was asked."""

    apis: Apis
    where: Where
    refused: Failed | None = None

    def call(self, kind: str) -> Call:
        """The listing of one kind."""
        return Call(
            capability=KINDS[kind].capability,
            path=f"v1/{self.where.name}/assets",
            permission=LIST,
            params={"assetTypes": KINDS[kind].type, "contentType": "RESOURCE", "pageSize": str(PAGE)},
            items=("assets",),
            next=by_token("nextPageToken", param="pageToken"),
            what=KINDS[kind].what,
            must=("assets", "readTime"),
        )

    def open(self) -> bool:
        """Whether Cloud Asset answers us: asked with one small call; the failure is kept."""
        reply = self.apis.of("cloudasset").one(self.call("project").of(pageSize="1"))
        self.refused = reply if isinstance(reply, Failed) else None
        return self.refused is None

    def assets(self, kind: str) -> Iterator[Asset | Gap]:
        """See :class:`Sight`."""
        for item in self.apis.of("cloudasset").items(self.call(kind)):
            if isinstance(item, Gap):
                yield item
            elif name := text(item, "name"):
                yield Asset(kind, name, part(item, "resource", "data"))

    def policies(self) -> Iterator[Asset | Gap]:
        """See :class:`Sight`."""
        call = Call(
            capability="gcp.policies",
            path=f"v1/{self.where.name}:searchAllIamPolicies",
            permission=SEARCH,
            params={"pageSize": str(POLICY_PAGE)},
            items=("results",),
            next=by_token("nextPageToken", param="pageToken"),
            what="allow policies",
        )
        for item in self.apis.of("cloudasset").items(call):
            if isinstance(item, Gap):
                yield item
            elif name := text(item, "resource"):
                yield Asset("policy", name, part(item, "policy"), (text(item, "project") or "").removeprefix("projects/"))
