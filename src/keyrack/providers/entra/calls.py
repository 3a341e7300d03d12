"""Every operation of Microsoft Graph and Azure Resource Manager that a scan makes, with the permission each takes.

Graph: learn.microsoft.com/graph/api (v1.0 pages of each resource; ``$top`` 999 is the largest page of directory objects, one
``$expand`` a call). Resource Graph: "Understanding the Azure Resource Graph query language", "Paging results".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from keyrack.sdk.fields import text
from keyrack.sdk.web import Call, Page, by_url

_NEXT = by_url("@odata.nextLink")
_ARM_NEXT = by_url("nextLink")
_APP = "Application.Read.All"
_OWNERS = "owners($select=id,displayName,userPrincipalName,mail,accountEnabled)"


def _listing(
    capability: str,
    path: str,
    permission: str,
    what: str,
    *,
    select: str = "",
    expand: str = "",
    top: str = "999",
    optional: bool = False,
) -> Call:
    params = {name: value for name, value in (("$select", select), ("$expand", expand), ("$top", top)) if value}
    return Call(
        capability=f"entra.{capability}", path=path, permission=permission, params=params, items=("value",), next=_NEXT,
        must=("value",), what=what, name=path, optional=optional,
    )  # fmt: skip


AUTHORIZATION: Final = Call(
    capability="entra.tenant", path="v1.0/policies/authorizationPolicy", permission="Policy.Read.All",
    must=("defaultUserRolePermissions", "id"), what="what users may consent to", name="authorizationPolicy", optional=True,
)  # fmt: skip
USERS: Final = _listing(
    "users", "v1.0/users", "User.Read.All", "users",
    select="id,displayName,userPrincipalName,mail,accountEnabled,userType,department,createdDateTime",
    expand="manager($select=id,mail,userPrincipalName)",
)  # fmt: skip
PRINCIPALS: Final = _listing(
    "service_principals", "v1.0/servicePrincipals", _APP, "service principals",
    select="id,appId,displayName,accountEnabled,servicePrincipalType,appOwnerOrganizationId,alternativeNames,tags,notes,"
    "appRoles,verifiedPublisher,passwordCredentials,keyCredentials,signInAudience,appRoleAssignmentRequired,"
    "disabledByMicrosoftStatus,preferredSingleSignOnMode",
    expand=_OWNERS,
)  # fmt: skip
APPLICATIONS: Final = _listing(
    "applications", "v1.0/applications", _APP, "applications",
    select="id,appId,displayName,signInAudience,createdDateTime,notes,tags,web,spa,publicClient,isFallbackPublicClient,"
    "passwordCredentials,keyCredentials,verifiedPublisher,disabledByMicrosoftStatus,serviceManagementReference",
    expand=_OWNERS,
)  # fmt: skip
FEDERATED: Final = _listing(
    "federated_credentials", "v1.0/applications", _APP, "federated credentials of applications",
    select="id", expand="federatedIdentityCredentials",
)  # fmt: skip
ASSIGNED: Final = _listing("app_roles", "v1.0/servicePrincipals", _APP, "application permissions granted")
CONSENTS: Final = _listing("consents", "v1.0/oauth2PermissionGrants", "Directory.Read.All", "delegated permissions granted")
ROLE_DEFINITIONS: Final = _listing(
    "directory_roles", "v1.0/roleManagement/directory/roleDefinitions", "RoleManagement.Read.Directory", "directory roles",
    select="id,displayName,templateId,isBuiltIn,isEnabled,rolePermissions", top="",
)  # fmt: skip
ROLE_ASSIGNMENTS: Final = _listing(
    "directory_roles",
    "v1.0/roleManagement/directory/roleAssignments",
    "RoleManagement.Read.Directory",
    "directory role assignments",
    top="",
)
ELIGIBLE: Final = _listing(
    "eligible_roles", "v1.0/roleManagement/directory/roleEligibilityScheduleInstances", "RoleEligibilitySchedule.Read.Directory",
    "directory roles that may be activated", top="", optional=True,
)  # fmt: skip
SPONSORS: Final = _listing(
    "agents", "v1.0/servicePrincipals", _APP, "sponsors of agent identities", select="id,userPrincipalName,mail,displayName"
)
AGENTS: Final = _listing(
    "agents", "v1.0/servicePrincipals/microsoft.graph.agentIdentity", _APP, "agent identities",
    select="id,agentIdentityBlueprintId", top="",
)  # fmt: skip
BLUEPRINTS: Final = _listing(
    "agents", "v1.0/applications/microsoft.graph.agentIdentityBlueprint", _APP, "agent blueprints", select="id", top=""
)
MEMBERS: Final = replace(
    _listing(
        "groups",
        "v1.0/groups",
        "GroupMember.Read.All",
        "service principals in groups that hold roles",
        select="id",
        optional=True,
    ),
    headers={"ConsistencyLevel": "eventual"},
)
"""A cast needs the advanced query ("List group transitive members"): this header, and ``$count``."""
SIGN_INS: Final = _listing(
    "sign_in_activity", "beta/reports/servicePrincipalSignInActivities", "AuditLog.Read.All", "sign-ins of service principals"
)
KEY_SIGN_INS: Final = _listing(
    "sign_in_activity", "beta/reports/appCredentialSignInActivities", "AuditLog.Read.All", "sign-ins by credential"
)
CONDITIONAL: Final = _listing(
    "conditional_access",
    "v1.0/identity/conditionalAccess/policies",
    "Policy.Read.All",
    "conditional access policies",
    top="",
    optional=True,
)


def sponsors(kind: str, object_id: str) -> str:
    """Path (below the version) of an agent identity's, a blueprint principal's or a blueprint's sponsors."""
    holder = "applications" if kind == "agentIdentityBlueprint" else "servicePrincipals"
    return f"/{holder}/{quote(object_id)}/microsoft.graph.{kind}/sponsors?$select=id,userPrincipalName,mail,displayName"


