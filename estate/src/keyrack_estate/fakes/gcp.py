"""Google Cloud at the wire, from the discovery documents inside google-api-python-client.

Cloud Asset, Resource Manager, IAM, API Keys, Secret Manager, Storage, Run, Functions, Compute, GKE and Policy Analyzer behind one
address: their paths do not meet.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from keyrack_estate.fakes.gcp_state import SERVICES, GcpState, Shape, Thing
from keyrack_estate.fakes.server import Answer, Fake, Request

TYPES = {
    "organization": "Organization", "folder": "Folder", "project": "Project", "role": "Role", "account": "ServiceAccount",
    "key": "ServiceAccountKey", "pool": "WorkloadIdentityPool", "provider": "WorkloadIdentityPoolProvider", "api_key": "Key",
    "secret": "Secret", "version": "SecretVersion", "service": "Service", "job": "Job", "function": "Function",
    "function_v1": "CloudFunction", "instance": "Instance", "cluster": "Cluster",
}  # fmt: skip
_WORDS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


@dataclass
class GcpFake(Fake):
    """The fake. ``off``: patterns of paths whose API is switched off; ``missing``: permissions the caller does not hold."""

    state: GcpState = field(default_factory=GcpState)
    off: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    index: dict[str, list[Thing]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Add the routes."""
        get, post = "GET", "POST"
        self.route(get, "/v1/{kind}/{key}/assets", self._assets)
        self.route(get, "/v1/{kind}/{key}:searchAllIamPolicies", self._search)
        self.route(get, "/v3/{kind}:search", self._nodes)
        self.route(post, "/v3/{kind}/{key}:getIamPolicy", self._node_policy)
        self.route(post, "/v3/{kind}/{key}:testIamPermissions", self._test)
        self.route(get, "/v3/{kind}/{key}", self._node)
        self.route(get, "/v1/projects/{p}/serviceAccounts", self._list("account", "accounts"))
        self.route(get, "/v1/projects/{p}/serviceAccounts/{a}/keys", self._account_keys)
        self.route("DELETE", "/v1/projects/{p}/serviceAccounts/{a}/keys/{k}", self._delete_key)
        self.route(post, "/v1/projects/{p}/serviceAccounts/{a}/keys/{k}:{verb}", self._switch_key)
        self.route(post, "/v1/projects/{p}/serviceAccounts/{a}:getIamPolicy", self._account_policy)
        self.route(post, "/v1/projects/{p}/serviceAccounts/{a}:{verb}", self._switch_account)
        self.route(get, "/v1/projects/{p}/roles", self._list("role", "roles"))
        self.route(get, "/v1/projects/{p}/locations/global/workloadIdentityPools", self._list("pool", "workloadIdentityPools"))
        self.route(get, "/v1/projects/{p}/locations/global/workloadIdentityPools/{pool}/providers", self._providers)
        self.route(get, "/v2/policies/{point}/denypolicies", self._deny_list)
        self.route(get, "/v2/policies/{point}/denypolicies/{name}", self._deny_get)
        self.route(get, "/v2/projects/{p}/locations/global/keys", self._list("api_key", "keys"))
        self.route(get, "/v1/projects/{p}/secrets", self._list("secret", "secrets"))
        self.route(get, "/v1/projects/{p}/secrets/{s}/versions", self._versions)
        self.route(get, "/v1/projects/{p}/secrets/{s}/versions/latest:access", self._access)
        self.route(get, "/v1/projects/{p}/secrets/{s}:getIamPolicy", self._secret_policy)
        self.route(get, "/storage/v1/projects/{p}/hmacKeys", self._hmac)
        self.route(get, "/apis/serving.knative.dev/v1/namespaces/{p}/services", self._knative("service"))
        self.route(get, "/apis/run.googleapis.com/v1/namespaces/{p}/jobs", self._knative("job"))
        self.route(get, "/v2/projects/{p}/locations/-/functions", self._list("function", "functions"))
        self.route(get, "/compute/v1/projects/{p}/aggregated/instances", self._instances)
        self.route(get, "/v1/projects/{p}/locations/-/clusters", self._clusters)
        self.route(get, "/v1/projects/{p}/locations/global/activityTypes/{kind}/activities:query", self._activities)

    def allowed(self, request: Request) -> Answer | None:
        """Google's errors: 401, 403 with the permission's reason, 403 for an API that is switched off."""
        if request.token not in self.tokens:
            return error(401, "Request had invalid authentication credentials.")
        if any(re.search(pattern, request.path) for pattern in self.off):
            return error(403, "API has not been used in project before or it is disabled.", "SERVICE_DISABLED")
        if any(re.search(pattern, request.path) for pattern in self.denied):
            return error(403, "The caller does not have permission", "IAM_PERMISSION_DENIED")
        return None

    def answer(self, request: Request) -> Answer:
        """As :class:`Fake`, with Google's 404 for unknown paths."""
        found = super().answer(request)
        return error(404, "Method not found.") if found.body == {"message": "Not Found"} else found

    # -- Cloud Asset -------------------------------------------------------------------------------------------------

    def _assets(self, request: Request, kind: str, key: str) -> Answer:
        asked = request.query.get("assetTypes", "")
        wanted = next((name for name in TYPES if asset_type(name) == asked), None)
        if wanted is None or request.query.get("contentType") != "RESOURCE":
            return error(400, "Unsupported asset type or content type.")
        things = self._within(wanted, f"{kind}/{key}")
        page, following = self.paged(things, request.query.get("pageToken"), self._size(request, "pageSize"))
        body: Shape = {"readTime": "2026-11-25T00:00:00Z"}
        if page:
            body["assets"] = [self._asset(wanted, thing) for thing in page]
        return reply(body, following)

    def _asset(self, kind: str, thing: Thing) -> Shape:
        data = _project_v1(thing.data) if kind == "project" else thing.data
        return {
            "name": f"//{SERVICES[kind]}.googleapis.com/{thing.name}",
            "assetType": asset_type(kind),
            "resource": {"version": "v1", "discoveryName": TYPES[kind], "data": data},
            "ancestors": self._line(f"projects/{thing.project}") if thing.project else [thing.name],
            "updateTime": "2026-11-01T00:00:00Z",
        }

    def _within(self, kind: str, node: str) -> list[Thing]:
        """Things of a kind below a node; kept, for pages ask again and again."""
        mark = f"{kind} {node}"
        if mark not in self.index:
            project = self._project_id(node.partition("/")[2]) if node.startswith("projects/") else None
            below = {p for p in self.state.numbers if project in (None, p) and (project or node in self._line(f"projects/{p}"))}
            things = self.state.things[kind]
            own = kind in {"folder", "organization"}
            self.index[mark] = [t for t in things if (own and self._under(t.name, node)) or t.project in below]
        return self.index[mark]

    def _under(self, name: str, node: str) -> bool:
        return node in self._line(name)

    def _line(self, node: str) -> list[str]:
        line = [node]
        while line[-1] in self.state.parents:
            line.append(self.state.parents[line[-1]])
        return line

    def _project_id(self, key: str) -> str:
        return next((p for p, number in self.state.numbers.items() if key in (p, number)), key)

    def _search(self, request: Request, kind: str, key: str) -> Answer:
        node = f"{kind}/{key}"
        found = [
            {
                "resource": resource, "policy": policy, "organization": f"organizations/{self.state.organization}",
                **({"project": f"projects/{self.state.numbers[project]}"} if project else {}),
            }
            for resource, policy in self.state.policies.items()
            if (project := self._resource_project(resource)) is not None and self._holds(node, resource, project)
        ]  # fmt: skip
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({"results": page} if page else {}, following)

    def _resource_project(self, resource: str) -> str | None:
        """The project a policy lies in; empty for folders and the organisation; ``None``: nobody's."""
        match = re.search(r"/projects/([^/]+)", resource)
        if match:
            project = self._project_id(match[1])
            return project if project in self.state.numbers else None
        return ""

    def _holds(self, node: str, resource: str, project: str) -> bool:
        if project:
            name = f"projects/{self._project_id(node.partition('/')[2])}" if node.startswith("projects/") else node
            return name in self._line(f"projects/{project}")
        return self._under(resource.partition(".googleapis.com/")[2], node)

    # -- Resource Manager --------------------------------------------------------------------------------------------

    def _nodes(self, request: Request, kind: str) -> Answer:
        singular = kind.removesuffix("s")
        if singular not in {"project", "folder", "organization"}:
            return error(404, "Method not found.")
        found = [thing.data for thing in self.state.things[singular]]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({kind: page} if page else {}, following)

    def _node(self, request: Request, kind: str, key: str) -> Answer:
        del request
        things = self.state.things.get(kind.removesuffix("s"), [])
        wanted = self.state.numbers.get(key, key)
        found = next((thing.data for thing in things if thing.name == f"{kind}/{wanted}"), None)
        return Answer(found) if found else error(403, "The caller does not have permission", "IAM_PERMISSION_DENIED")

    def _node_policy(self, request: Request, kind: str, key: str) -> Answer:
        name = f"{kind}/{self._project_id(key) if kind == 'projects' else key}"
        return self._policy(f"//cloudresourcemanager.googleapis.com/{name}", (request.body or {}).get("options", {}))

    def _test(self, request: Request, kind: str, key: str) -> Answer:
        del kind, key
        asked = (request.body or {}).get("permissions", [])
        if len(asked) > 100:
            return error(400, "Too many permissions.")
        held = [permission for permission in asked if permission not in self.missing]
        return Answer({"permissions": held} if held else {})

    def _policy(self, resource: str, options: Any = None, version: str | None = None) -> Answer:
        """A policy; below version 3 bindings with conditions come without them, as Google does it."""
        policy = self.state.policies.get(resource, {"etag": "ACAB"})
        wanted = str(version or (options or {}).get("requestedPolicyVersion") or 1)
        if wanted != "3" and any("condition" in row for row in policy.get("bindings", [])):
            rows = [
                {**row, "role": f"{row['role']}_withcond_0f1e2d"} if "condition" in row else row for row in policy["bindings"]
            ]
            policy = {**policy, "version": 1, "bindings": [{k: v for k, v in row.items() if k != "condition"} for row in rows]}
        return Answer(policy)

    # -- IAM ---------------------------------------------------------------------------------------------------------

    def _list(self, kind: str, name: str) -> Any:
        def handler(request: Request, p: str) -> Answer:
            things = self._within(kind, f"projects/{p}")
            if kind == "role" and request.query.get("view") != "FULL":
                found = [{k: v for k, v in thing.data.items() if k != "includedPermissions"} for thing in things]
            else:
                found = [thing.data for thing in things]
            page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
            return reply({name: page} if page else {}, following)

        return handler

    def _account_keys(self, request: Request, p: str, a: str) -> Answer:
        found = [t.data for t in self._within("key", f"projects/{p}") if f"/serviceAccounts/{a}/" in t.data["name"]]
        if request.query.get("keyTypes") in {None, "SYSTEM_MANAGED"}:
            name = f"projects/{p}/serviceAccounts/{a}/keys/{'0' * 40}"
            system = {
                "name": name,
                "keyType": "SYSTEM_MANAGED",
                "keyOrigin": "GOOGLE_PROVIDED",
                "keyAlgorithm": "KEY_ALG_RSA_2048",
            }
            found = [system, *found] if request.query.get("keyTypes") is None else [system]
        return Answer({"keys": found} if found else {})

    def _delete_key(self, request: Request, p: str, a: str, k: str) -> Answer:
        del request, p
        kept = [t for t in self.state.things["key"] if not t.data["name"].endswith(f"/serviceAccounts/{a}/keys/{k}")]
        if len(kept) == len(self.state.things["key"]):
            return error(404, "Service account key does not exist.")
        self.state.things["key"] = kept
        self.index.clear()
        return Answer({})

    def _switch_key(self, request: Request, p: str, a: str, k: str, verb: str) -> Answer:
        del request, p
        for thing in self.state.things["key"]:
            if thing.data["name"].endswith(f"/serviceAccounts/{a}/keys/{k}"):
                thing.data["disabled"] = verb == "disable"
                return Answer({})
        return error(404, "Service account key does not exist.")

    def _switch_account(self, request: Request, p: str, a: str, verb: str) -> Answer:
        del request, p
        for thing in self.state.things["account"]:
            if a in (thing.data["email"], thing.data["uniqueId"]):
                thing.data["disabled"] = verb == "disable"
                return Answer({})
        return error(404, "Service account does not exist.")

    def _account_policy(self, request: Request, p: str, a: str) -> Answer:
        name = f"//iam.googleapis.com/projects/{self._project_id(p)}/serviceAccounts/{a}"
        return self._policy(name, version=request.query.get("options.requestedPolicyVersion"))

    def _providers(self, request: Request, p: str, pool: str) -> Answer:
        found = [t.data for t in self._within("provider", f"projects/{p}") if f"/workloadIdentityPools/{pool}/" in t.name]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({"workloadIdentityPoolProviders": page} if page else {}, following)

    def _deny_list(self, request: Request, point: str) -> Answer:
        """Metadata only: listings leave the rules out."""
        node = unquote(point).partition("cloudresourcemanager.googleapis.com/")[2]
        found = [{k: v for k, v in policy.items() if k != "rules"} for policy in self.state.deny.get(node, [])]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({"policies": page} if page else {}, following)

    def _deny_get(self, request: Request, point: str, name: str) -> Answer:
        del request
        node = unquote(point).partition("cloudresourcemanager.googleapis.com/")[2]
        found = next((policy for policy in self.state.deny.get(node, []) if policy["name"].endswith(f"/{name}")), None)
        return Answer(found) if found else error(404, "Policy not found.")

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _versions(self, request: Request, p: str, s: str) -> Answer:
        found = [t.data for t in self._within("version", f"projects/{p}") if f"/secrets/{s}/" in t.name]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({"versions": page, "totalSize": len(found)} if page else {}, following)

    def _access(self, request: Request, p: str, s: str) -> Answer:
        del request
        project = self._project_id(p)
        path = f"projects/{self.state.numbers.get(project, p)}/secrets/{s}"
        if path not in self.state.values:
            return error(404, "Secret Version not found.")
        data = base64.b64encode(self.state.values[path].encode()).decode()
        return Answer({"name": f"{path}/versions/1", "payload": {"data": data, "dataCrc32c": "0"}})

    def _secret_policy(self, request: Request, p: str, s: str) -> Answer:
        number = self.state.numbers.get(self._project_id(p), p)
        name = f"//secretmanager.googleapis.com/projects/{number}/secrets/{s}"
        return self._policy(name, version=request.query.get("options.requestedPolicyVersion"))

    def _hmac(self, request: Request, p: str) -> Answer:
        found = [row for row in self.state.hmac if row["projectId"] == self._project_id(p) and row["state"] != "DELETED"]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "maxResults"))
        return reply({"kind": "storage#hmacKeysMetadata", **({"items": page} if page else {})}, following)

    def _knative(self, kind: str) -> Any:
        def handler(request: Request, p: str) -> Answer:
            found = [thing.data for thing in self._within(kind, f"projects/{p}")]
            page, following = self.paged(found, request.query.get("continue"), self._size(request, "limit"))
            meta = {"continue": following} if following else {}
            return Answer({"apiVersion": "v1", "kind": f"{kind.title()}List", "metadata": meta, "items": page})

        return handler

    def _instances(self, request: Request, p: str) -> Answer:
        found = [thing.data for thing in self._within("instance", f"projects/{p}")]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "maxResults"))
        zones: Shape = {"zones/europe-west1-b": {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "none", "data": []}}}
        for data in page:
            zones.setdefault(f"zones/{data['zone'].rpartition('/')[2]}", {"instances": []})["instances"].append(data)
        return reply({"kind": "compute#instanceAggregatedList", "id": "a", "items": zones}, following)

    def _clusters(self, request: Request, p: str) -> Answer:
        del request
        found = [thing.data for thing in self._within("cluster", f"projects/{p}")]
        return Answer({"clusters": found} if found else {})

    def _activities(self, request: Request, p: str, kind: str) -> Answer:
        project = self._project_id(p)
        found = [row for home, row in self.state.activities.get(kind, []) if home == project]
        page, following = self.paged(found, request.query.get("pageToken"), self._size(request, "pageSize"))
        return reply({"activities": page} if page else {}, following)

    def _size(self, request: Request, name: str) -> int | None:
        value = request.query.get(name, "")
        return int(value) if value.isdigit() and int(value) else None


