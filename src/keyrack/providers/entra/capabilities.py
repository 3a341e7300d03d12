"""What the entra provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from keyrack.providers.entra.words import WORDS
from keyrack.records import Credential, Grant, Identity, Ownership, Person, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

GRAPH_IDS: Final = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
    "RoleEligibilitySchedule.Read.Directory": "ff278e11-4a33-4d0c-83d2-d01dc58929a5",
    "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}
"""Application permissions of Microsoft Graph by the id that a manifest takes ("Microsoft Graph permissions reference")."""


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"entra.{name}", title, yields, permissions, blind, calls)


def _needs(name: str, why: str, *, optional: bool = False) -> tuple[Permission, ...]:
    return (Permission(name, why, optional),)


_APP: Final = _needs("Application.Read.All", "registrations, service principals, their owners, credentials and permissions")
_DIRECTORY: Final = (
    _sees(
        "tenant",
        "tenant and its consent settings",
        (Resource,),
        (
            *_needs("Organization.Read.All", "name the tenant"),
            *_needs("Policy.Read.All", "what users may consent to", optional=True),
        ),
        "2",
        "settings of the admin consent workflow",
    ),
    _sees(
        "users",
        "people and whether they are still there",
        (Identity, Person),
        _needs("User.Read.All", "owners, sponsors and consenting users; disabled ones are leavers"),
        "1 per 999 users",
        "why an account is disabled, and since when: leave dates take User-LifeCycleInfo.Read.All, which we do not ask for",
        "shared mailboxes and room accounts look like people",
    ),
    _sees(
        "service_principals",
        "service principals: ours, other tenants', Microsoft's, managed identities",
        (Identity, Credential, Ownership, Trust),
        _APP,
        "1 per 999 service principals",
        "owners beyond the first 20 of an object: Graph expands no more",
        "when a service principal was made: Graph v1.0 tells it of registrations only",
    ),
    _sees(
        "applications",
        "registered applications, their secrets, certificates and owners",
        (Identity, Credential, Ownership, Trust),
        _APP,
        "1 per 999 applications",
        "values of secrets; where a secret was copied to; who created an application (only logs tell)",
    ),
    _sees(
        "federated_credentials",
        "federated identity credentials of applications",
        (Trust, Policy),
        _APP,
        "1 per 999 applications",
        "beyond 20 credentials of one application (its own limit)",
    ),
    _sees(
        "app_roles",
        "application permissions granted",
        (Grant,),
        _APP,
        "1 per 20 APIs that define application permissions + 1 per further 999 assignments of one",
        "resource-specific consent in Teams and SharePoint (Sites.Selected names no site here)",
    ),
    _sees(
        "consents",
        "delegated permissions, and who consented",
        (Grant,),
        _needs("Directory.Read.All", "all delegated grants at once; Graph knows no smaller permission for this listing"),
        "1 per page of grants",
        "when somebody consented",
    ),
    _sees(
        "directory_roles",
        "directory roles",
        (Grant,),
        _needs("RoleManagement.Read.Directory", "assignments of directory roles, custom ones too"),
        "1 per page of definitions + 1 per page of assignments (Graph chooses the size)",
        "roles of Exchange, Intune and Defender, which have role systems of their own",
    ),
    _sees(
        "eligible_roles",
        "directory roles that may be activated",
        (Grant,),
        _needs("RoleEligibilitySchedule.Read.Directory", "privileged identity management", optional=True),
        "1 per page of schedules",
        "needs Entra ID P2; eligibility for Azure roles is not read",
    ),
    _sees(
        "groups",
        "service principals in groups that hold roles",
        (Grant,),
        _needs("GroupMember.Read.All", "roles that reach a service principal through a group", optional=True),
        "1 per 20 groups that hold a directory or Azure role",
        "groups that hold no role; roles of users through groups",
    ),
    _sees(
        "agents",
        "agent identities, blueprints and their sponsors",
        (Identity, Ownership),
        _APP,
        "2 + 1 per further 100 agents + 1 per 20 agent identities and blueprints",
        "what an agent does; agents that sign in as ordinary applications",
    ),
    _sees(
        "conditional_access",
        "conditional access of workload identities",
        (Identity,),
        _needs("Policy.Read.All", "which workload identities are held to places or risk", optional=True),
        "1 per page of policies",
        "filters by custom security attributes; policies in report-only mode do not count",
    ),
    _sees(
        "sign_in_activity",
        "last sign-ins of service principals and of each credential",
        (Usage,),
        _needs("AuditLog.Read.All", "whether and when a credential was last used"),
        "2 listings, 1 per page",
        "Graph beta only, absent in the US Government and China clouds, needs Entra ID P1; up to two days late",
        "absence is claimed for the last 30 days only; managed identities sign in without a credential of their own",
    ),
)
_AZURE: Final = (
    _sees(
        "azure",
        "subscriptions and management groups",
        (Resource,),
        _needs("Microsoft.Resources/subscriptions/read", "environment tags and names of subscriptions"),
        "1 per 1,000",
        "subscriptions on which Keyrack holds no role: Azure does not show them at all",
    ),
    _sees(
        "managed_identities",
        "managed identities, where they are attached, whom they trust",
        (Identity, Resource, Trust, Policy, Ownership),
        (
            *_needs("Microsoft.ManagedIdentity/userAssignedIdentities/read", "user-assigned identities and their tags"),
            *_needs("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read", "who may become them"),
            *_needs("Microsoft.Resources/subscriptions/resources/read", "resources that run as them"),
        ),
        "1 per 1,000 identities + 1 per 1,000 resources with one + 1 per user-assigned identity",
        "when a managed identity was last used; Arc and other connected machines beyond their resource",
    ),
    _sees(
        "azure_rbac",
        "Azure role assignments at every scope, custom roles, deny assignments",
        (Grant, Policy),
        (
            *_needs("Microsoft.Authorization/roleAssignments/read", "who holds which role where"),
            *_needs("Microsoft.Authorization/roleDefinitions/read", "what a role permits"),
            *_needs("Microsoft.Authorization/denyAssignments/read", "what is denied outright", optional=True),
        ),
        "1 per 1,000 assignments + 1 per 1,000 role definitions + 1 per subscription",
        "classic administrators; eligible Azure roles; Resource Graph shows a change some minutes late",
    ),
    _sees(
        "key_vaults",
        "key vaults: access policies, names and dates of secrets and keys",
        (Resource, Credential, Placement, Grant),
        (
            *_needs("Microsoft.KeyVault/vaults/read", "access model and access policies"),
            *_needs("Microsoft.KeyVault/vaults/secrets/read", "names and dates of secrets, never values"),
            *_needs("Microsoft.KeyVault/vaults/keys/read", "names, ends and rotation of keys"),
        ),
        "1 per 1,000 vaults + 2 per vault",
        "values and versions of secrets; certificates show as the secret and key they keep; managed HSMs",
    ),
    _sees(
        "containers",
        "environment of container apps and container groups",
        (Resource, Credential, Placement),
        _needs("Microsoft.Resources/subscriptions/resources/read", "plain environment values"),
        "1 per 1,000",
        "secure values and secrets of a container app; environment set inside an image",
    ),
    _sees(
        "automation",
        "automation accounts, runbooks and variables",
        (Resource, Credential, Placement),
        (
            *_needs("Microsoft.Resources/subscriptions/resources/read", "accounts and runbooks"),
            *_needs(
                "Microsoft.Automation/automationAccounts/variables/read", "names of variables, and values of those not encrypted"
            ),
        ),
        "1 per 1,000 accounts and runbooks + 1 per account",
        "text of runbooks; credential and certificate assets",
    ),
    _sees(
        "app_settings",
        "settings of App Service and Functions apps",
        (Resource, Credential, Placement),
        _needs("Microsoft.Web/sites/config/list/Action", "values of settings, kept as fingerprints only", optional=True),
        "with --entra-app-settings 1 per 1,000 apps + 2 per app",
        "function and host keys; publishing credentials; settings inside packages",
    ),
)


def grant(permissions: Sequence[Permission]) -> str:
    """What to create: the application's permissions on Graph and a custom role for the root management group; no secret."""
    names = list(dict.fromkeys(one.name for one in permissions))
    graph = [name for name in names if "/" not in name]
    actions = [name for name in names if "/" in name]
    document: dict[str, Any] = {
        "application": {
            "displayName": "keyrack",
            "signInAudience": "AzureADMyOrg",
            "requiredResourceAccess": [
                {
                    "resourceAppId": "00000003-0000-0000-c000-000000000000",
                    "resourceAccess": [{"id": GRAPH_IDS[name], "type": "Role"} for name in graph if name in GRAPH_IDS],
                }
            ],
        },
        "azureRole": {
            "Name": "Keyrack reader",
            "IsCustom": True,
            "Description": "Reads what Keyrack inventories.",
            "Actions": actions,
            "NotActions": [],
            "AssignableScopes": ["/providers/Microsoft.Management/managementGroups/TENANT_ID"],
        },
    }
    return json.dumps(document, indent=2)