def _skip(call: Call, page: Page) -> Call | None:
    """Resource Graph: the token of the reply goes into the body of the next query."""
    token = text(page.body, "$skipToken")
    if token is None:
        return None
    body: Any = call.body
    return replace(call, body={**body, "options": {**body["options"], "$skipToken": token}}, params={**call.params})


def query(capability: str, statement: str, permission: str, what: str, *, optional: bool = False) -> Call:
    """One Resource Graph query over every subscription and management group that the caller may read, 1,000 rows a page."""
    return Call(
        capability=f"entra.{capability}", path="providers/Microsoft.ResourceGraph/resources", permission=permission,
        params={"api-version": "2022-10-01"},
        body={
            "query": statement,
            "options": {"$top": 1000, "resultFormat": "objectArray", "authorizationScopeFilter": "AtScopeAboveAndBelow"},
        },
        items=("data",), next=_skip, must=("data",), what=what, name=f"resource graph: {what}", optional=optional,
    )  # fmt: skip


_READ = "Microsoft.Resources/subscriptions/resources/read"
CONTAINERS: Final = query(
    "azure",
    "resourcecontainers | where type in~ ('microsoft.resources/subscriptions','microsoft.management/managementgroups')"
    " | project id, name, type, tags, properties | order by id asc",
    "Microsoft.Resources/subscriptions/read", "subscriptions and management groups",
)  # fmt: skip
USER_ASSIGNED: Final = query(
    "managed_identities",
    "resources | where type =~ 'microsoft.managedidentity/userassignedidentities'"
    " | project id, name, type, location, subscriptionId, tags, properties | order by id asc",
    "Microsoft.ManagedIdentity/userAssignedIdentities/read", "user-assigned managed identities",
)  # fmt: skip
WORKLOADS: Final = query(
    "managed_identities",
    "resources | where isnotempty(identity)"
    " | project id, name, type, kind, location, subscriptionId, tags, identity | order by id asc",
    _READ, "resources with a managed identity",
)  # fmt: skip
ROLES: Final = query(
    "azure_rbac",
    "authorizationresources | where type =~ 'microsoft.authorization/roledefinitions'"
    " | project id, name, properties | order by id asc",
    "Microsoft.Authorization/roleDefinitions/read", "Azure role definitions",
)  # fmt: skip
ASSIGNMENTS: Final = query(
    "azure_rbac",
    "authorizationresources | where type =~ 'microsoft.authorization/roleassignments'"
    " | project id, name, properties | order by id asc",
    "Microsoft.Authorization/roleAssignments/read", "Azure role assignments",
)  # fmt: skip
VAULTS: Final = query(
    "key_vaults",
    "resources | where type =~ 'microsoft.keyvault/vaults'"
    " | project id, name, type, location, subscriptionId, tags, properties | order by id asc",
    "Microsoft.KeyVault/vaults/read", "key vaults",
)  # fmt: skip
CONTAINER_APPS: Final = query(
    "containers",
    "resources | where type in~"
    " ('microsoft.app/containerapps','microsoft.app/jobs','microsoft.containerinstance/containergroups')"
    " | project id, name, type, subscriptionId, tags, identity, properties | order by id asc",
    _READ, "environment of container apps and groups",
)  # fmt: skip
AUTOMATION: Final = query(
    "automation",
    "resources | where type in~ ('microsoft.automation/automationaccounts','microsoft.automation/automationaccounts/runbooks')"
    " | project id, name, type, subscriptionId, tags, identity, properties | order by id asc",
    _READ, "automation accounts and runbooks",
)  # fmt: skip
SITES: Final = query(
    "app_settings",
    "resources | where type in~ ('microsoft.web/sites','microsoft.web/sites/slots')"
    " | project id, name, type, kind, subscriptionId, tags, identity | order by id asc",
    _READ, "App Service and Functions apps",
)  # fmt: skip


def _arm(capability: str, version: str, permission: str, what: str, *, optional: bool = False) -> Call:
    return Call(
        capability=f"entra.{capability}", path="", permission=permission, params={"api-version": version}, items=("value",),
        next=_ARM_NEXT, must=("value",), what=what, name=what, absent_ok=True, optional=optional,
    )  # fmt: skip


IDENTITY_FEDERATED: Final = _arm(
    "managed_identities", "2023-01-31", "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",
    "federated credentials of managed identities",
)  # fmt: skip
VAULT_SECRETS: Final = _arm("key_vaults", "2023-07-01", "Microsoft.KeyVault/vaults/secrets/read", "names of vault secrets")
VAULT_KEYS: Final = _arm("key_vaults", "2023-07-01", "Microsoft.KeyVault/vaults/keys/read", "names of vault keys")
VARIABLES: Final = _arm(
    "automation", "2023-11-01", "Microsoft.Automation/automationAccounts/variables/read", "automation variables"
)
DENIALS: Final = _arm(
    "azure_rbac", "2022-04-01", "Microsoft.Authorization/denyAssignments/read", "deny assignments", optional=True
)
SETTINGS: Final = Call(
    capability="entra.app_settings", path="", permission="Microsoft.Web/sites/config/list/Action",
    params={"api-version": "2023-12-01"}, body={}, must=("properties",),
    what="settings of App Service and Functions apps", name="app settings", absent_ok=True,
)  # fmt: skip
CONNECTION_STRINGS: Final = replace(
    SETTINGS, what="connection strings of App Service and Functions apps", name="connection strings"
)
