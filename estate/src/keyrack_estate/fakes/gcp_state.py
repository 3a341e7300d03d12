"""What the Google Cloud fake holds, in the shapes of Google's own APIs, and short ways to make such shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Shape = dict[str, Any]
CLOUD = "https://www.googleapis.com/auth/cloud-platform"
FOREVER = "9999-12-31T23:59:59Z"
SERVICES = {
    "organization": "cloudresourcemanager",
    "folder": "cloudresourcemanager",
    "project": "cloudresourcemanager",
    "role": "iam",
    "account": "iam",
    "key": "iam",
    "pool": "iam",
    "provider": "iam",
    "api_key": "apikeys",
    "secret": "secretmanager",
    "version": "secretmanager",
    "service": "run",
    "job": "run",
    "function": "cloudfunctions",
    "function_v1": "cloudfunctions",
    "instance": "compute",
    "cluster": "container",
}


def stamp(moment: datetime) -> str:
    """RFC 3339, as Google writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Thing:
    """One asset: ``name`` without the leading ``//service/``, and the resource in its own API's shape."""

    project: str
    name: str
    data: Shape


@dataclass
class GcpState:
    """An organisation. ``things`` by kind; ``policies`` by full resource name; ``deny`` by node; ``activities`` by type."""

    organization: str = "100000000001"
    domain: str = "nordholm.example"
    things: dict[str, list[Thing]] = field(default_factory=lambda: {kind: [] for kind in SERVICES})
    policies: dict[str, Shape] = field(default_factory=dict)
    deny: dict[str, list[Shape]] = field(default_factory=dict)
    hmac: list[Shape] = field(default_factory=list)
    activities: dict[str, list[tuple[str, Shape]]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    parents: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, project: str, name: str, data: Shape) -> Shape:
        """Remember a thing; returns its shape."""
        self.things[kind].append(Thing(project, name, data))
        return data

    def open_organization(self) -> None:
        """The root of the hierarchy."""
        name = f"organizations/{self.organization}"
        self.add(
            "organization", "", name,
            {"name": name, "displayName": self.domain, "state": "ACTIVE", "directoryCustomerId": "C01nordholm"},
        )  # fmt: skip

    def folder(self, number: str, title: str, parent: str) -> str:
        """A folder; returns its name."""
        name = f"folders/{number}"
        self.parents[name] = parent
        self.add("folder", "", name, {"name": name, "parent": parent, "displayName": title, "state": "ACTIVE"})
        return name

    def project(self, identifier: str, number: str, parent: str, labels: Mapping[str, str] | None = None) -> None:
        """A project, below a folder or the organisation."""
        self.numbers[identifier] = number
        self.parents[f"projects/{identifier}"] = parent
        self.add(
            "project", identifier, f"projects/{number}",
            {
                "name": f"projects/{number}", "projectId": identifier, "displayName": identifier, "parent": parent,
                "state": "ACTIVE", "labels": dict(labels or {}), "createTime": "2024-01-10T09:00:00Z",
            },
        )  # fmt: skip

    def account(self, project: str, local: str, unique: str, description: str = "", *, disabled: bool = False) -> str:
        """A service account; returns its address. ``local`` may be a whole address (default accounts)."""
        email = local if "@" in local else f"{local}@{project}.iam.gserviceaccount.com"
        name = f"projects/{project}/serviceAccounts/{email}"
        data: Shape = {
            "name": name, "projectId": project, "uniqueId": unique, "email": email, "displayName": local.partition("@")[0],
            "oauth2ClientId": unique, "etag": "MDEwMjE5MjA=",
        }  # fmt: skip
        if description:
            data["description"] = description
        if disabled:
            data["disabled"] = True
        self.add("account", project, f"projects/{project}/serviceAccounts/{unique}", data)
        return email

    def key(self, email: str, identifier: str, made: datetime, ends: datetime | None = None, **more: Any) -> str:
        """A user-managed key (``more``: further fields); returns its id."""
        project = self.project_of(email)
        name = f"projects/{project}/serviceAccounts/{email}/keys/{identifier}"
        data = {
            "name": name, "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED", "keyType": "USER_MANAGED",
            "validAfterTime": stamp(made), "validBeforeTime": stamp(ends) if ends else FOREVER, **more,
        }  # fmt: skip
        self.add("key", project, name, data)
        return identifier

    def project_of(self, email: str) -> str:
        """The project of an account, as it was added."""
        return next(thing.project for thing in self.things["account"] if thing.data["email"] == email)

    def grant(self, resource: str, role: str, members: Iterable[str], condition: Shape | None = None) -> None:
        """Bind members to a role on a full resource name."""
        policy = self.policies.setdefault(resource, {"version": 3, "etag": "BwYy", "bindings": []})
        binding: Shape = {"role": role, "members": list(members)}
        if condition:
            binding["condition"] = condition
        policy["bindings"].append(binding)

    def on_project(self, project: str, role: str, *members: str, condition: Shape | None = None) -> None:
        """Bind members on a project."""
        self.grant(f"//cloudresourcemanager.googleapis.com/projects/{project}", role, members, condition)

    def on_account(self, email: str, role: str, *members: str) -> None:
        """Bind members on a service account."""
        project = self.project_of(email)
        self.grant(f"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}", role, members)

    def used(self, email: str, when: datetime | None, since: datetime, key: str | None = None) -> None:
        """What Activity Analyzer says of an account, or of one of its keys."""
        project = self.project_of(email)
        activity = "serviceAccountKeyLastAuthentication" if key else "serviceAccountLastAuthentication"
        name = f"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}" + (f"/keys/{key}" if key else "")
        body: Shape = {"lastAuthenticatedTime": stamp(when)} if when else {}
        row = {
            "fullResourceName": name, "activityType": activity, "activity": body,
            "observationPeriod": {"startTime": stamp(since), "endTime": "2026-11-20T07:00:00Z"},
        }  # fmt: skip
        self.activities.setdefault(activity, []).append((project, row))

    def secret(self, project: str, name: str, made: datetime, value: str = "", **more: Any) -> None:
        """A secret with one enabled version of that moment."""
        path = f"projects/{self.numbers[project]}/secrets/{name}"
        self.add(
            "secret", project, path,
            {"name": path, "createTime": stamp(made), "replication": {"automatic": {}}, "etag": '"16"', **more},
        )  # fmt: skip
        self.version(project, name, 1, made)
        if value:
            self.values[path] = value

    def version(self, project: str, name: str, number: int, made: datetime, state: str = "ENABLED") -> None:
        """A version of a secret."""
        path = f"projects/{self.numbers[project]}/secrets/{name}/versions/{number}"
        self.add("version", project, path, {"name": path, "createTime": stamp(made), "state": state, "etag": '"16"'})

    def run(
        self,
        project: str,
        name: str,
        email: str | None,
        env: Mapping[str, str] | None = None,
        *,
        kind: str = "service",
        **labels: str,
    ) -> None:
        """A Cloud Run service or job, in the Knative shape of API v1."""
        region = "europe-north1"
        container = {"image": f"europe-docker.pkg.dev/{project}/apps/{name}@sha256:{'0' * 64}"}
        variables = [{"name": key, "value": value} for key, value in (env or {}).items()]
        inner: Shape = {"containers": [{**container, "env": variables}]}
        if email:
            inner["serviceAccountName"] = email
        spec: Shape = {"template": {"spec": inner}}
        data = {
            "apiVersion": "serving.knative.dev/v1" if kind == "service" else "run.googleapis.com/v1",
            "kind": kind.title(),
            "metadata": {
                "name": name, "namespace": self.numbers[project], "creationTimestamp": "2025-06-01T10:00:00Z",
                "labels": {"cloud.googleapis.com/location": region, **labels},
            },
            "spec": spec if kind == "service" else {"template": {"spec": spec}},
        }  # fmt: skip
        self.add(kind, project, f"projects/{project}/locations/{region}/{kind}s/{name}", data)

    def function(self, project: str, name: str, email: str, env: Mapping[str, str] | None = None, **labels: str) -> None:
        """A function, in the shape of API v2."""
        path = f"projects/{project}/locations/europe-north1/functions/{name}"
        config = {"serviceAccountEmail": email, "environmentVariables": dict(env or {}), "service": name}
        data = {
            "name": path, "state": "ACTIVE", "environment": "GEN_2", "updateTime": "2026-03-01T10:00:00Z", "labels": labels,
            "buildConfig": {"runtime": "python312", "entryPoint": "main"}, "serviceConfig": config,
        }  # fmt: skip
        self.add("function", project, path, data)

    def instance(
        self, project: str, name: str, email: str | None, metadata: Mapping[str, str] | None = None, *,
        scope: str = CLOUD, **labels: str,
    ) -> None:  # fmt: skip
        """A virtual machine."""
        zone = f"projects/{project}/zones/europe-north1-a"
        data: Shape = {
            "kind": "compute#instance", "id": str(7_000_000_000 + len(self.things["instance"])), "name": name,
            "zone": f"https://www.googleapis.com/compute/v1/{zone}", "status": "RUNNING", "labels": labels,
            "creationTimestamp": "2025-04-01T03:00:00.000-07:00",
            "metadata": {"kind": "compute#metadata", "items": [{"key": k, "value": v} for k, v in (metadata or {}).items()]},
        }  # fmt: skip
        if email:
            data["serviceAccounts"] = [{"email": email, "scopes": [scope]}]
        self.add("instance", project, f"{zone}/instances/{name}", data)

    def cluster(self, project: str, name: str, pools: Mapping[str, str], *, workload_pool: bool = True) -> None:
        """A GKE cluster; ``pools``: node pool to the account of its nodes (``default``)."""
        path = f"projects/{project}/locations/europe-north1/clusters/{name}"
        mode = {"workloadMetadataConfig": {"mode": "GKE_METADATA" if workload_pool else "GCE_METADATA"}}
        data: Shape = {
            "name": name, "location": "europe-north1", "status": "RUNNING", "createTime": "2025-01-20T10:00:00+00:00",
            "nodePools": [
                {
                    "name": pool, "status": "RUNNING",
                    "config": {"serviceAccount": email, "oauthScopes": [CLOUD], **mode},
                }
                for pool, email in pools.items()
            ],
        }  # fmt: skip
        if workload_pool:
            data["workloadIdentityConfig"] = {"workloadPool": f"{project}.svc.id.goog"}
        self.add("cluster", project, path, data)

    def pool(self, project: str, name: str) -> str:
        """A workload identity pool; returns its name as members of policies write it."""
        path = f"projects/{self.numbers[project]}/locations/global/workloadIdentityPools/{name}"
        self.add("pool", project, path, {"name": path, "displayName": name, "state": "ACTIVE"})
        return path

    def provider(self, project: str, pool: str, name: str, issuer: str, mapping: Mapping[str, str], **more: Any) -> None:
        """An OIDC provider of a pool."""
        path = f"{pool}/providers/{name}"
        oidc: Shape = {"issuerUri": issuer}
        if audiences := more.pop("audiences", None):
            oidc["allowedAudiences"] = audiences
        self.add(
            "provider", project, path, {"name": path, "state": "ACTIVE", "attributeMapping": dict(mapping), "oidc": oidc, **more}
        )

    def api_key(self, project: str, identifier: str, title: str, made: datetime, **more: Any) -> None:
        """An API key; ``more``: ``restrictions``, ``serviceAccountEmail``, ``annotations``."""
        path = f"projects/{self.numbers[project]}/locations/global/keys/{identifier}"
        data = {"name": path, "uid": identifier, "displayName": title, "createTime": stamp(made), "etag": 'W/"1"', **more}
        self.add("api_key", project, path, data)

    def hmac_key(self, email: str, identifier: str, made: datetime, state: str = "ACTIVE") -> None:
        """An HMAC key of Cloud Storage."""
        project = self.project_of(email)
        self.hmac.append(
            {
                "kind": "storage#hmacKeyMetadata", "id": f"{project}/{identifier}", "accessId": identifier, "projectId": project,
                "serviceAccountEmail": email, "state": state, "timeCreated": stamp(made), "updated": stamp(made), "etag": "ZQ==",
            }
        )  # fmt: skip
