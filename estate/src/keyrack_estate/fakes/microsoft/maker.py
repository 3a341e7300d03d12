"""Makes the objects of a tenant in Microsoft's own shapes, for tests and for the estate. Same chance, same tenant."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.arm import Cloud
from keyrack_estate.fakes.microsoft.graph import Directory, stamp
from keyrack_estate.fakes.microsoft.odata import Thing

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"
MICROSOFT_TENANT: Final = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
ROLES: Final[Mapping[str, str]] = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
}
"""Built-in directory roles by their template id ("Microsoft Entra built-in roles")."""
AZURE_ROLES: Final[Mapping[str, tuple[str, dict[str, list[str]]]]] = {
    "Owner": ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", {"actions": ["*"]}),
    "Contributor": (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        {
            "actions": ["*"],
            "notActions": [
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
            ],
        },
    ),
    "Reader": ("acdd72a7-3385-48ef-bd42-f606fba81ae7", {"actions": ["*/read"]}),
    "User Access Administrator": (
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", {"actions": ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"]}
    ),
    "Key Vault Secrets User": (
        "4633458b-17de-408a-b874-0445c86b69e6",
        {"dataActions": [f"Microsoft.KeyVault/vaults/secrets/{name}/action" for name in ("getSecret", "readMetadata")]},
    ),
    "AcrPull": ("7f951dda-4ed3-4680-a7ca-43fe172d538d", {"actions": ["Microsoft.ContainerRegistry/registries/pull/read"]}),
}  # fmt: skip
"""Built-in Azure roles by their id ("Azure built-in roles")."""
_PERMISSIONS: Final = (
    "RoleManagement.ReadWrite.Directory", "AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All", "Directory.Read.All",
    "User.Read.All", "Mail.ReadWrite", "Mail.Send", "Files.ReadWrite.All", "Sites.Selected", "Group.ReadWrite.All",
    "User.Export.All", "Application.Read.All", "AuditLog.Read.All",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class App:
    """An application of ours: its registration's object id, application id and service principal's object id."""

    id: str
    app_id: str
    sp: str
    keys: dict[str, str] = field(default_factory=dict)


class Maker:
    """Adds things to a directory and a cloud of one tenant."""

    def __init__(self, chance: Chance, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.directory = Directory(self.guid())
        self.cloud = Cloud(self.directory.tenant)
        self.roles = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in _PERMISSIONS}
        self.graph = self.api("Microsoft Graph", GRAPH_APP, MICROSOFT_TENANT, self.roles)
        for name, (role, block) in AZURE_ROLES.items():
            self.definition(name, block, role, "BuiltInRole")
        for name, role in ROLES.items():
            self.directory.role_definitions.append(
                {"id": role, "displayName": name, "templateId": role, "isBuiltIn": True, "rolePermissions": []}
            )

    def guid(self) -> str:
        """A GUID made by chance."""
        return str(uuid.UUID(bytes=self.chance.bytes(16), version=4))

    def ago(self, days: float) -> str:
        """A moment that many days ago."""
        return stamp(self.now - timedelta(days=days))

    def user(
        self,
        email: str,
        name: str,
        *,
        gone: bool = False,
        team: str | None = None,
        left: datetime | None = None,
        kind: str = "Member",
    ) -> str:
        """A user's object id."""
        object_id = self.guid()
        self.directory.users[object_id] = {
            "id": object_id, "displayName": name, "userPrincipalName": email, "mail": email, "accountEnabled": not gone,
            "userType": kind, "department": team, "createdDateTime": self.ago(900),
            "employeeLeaveDateTime": stamp(left) if left else None,
        }  # fmt: skip
        return object_id

    def manages(self, manager: str, user: str) -> None:
        """A person's manager."""
        self.directory.links[user, "manager"] = [manager]

    def api(self, name: str, app_id: str, owner: str, roles: Mapping[str, str]) -> str:
        """A service principal that defines application permissions; its object id."""
        object_id = self.guid()
        listed = [
            {"id": role, "value": value, "allowedMemberTypes": ["Application"], "isEnabled": True}
            for value, role in roles.items()
        ]
        self.directory.principals[object_id] = self._principal(object_id, app_id, name, owner, appRoles=listed)
        self.directory.assigned[object_id] = []
        return object_id

    def _principal(self, object_id: str, app_id: str, name: str, owner: str | None, **more: Any) -> Thing:
        return {
            "id": object_id, "appId": app_id, "displayName": name, "accountEnabled": True, "servicePrincipalType": "Application",
            "appOwnerOrganizationId": owner, "alternativeNames": [], "tags": [], "notes": None,
            "createdDateTime": self.ago(400), "appRoles": [], "passwordCredentials": [], "keyCredentials": [],
            "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None},
            "signInAudience": "AzureADMyOrg", "appRoleAssignmentRequired": False, **more,
        }  # fmt: skip

    def app(self, name: str, *, age: float = 400, owners: Iterable[str] = (), enabled: bool = True, **more: Any) -> App:
        """An application of ours with its service principal; ``more`` are properties of the registration."""
        object_id, app_id, sp = self.guid(), self.guid(), self.guid()
        self.directory.applications[object_id] = {
            "id": object_id, "appId": app_id, "displayName": name, "signInAudience": "AzureADMyOrg",
            "createdDateTime": self.ago(age), "notes": None, "tags": [], "isFallbackPublicClient": False,
            "passwordCredentials": [], "keyCredentials": [],
            "web": {
                "redirectUris": [],
                "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
            },
            "spa": {"redirectUris": []}, "publicClient": {"redirectUris": []}, **more,
        }  # fmt: skip
        self.directory.principals[sp] = self._principal(
            sp, app_id, name, self.directory.tenant, accountEnabled=enabled, createdDateTime=self.ago(age)
        )
        self.directory.links[object_id, "owners"] = list(owners)
        return App(object_id, app_id, sp)

    def secret(self, app: App, name: str, *, age: float, life: float = 180, used: float | None = None) -> str:
        """A client secret made ``age`` days ago for ``life`` days, last used ``used`` days ago; its key id."""
        key = self.guid()
        made = {
            "keyId": key,
            "displayName": name,
            "startDateTime": self.ago(age),
            "endDateTime": self.ago(age - life),
            "hint": "abc",
        }
        self.directory.applications[app.id]["passwordCredentials"].append(made)
        app.keys[name] = key
        self.used(app, key, used)
        return key

    def certificate(self, app: App, name: str, *, age: float, life: float = 365, used: float | None = None) -> str:
        """A certificate; its key id."""
        key = self.guid()
        thumb = base64.b64encode(self.chance.bytes(20)).decode()
        made = {
            "keyId": key, "displayName": name, "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": thumb,
            "startDateTime": self.ago(age), "endDateTime": self.ago(age - life), "key": None,
        }  # fmt: skip
        self.directory.applications[app.id]["keyCredentials"].append(made)
        app.keys[name] = key
        self.used(app, key, used)
        return key

    def used(self, app: App, key: str, days: float | None) -> None:
        """The report on credentials knows a use of a key."""
        if days is not None:
            row = {"keyId": key, "appId": app.app_id, "signInActivity": {"lastSignInDateTime": self.ago(days)}}
            self.directory.key_sign_ins.append({"id": self.guid(), "keyType": "clientSecret", **row})

    def signed_in(self, app_id: str, *, application: float | None = None, delegated: float | None = None) -> None:
        """The report on service principals knows sign-ins, by itself or for people, that many days ago."""
        row: Thing = {"id": self.guid(), "appId": app_id}
        for name, days in (
            ("applicationAuthenticationClientSignInActivity", application),
            ("delegatedClientSignInActivity", delegated),
        ):
            row[name] = {"lastSignInDateTime": self.ago(days)} if days is not None else None
        self.directory.sign_ins.append(row)

    def federate(
        self, app: App, name: str, issuer: str, subject: str = "", *, audience: str = "api://AzureADTokenExchange", like: str = ""
    ) -> None:
        """A federated credential; ``like`` is a flexible one's expression."""
        made: Thing = {"id": self.guid(), "name": name, "issuer": issuer, "audiences": [audience]}
        made |= {"claimsMatchingExpression": {"value": like, "languageVersion": 1}} if like else {"subject": subject}
        self.directory.federated.setdefault(app.id, []).append(made)

    def foreign(self, name: str, *, owner: str | None = None, verified: str | None = None, age: float = 200, **more: Any) -> str:
        """Another tenant's application in ours; its service principal's object id."""
        sp = self.guid()
        publisher = {"displayName": verified, "verifiedPublisherId": "1234567" if verified else None}
        owner = owner or self.guid()
        self.directory.principals[sp] = self._principal(
            sp,
            self.guid(),
            name,
            owner,
            createdDateTime=self.ago(age),
            verifiedPublisher=publisher,
            signInAudience="AzureADMultipleOrgs",
            **more,
        )
        return sp

    def blueprint(self, name: str, sponsors: Iterable[str], owners: Iterable[str] = ()) -> App:
        """A blueprint of agent identities."""
        made = self.app(name, age=120, owners=owners)
        self.directory.applications[made.id]["@odata.type"] = "#microsoft.graph.agentIdentityBlueprint"
        self.directory.principals[made.sp]["@odata.type"] = "#microsoft.graph.agentIdentityBlueprintPrincipal"
        self.directory.links[made.id, "sponsors"] = list(sponsors)
        return made

    def agent(self, name: str, blueprint: App, sponsors: Iterable[str], *, enabled: bool = True) -> str:
        """An agent identity; its object id."""
        sp = self.guid()
        self.directory.principals[sp] = self._principal(
            sp, "", name, None, **{"@odata.type": "#microsoft.graph.agentIdentity"}, agentIdentityBlueprintId=blueprint.app_id,
            servicePrincipalType="ServiceIdentity", createdDateTime=self.ago(60), accountEnabled=enabled,
        )  # fmt: skip
        self.directory.links[sp, "sponsors"] = list(sponsors)
        return sp

    def permit(self, sp: str, name: str) -> None:
        """An application permission of Microsoft Graph."""
        assigned = {"id": self.guid(), "appRoleId": self.roles[name], "principalId": sp, "principalType": "ServicePrincipal"}
        self.directory.assigned[self.graph].append(
            {**assigned, "resourceId": self.graph, "resourceDisplayName": "Microsoft Graph"}
        )

    def consent(self, sp: str, scopes: str, person: str | None = None) -> None:
        """Delegated permissions of Microsoft Graph, for everybody or for one person."""
        self.directory.consents.append(
            {
                "id": self.guid(), "clientId": sp, "consentType": "Principal" if person else "AllPrincipals",
                "principalId": person, "resourceId": self.graph, "scope": f" {scopes}",
            }
        )  # fmt: skip

    def directory_role(self, principal: str, name: str, *, scope: str = "/", eligible: bool = False) -> None:
        """A directory role."""
        row = {"id": self.guid(), "principalId": principal, "roleDefinitionId": ROLES[name], "directoryScopeId": scope}
        (self.directory.eligible if eligible else self.directory.role_assignments).append(row)

    def subscription(self, name: str, tags: Mapping[str, str] | None = None) -> str:
        """A subscription; its id."""
        sub = self.guid()
        self.cloud.containers.append(
            {
                "id": f"/subscriptions/{sub}",
                "name": name,
                "type": "microsoft.resources/subscriptions",
                "tags": dict(tags or {}),
                "properties": {},
            }
        )
        return sub

    def resource(self, sub: str, group: str, kind: str, name: str, **more: Any) -> Thing:
        """An ARM resource."""
        return self.cloud.add(
            {
                "id": f"/subscriptions/{sub}/resourceGroups/{group}/providers/{kind}/{name}", "name": name, "type": kind.lower(),
                "location": "swedencentral", "subscriptionId": sub, "tags": {}, "identity": None, "properties": {}, **more,
            }
        )  # fmt: skip

    def managed(self, sub: str, group: str, name: str, tags: Mapping[str, str] | None = None) -> Thing:
        """A user-assigned managed identity, with its service principal; ``properties.principalId`` is its object id."""
        object_id, client = self.guid(), self.guid()
        kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
        made = self.resource(
            sub, group, kind, name, tags=dict(tags or {}),
            properties={"principalId": object_id, "clientId": client, "tenantId": self.directory.tenant},
        )  # fmt: skip
        self.directory.principals[object_id] = self._principal(
            object_id,
            client,
            name,
            None,
            servicePrincipalType="ManagedIdentity",
            alternativeNames=["isExplicit=True", made["id"]],
        )
        return made

    def own_identity(self, thing: Thing) -> str:
        """Give a resource its own (system-assigned) identity; its object id."""
        object_id = self.guid()
        self.directory.principals[object_id] = self._principal(
            object_id, self.guid(), thing["name"], None, servicePrincipalType="ManagedIdentity",
            alternativeNames=["isExplicit=False", thing["id"]],
        )  # fmt: skip
        identity = thing["identity"] or {"type": "", "userAssignedIdentities": {}}
        thing["identity"] = {**identity, "type": "SystemAssigned", "principalId": object_id, "tenantId": self.directory.tenant}
        return object_id

    def attach(self, thing: Thing, *identities: Thing) -> None:
        """Attach user-assigned identities to a resource."""
        listed = {
            one["id"]: {"principalId": one["properties"]["principalId"], "clientId": one["properties"]["clientId"]}
            for one in identities
        }
        thing["identity"] = {"type": "UserAssigned", "userAssignedIdentities": listed}

    def definition(self, name: str, block: Mapping[str, Sequence[str]], role: str | None = None, kind: str = "CustomRole") -> str:
        """An Azure role definition; its GUID."""
        role = role or self.guid()
        blocks = [{key: list(block.get(key, [])) for key in ("actions", "notActions", "dataActions", "notDataActions")}]
        self.cloud.definitions[role] = {
            "id": f"/providers/Microsoft.Authorization/RoleDefinitions/{role}", "name": role,
            "type": "microsoft.authorization/roledefinitions",
            "properties": {"roleName": name, "type": kind, "permissions": blocks, "assignableScopes": ["/"]},
        }  # fmt: skip
        return role

    def assign(
        self, principal: str, role: str, scope: str, *, kind: str = "ServicePrincipal", condition: str | None = None
    ) -> None:
        """An Azure role (its name, or a custom one's GUID) at a scope."""
        number, definition = self.guid(), AZURE_ROLES[role][0] if role in AZURE_ROLES else role
        self.cloud.assignments[number] = {
            "id": f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{number}", "name": number,
            "type": "microsoft.authorization/roleassignments",
            "properties": {
                "principalId": principal, "principalType": kind, "scope": scope, "condition": condition,
                "roleDefinitionId": f"/providers/Microsoft.Authorization/RoleDefinitions/{definition}", "createdOn": self.ago(90),
            },
        }  # fmt: skip

    def vault_secret(
        self, vault: Thing, name: str, *, age: float, end: float | None, kind: str = "", enabled: bool = True
    ) -> str:
        """A secret of a vault, by name and dates of its version (days ago; ``end`` in days from now); its id."""
        made = {
            "id": f"{vault['id']}/secrets/{name}", "name": name, "type": "Microsoft.KeyVault/vaults/secrets",
            "properties": {
                "contentType": kind,
                "attributes": {
                    "enabled": enabled, "created": self.epoch(-age), "updated": self.epoch(-age / 2),
                    **({"exp": self.epoch(end)} if end is not None else {}),
                },
            },
        }  # fmt: skip
        self.cloud.children.setdefault(f"{vault['id']}/secrets".lower(), []).append(made)
        return str(made["id"]).lower()

    def epoch(self, days: float) -> int:
        """Seconds since 1970, days from now."""
        return int((self.now + timedelta(days=days)).timestamp())
