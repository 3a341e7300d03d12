"""A fake of Microsoft Graph: directory objects, permissions, roles, sign-in reports, JSON batches.

From the published contract (Graph v1.0 and beta reference, "JSON batching", "Query parameters"): one ``$expand`` a call and 20
objects in it, ``$top`` up to 999, 20 requests a batch, the error codes of both refusals, and reports in beta only.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from keyrack_estate.fakes.microsoft.odata import Thing, error, matcher, selected
from keyrack_estate.fakes.server import Answer, Fake, Request

EXPANDED, LARGEST, AGENTS, BATCH = 20, 999, 100, 20
_EXPAND = re.compile(r"(\w+)(?:\(\$select=([\w,]+)\))?")
_READ = {"applications": "Application.Read.All", "servicePrincipals": "Application.Read.All", "users": "User.Read.All"}


@dataclass(slots=True)
class Directory:
    """State of a tenant. ``links`` hold relationships: ``(object id, name) -> ids``; ``members`` of groups are transitive."""

    tenant: str
    name: str = "Nordholm Trading AB"
    domain: str = "nordholm.example"
    users: dict[str, Thing] = field(default_factory=dict)
    applications: dict[str, Thing] = field(default_factory=dict)
    principals: dict[str, Thing] = field(default_factory=dict)
    links: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    federated: dict[str, list[Thing]] = field(default_factory=dict)
    assigned: dict[str, list[Thing]] = field(default_factory=dict)
    """Application permissions by the API's service principal."""
    consents: list[Thing] = field(default_factory=list)
    role_definitions: list[Thing] = field(default_factory=list)
    role_assignments: list[Thing] = field(default_factory=list)
    eligible: list[Thing] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    sign_ins: list[Thing] = field(default_factory=list)
    key_sign_ins: list[Thing] = field(default_factory=list)
    policies: list[Thing] = field(default_factory=list)
    consent_policies: list[str] = field(default_factory=list)

    def find(self, object_id: str) -> Thing | None:
        """Any directory object."""
        return self.users.get(object_id) or self.principals.get(object_id) or self.applications.get(object_id)


