"""A fake of Azure Resource Manager: Resource Graph, roles, managed identities, contents of vaults and automation, app settings.

From the published contract: "Azure Resource Graph REST API" (``$skipToken``, 1,000 rows at most, object arrays), "Role
Assignments", "User Assigned Identities", "Federated Identity Credentials", "Secrets", "Keys", "Variable" and "Web Apps - List
Application Settings".
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from keyrack_estate.fakes.microsoft.odata import Thing, error
from keyrack_estate.fakes.server import Answer, Fake, Request

LARGEST = 1000
_IS = re.compile(r"type =~ '([^']+)'", re.IGNORECASE)
_IN = re.compile(r"type in~ \(([^)]*)\)", re.IGNORECASE)
_PROJECT = re.compile(r"\| project ([\w, ]+)")


@dataclass(slots=True)
class Cloud:
    """State. ``children`` maps ``<resource id>/<kind>`` in lower case to listed objects; ``settings`` to name -> value."""

    tenant: str
    containers: list[Thing] = field(default_factory=list)
    resources: dict[str, Thing] = field(default_factory=dict)
    definitions: dict[str, Thing] = field(default_factory=dict)
    assignments: dict[str, Thing] = field(default_factory=dict)
    children: dict[str, list[Thing]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, thing: Thing) -> Thing:
        """Keep a resource."""
        self.resources[thing["id"].lower()] = thing
        return thing


@dataclass
class Arm(Fake):
    """The API."""

    cloud: Cloud = field(default_factory=lambda: Cloud(str(uuid.UUID(int=1))))
    page: int = 100

    def __post_init__(self) -> None:
        self.route("POST", "/providers/Microsoft.ResourceGraph/resources", self._query)
        self.route("POST", "/{site:path}/config/{kind}/list", self._settings)
        authorization = "/{scope:path}/providers/Microsoft.Authorization"
        self.route("GET", f"{authorization}/roleAssignments", self._list_assignments)
        self.route("PUT", f"{authorization}/roleAssignments/{{name}}", self._assign)
        self.route("DELETE", f"{authorization}/roleAssignments/{{name}}", self._unassign)
        self.route("GET", f"{authorization}/roleDefinitions", self._list_definitions)
        self.route("GET", f"{authorization}/denyAssignments", lambda r, scope: self._listed(r, f"/{scope}/denyassignments"))
        identities = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
        self.route("GET", f"/subscriptions/{{sub}}{identities}", self._identities)
        self.route("PUT", f"/subscriptions/{{sub}}/resourceGroups/{{group}}{identities}/{{name}}", self._make_identity)
        self.route("DELETE", f"/subscriptions/{{sub}}/resourceGroups/{{group}}{identities}/{{name}}", self._drop_identity)
        for kind in ("federatedIdentityCredentials", "secrets", "keys", "variables"):
            self.route("GET", f"/{{parent:path}}/{kind}", lambda r, parent, kind=kind: self._children(r, parent, kind))

    def allowed(self, request: Request) -> Answer | None:
        """401 for an unknown token, 403 in Resource Manager's words."""
        if request.token not in self.tokens:
            return error(401, "InvalidAuthenticationToken", "The access token is invalid.")
        if any(re.search(pattern, request.path) for pattern in self.denied):
            return error(403, "AuthorizationFailed", "The client does not have authorization to perform the action.")
        return None

    def answer(self, request: Request) -> Answer:
        """Route a call; every operation but the query's needs an api-version."""
        if request.token in self.tokens and "api-version" not in request.query:
            return error(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
        return super().answer(request)

    def _query(self, request: Request) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        statement, options = str(body.get("query", "")), body.get("options") or {}
        table = statement.partition("|")[0].strip().lower()
        if table not in {"resources", "resourcecontainers", "authorizationresources"}:
            return error(400, "BadRequest", "The query is not valid.")
        rows = [row for row in self._table(table) if _matches(row, statement)]
        found, following = self.paged(rows, options.get("$skipToken"), min(int(options.get("$top", 100)), LARGEST))
        names = [name.strip() for match in _PROJECT.findall(statement) for name in match.split(",")]
        data = [{name: row.get(name) for name in names} if names else row for row in found]
        reply = {"totalRecords": len(rows), "count": len(data), "data": data, "facets": [], "resultTruncated": "false"}
        return Answer(reply | ({"$skipToken": following} if following is not None else {}))

    def _table(self, table: str) -> list[Thing]:
        if table == "resourcecontainers":
            return self.cloud.containers
        if table == "authorizationresources":
            return [*self.cloud.definitions.values(), *self.cloud.assignments.values()]
        return list(self.cloud.resources.values())

    def _settings(self, _: Request, site: str, kind: str) -> Answer:
        found = self.cloud.settings.get(f"/{site}/{kind}".lower())
        if found is None:
            return (
                error(404, "ResourceNotFound", "The resource was not found.")
                if f"/{site}".lower() not in self.cloud.resources
                else Answer({"name": kind, "properties": {}})
            )
        return Answer({"name": kind, "properties": found})

    def _children(self, request: Request, parent: str, kind: str) -> Answer:
        if f"/{parent}".lower() not in self.cloud.resources:
            return error(404, "ResourceNotFound", "The resource was not found.")
        return self._listed(request, f"/{parent}/{kind}")

    def _listed(self, request: Request, key: str) -> Answer:
        return self._page(request, self.cloud.children.get(key.lower(), []))

    def _page(self, request: Request, things: list[Thing]) -> Answer:
        found, following = self.paged(things, request.query.get("$skiptoken"))
        body: dict[str, Any] = {"value": found}
        if following is not None:
            body["nextLink"] = f"{request.base}{request.path}?{urlencode({**request.query, '$skiptoken': following})}"
        return Answer(body)

    def _list_assignments(self, request: Request, scope: str) -> Answer:
        wanted = f"/{scope}".lower()
        listed = [one for one in self.cloud.assignments.values() if str(one["properties"]["scope"]).lower().startswith(wanted)]
        return self._page(request, listed)

    def _list_definitions(self, request: Request, scope: str) -> Answer:
        del scope
        return self._page(request, list(self.cloud.definitions.values()))

    def _assign(self, request: Request, scope: str, name: str) -> Answer:
        given = (request.body or {}).get("properties", {})
        made = {
            "id": f"/{scope}/providers/Microsoft.Authorization/roleAssignments/{name}", "name": name,
            "type": "Microsoft.Authorization/roleAssignments", "properties": {"scope": f"/{scope}", **given},
        }  # fmt: skip
        self.cloud.assignments[name.lower()] = made
        return Answer(made, 201)

    def _unassign(self, _: Request, scope: str, name: str) -> Answer:
        del scope
        gone = self.cloud.assignments.pop(name.lower(), None)
        return Answer(gone) if gone else Answer(None, 204)

    def _identities(self, request: Request, sub: str) -> Answer:
        prefix = f"/subscriptions/{sub}/".lower()
        listed = [
            one for key, one in self.cloud.resources.items()
            if key.startswith(prefix) and one["type"].lower() == "microsoft.managedidentity/userassignedidentities"
        ]  # fmt: skip
        return self._page(request, listed)

    def _make_identity(self, request: Request, sub: str, group: str, name: str) -> Answer:
        body = request.body or {}
        kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
        made = self.cloud.add(
            {
                "id": f"/subscriptions/{sub}/resourceGroups/{group}/providers/{kind}/{name}",
                "name": name, "type": kind, "location": body.get("location", "swedencentral"),
                "subscriptionId": sub, "tags": body.get("tags") or {},
                "properties": {"principalId": str(uuid.uuid4()), "clientId": str(uuid.uuid4()), "tenantId": self.cloud.tenant},
            }
        )  # fmt: skip
        return Answer(made, 201)

    def _drop_identity(self, _: Request, sub: str, group: str, name: str) -> Answer:
        kind = "microsoft.managedidentity/userassignedidentities"
        key = f"/subscriptions/{sub}/resourcegroups/{group}/providers/{kind}/{name}".lower()
        return Answer(None, 200) if self.cloud.resources.pop(key, None) else Answer(None, 204)


def _matches(row: Thing, statement: str) -> bool:
    kind = str(row.get("type", "")).lower()
    if match := _IS.search(statement):
        return kind == match[1].lower()
    if match := _IN.search(statement):
        return kind in {name.strip(" '").lower() for name in match[1].split(",")}
    return bool(row.get("identity")) if "isnotempty(identity)" in statement else True