def asset_type(kind: str) -> str:
    """Cloud Asset's name for a kind."""
    return f"{SERVICES[kind]}.googleapis.com/{TYPES[kind]}"


def deny_policy(node: str, name: str, *rules: Shape) -> Shape:
    """A deny policy attached to a node, as IAM v2 gives it."""
    point = quote(f"cloudresourcemanager.googleapis.com/{node}", safe="")
    return {
        "name": f"policies/{point}/denypolicies/{name}", "kind": "DenyPolicy", "displayName": name,
        "rules": [{"denyRule": rule} for rule in rules],
    }  # fmt: skip


def reply(body: Shape, following: str | None) -> Answer:
    """A page, with the token of the next one where there is any."""
    return Answer({**body, "nextPageToken": following} if following else body)


def error(status: int, message: str, reason: str = "") -> Answer:
    """A google.rpc.Status (AIP-193)."""
    details = (
        [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}] if reason else []
    )
    body = {
        "code": status,
        "message": message,
        "status": _WORDS.get(status, "UNKNOWN"),
        **({"details": details} if details else {}),
    }
    return Answer({"error": body}, status)


def _project_v1(data: Shape) -> Shape:
    """A project as Cloud Asset gives it: in the shape of Resource Manager v1."""
    kind, _, key = data["parent"].partition("/")
    return {
        "projectNumber": data["name"].partition("/")[2], "projectId": data["projectId"], "lifecycleState": data["state"],
        "name": data["displayName"], "labels": data["labels"], "createTime": data["createTime"],
        "parent": {"type": kind.removesuffix("s"), "id": key},
    }  # fmt: skip