@dataclass
class Graph(Fake):
    """The API. ``granted``: permissions the token carries; ``None``: all."""

    directory: Directory = field(default_factory=lambda: Directory(str(uuid.UUID(int=1))))
    granted: set[str] | None = None
    page: int = 100
    premium: bool = True
    expire_after: int | None = None
    """Every token stops working after so many calls."""

    def __post_init__(self) -> None:
        self._needs: dict[str, str] = {}
        for version in ("v1.0", "beta"):
            self._objects(version)
            self._relations(version)
            self._policies(version)
        self._reports()
        self._writes()

    def _get(self, template: str, handler: Any, permission: str) -> None:
        self.route("GET", template, handler)
        self._needs[self.routes[-1][1].pattern] = permission

    def _objects(self, version: str) -> None:
        state = self.directory
        self._get(f"/{version}/organization", self._organization, "Organization.Read.All")
        for name, things in (
            ("users", state.users),
            ("applications", state.applications),
            ("servicePrincipals", state.principals),
        ):
            self._get(f"/{version}/{name}", lambda r, things=things: self._list(r, things.values()), _READ[name])
            for kind in ("agentIdentity", "agentIdentityBlueprint", "agentIdentityBlueprintPrincipal", "agentUser"):
                self._get(
                    f"/{version}/{name}/microsoft.graph.{kind}",
                    lambda r, things=things, kind=kind: self._list(r, (t for t in things.values() if _is(t, kind))),
                    _READ[name],
                )
            self._get(f"/{version}/{name}/{{id}}", lambda r, id, things=things: self._one(r, things.get(id)), _READ[name])  # noqa: A006
        self._get(f"/{version}/oauth2PermissionGrants", lambda r: self._list(r, state.consents), "Directory.Read.All")

    def _relations(self, version: str) -> None:
        for holder in ("applications", "servicePrincipals"):
            for kind in ("agentIdentity", "agentIdentityBlueprint", "agentIdentityBlueprintPrincipal"):
                path = f"/{version}/{holder}/{{id}}/microsoft.graph.{kind}/sponsors"
                self._get(path, lambda r, id: self._linked(r, id, "sponsors"), "Application.Read.All")  # noqa: A006
            self._get(f"/{version}/{holder}/{{id}}/owners", lambda r, id: self._linked(r, id, "owners"), "Application.Read.All")  # noqa: A006
        path = f"/{version}/applications/{{id}}/federatedIdentityCredentials"
        self._get(path, lambda r, id: self._list(r, self.directory.federated.get(id, [])), "Application.Read.All")  # noqa: A006
        path = f"/{version}/servicePrincipals/{{id}}/appRoleAssignedTo"
        self._get(path, lambda r, id: self._list(r, self.directory.assigned.get(id, [])), "Application.Read.All")  # noqa: A006
        path = f"/{version}/groups/{{id}}/transitiveMembers/microsoft.graph.servicePrincipal"
        self._get(path, self._members, "GroupMember.Read.All")
        self.route("POST", f"/{version}/$batch", self._batch)

    def _policies(self, version: str) -> None:
        roles, state = f"/{version}/roleManagement/directory", self.directory
        self._get(f"{roles}/roleDefinitions", lambda r: self._list(r, state.role_definitions), "RoleManagement.Read.Directory")
        self._get(f"{roles}/roleAssignments", lambda r: self._list(r, state.role_assignments), "RoleManagement.Read.Directory")
        self._get(
            f"{roles}/roleEligibilityScheduleInstances",
            lambda r: self._list(r, state.eligible),
            "RoleEligibilitySchedule.Read.Directory",
        )
        self._get(f"/{version}/identity/conditionalAccess/policies", lambda r: self._list(r, state.policies), "Policy.Read.All")
        self._get(f"/{version}/policies/authorizationPolicy", self._authorization, "Policy.Read.All")

    def _reports(self) -> None:
        state = self.directory
        self._get(
            "/beta/reports/servicePrincipalSignInActivities", lambda r: self._report(r, state.sign_ins), "AuditLog.Read.All"
        )
        self._get(
            "/beta/reports/appCredentialSignInActivities", lambda r: self._report(r, state.key_sign_ins), "AuditLog.Read.All"
        )

    def _writes(self) -> None:
        """What the vendor's SDK needs to make and break things in a test; no part of what Keyrack may do."""
        self.route("POST", "/v1.0/applications", self._create)
        self.route("DELETE", "/v1.0/applications/{id}", self._delete)
        self.route("POST", "/v1.0/applications/{id}/addPassword", self._add_password)
        self.route("POST", "/v1.0/applications/{id}/removePassword", self._remove_password)

    def allowed(self, request: Request) -> Answer | None:
        """401 for an unknown or spent token, 403 when the token lacks the permission."""
        if self.expire_after is not None and self.total() > self.expire_after:
            self.tokens.clear()
        if request.token not in self.tokens:
            return error(401, "InvalidAuthenticationToken", "Access token is empty, invalid or expired.")
        if any(re.search(pattern, request.path) for pattern in self.denied):
            return error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        return None

    def answer(self, request: Request) -> Answer:
        """Route a call, after the permissions of the token."""
        if self.granted is not None and request.method == "GET" and request.token in self.tokens:
            for _, pattern, _ in self.routes:
                needed = self._needs.get(pattern.pattern)
                if needed and pattern.fullmatch(request.path) and needed not in self.granted:
                    self.calls["refused"] += 1
                    return error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        return super().answer(request)

    def _organization(self, request: Request) -> Answer:
        facts = {"id": self.directory.tenant, "displayName": self.directory.name}
        return self._list(request, [{**facts, "verifiedDomains": [{"name": self.directory.domain, "isDefault": True}]}])

    def _authorization(self, _: Request) -> Answer:
        permissions = {"allowedToCreateApps": True, "permissionGrantPoliciesAssigned": self.directory.consent_policies}
        return Answer({"id": "authorizationPolicy", "defaultUserRolePermissions": permissions})

    def _report(self, request: Request, rows: Sequence[Thing]) -> Answer:
        if not self.premium:
            return error(
                403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or has a premium license."
            )
        return self._list(request, rows)

    def _list(self, request: Request, things: Iterable[Thing]) -> Answer:
        query = request.query
        expand = query.get("$expand", "")
        if "agentIdentityBlueprintId" in query.get("$select", "") and "microsoft.graph.agent" not in request.path:
            return error(
                400,
                "BadRequest",
                "Could not find a property named 'agentIdentityBlueprintId' on type 'microsoft.graph.servicePrincipal'.",
            )
        if "/roleManagement/" in request.path and "$top" in query:
            return error(400, "Request_BadRequest", "The query option '$top' is not supported.")
        if _split(expand) is None:
            return error(400, "Request_UnsupportedQuery", "Expand of more than one property is not supported.")
        largest = AGENTS if "microsoft.graph.agent" in request.path else LARGEST
        if (top := query.get("$top", "")) and not (top.isdigit() and 1 <= int(top) <= largest):
            return error(400, "Request_BadRequest", "Invalid page size.")
        listed: Sequence[Thing] = things if isinstance(things, Sequence) else list(things)
        if wish := query.get("$filter"):
            test = matcher(wish)
            if test is None:
                return error(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
            listed = [thing for thing in listed if test(thing)]
        found, following = self.paged(listed, query.get("$skiptoken"), int(top) if top else None)
        body: dict[str, Any] = {
            "@odata.context": f"{request.base}/v1.0/$metadata",
            "value": [self._shown(one, query) for one in found],
        }
        if "$count" in query:
            body["@odata.count"] = len(listed)
        if following is not None:
            rest = {**{key: value for key, value in query.items() if key != "$count"}, "$skiptoken": following}
            body["@odata.nextLink"] = f"{request.base}{quote(request.path, safe='/$.')}?{urlencode(rest)}"
        return Answer(body)

    def _shown(self, thing: Thing, query: dict[str, str]) -> Thing:
        shown = selected(thing, query.get("$select"))
        if shown.get("keyCredentials"):
            shown["keyCredentials"] = [{**key, "key": None} for key in shown["keyCredentials"]]
        split = _split(query.get("$expand", ""))
        if split and split[0]:
            name, names = split
            shown[name] = self._expanded(thing, name, names)
        return shown

    def _expanded(self, thing: Thing, name: str, names: str | None) -> Any:
        if name == "federatedIdentityCredentials":
            return self.directory.federated.get(thing["id"], [])[:EXPANDED]
        linked = [found for one in self.directory.links.get((thing["id"], name), []) if (found := self.directory.find(one))]
        shown = [selected(one, names) for one in linked[:EXPANDED]]
        return (shown[0] if shown else None) if name == "manager" else shown

    def _one(self, request: Request, thing: Thing | None) -> Answer:
        if thing is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        shown = self._shown(thing, request.query)
        if request.query.get("$select") and "keyCredentials" in request.query["$select"]:
            shown["keyCredentials"] = thing.get("keyCredentials", [])
        return Answer(shown)

    def _linked(self, request: Request, object_id: str, name: str) -> Answer:
        if self.directory.find(object_id) is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        return self._list(
            request, [found for one in self.directory.links.get((object_id, name), []) if (found := self.directory.find(one))]
        )

    def _members(self, request: Request, id: str) -> Answer:  # noqa: A002
        if request.headers.get("consistencylevel") != "eventual" or "$count" not in request.query:
            return error(400, "Request_UnsupportedQuery", "A cast needs the ConsistencyLevel header and $count.")
        listed = self.directory.members.get(id)
        if listed is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        return self._list(request, [self.directory.principals[one] for one in listed if one in self.directory.principals])

    def _batch(self, request: Request) -> Answer:
        asked = request.body.get("requests", []) if isinstance(request.body, dict) else []
        if not 0 < len(asked) <= BATCH:
            return error(400, "BadRequest", f"A batch holds 1 to {BATCH} requests.")
        version = request.path.split("/")[1]
        return Answer({"responses": [self._inner(request, version, one) for one in asked]})

    def _inner(self, request: Request, version: str, one: Thing) -> Thing:
        parts = urlsplit(f"/{version}{one['url']}")
        headers = {**request.headers, **{name.lower(): value for name, value in one.get("headers", {}).items()}}
        query = dict(parse_qsl(parts.query))
        inner = replace(request, method=one["method"], path=parts.path, query=query, body=one.get("body"), headers=headers)
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(inner.path)
            if match and method == inner.method:
                needed = self._needs.get(pattern.pattern)
                short = self.granted is not None and needed is not None and needed not in self.granted
                refusal = error(403, "Authorization_RequestDenied", "Insufficient privileges.") if short else self.allowed(inner)
                answer = refusal or handler(inner, **{name: unquote(value) for name, value in match.groupdict().items()})
                return {"id": one["id"], "status": answer.status, "headers": {}, "body": answer.body}
        return {"id": one["id"], "status": 404, "headers": {}, "body": error(404, "NotFound", "No such path.").body}

    def _create(self, request: Request) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        made = {
            "id": str(uuid.uuid4()), "appId": str(uuid.uuid4()), "createdDateTime": stamp(datetime.now(UTC)),
            "signInAudience": "AzureADMyOrg", "passwordCredentials": [], "keyCredentials": [], **body,
        }  # fmt: skip
        self.directory.applications[made["id"]] = made
        return Answer(made, 201)

    def _delete(self, _: Request, id: str) -> Answer:  # noqa: A002
        if self.directory.applications.pop(id, None) is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        return Answer(None, 204)

    def _add_password(self, request: Request, id: str) -> Answer:  # noqa: A002
        app = self.directory.applications.get(id)
        if app is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        wish = (request.body or {}).get("passwordCredential") or {}
        start = datetime.now(UTC)
        made = {
            "keyId": str(uuid.uuid4()), "startDateTime": stamp(start), "endDateTime": stamp(start + timedelta(days=730)),
            **{key: value for key, value in wish.items() if value is not None},
        }  # fmt: skip
        app["passwordCredentials"].append(made)
        value = uuid.uuid4().hex + "~Q"
        return Answer({**made, "hint": value[:3], "secretText": value})

    def _remove_password(self, request: Request, id: str) -> Answer:  # noqa: A002
        app, key = self.directory.applications.get(id), (request.body or {}).get("keyId")
        if app is None or all(one["keyId"] != key for one in app["passwordCredentials"]):
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        app["passwordCredentials"] = [one for one in app["passwordCredentials"] if one["keyId"] != key]
        return Answer(None, 204)


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is(thing: Thing, kind: str) -> bool:
    return str(thing.get("@odata.type", "")).lower() == f"#microsoft.graph.{kind}".lower()


def _split(expand: str) -> tuple[str, str | None] | None:
    """Name and inner $select of the one expansion; ``("", None)`` for none; ``None`` for what Graph refuses."""
    if not expand:
        return "", None
    match = _EXPAND.fullmatch(expand)
    return (match[1], match[2]) if match else None