MANIFEST: Final = Manifest(
    name="entra",
    title="Entra ID and Azure",
    summary="Applications, service principals, managed and agent identities of a tenant, and what they hold there and in Azure.",
    capabilities=(*_DIRECTORY, *_AZURE),
    options=(
        Option("tenant", "--entra-tenant", "tenant id; default: the one we sign in to"),
        Option("cloud", "--entra-cloud", "global (default), usgov or china"),
        Option("directory_only", "--entra-directory-only", "leave Azure out", "switch"),
        Option("app_settings", "--entra-app-settings", "read settings of App Service and Functions apps", "switch"),
        Option("token_env", "--entra-token-env", "variable that holds a token for Microsoft Graph; default: sign in"),
        Option(
            "arm_token_env", "--entra-arm-token-env", "variable that holds a token for Azure Resource Manager; default: sign in"
        ),
        Option("endpoint", "--entra-endpoint", "address of Microsoft Graph, when not the cloud's own"),
        Option("arm_endpoint", "--entra-arm-endpoint", "address of Azure Resource Manager, when not the cloud's own"),
        Option("timeout", "--entra-timeout", "seconds to wait for one reply (30)"),
    ),
    extra="entra",
    libraries=("azure.identity",),
    words=WORDS,
    grant=grant,
)
