"""Words this provider brings beside the house's."""

from __future__ import annotations

from typing import Final

from keyrack.sdk import Words

WORDS: Final = Words(
    identity_types={
        "entra:service-principal": "service principal of an application, ours (with its registration) or another tenant's",
        "entra:application": "registered application that has no service principal in its own tenant",
        "entra:user": "user of the directory",
        "entra:agent-user": "user account that belongs to an AI agent",
        "entra:agent-identity": "agent identity (Entra Agent ID)",
        "entra:agent-blueprint": "blueprint of agent identities, with its principal",
        "azure:managed-identity": "managed identity of Azure, system- or user-assigned",
    },
    identity_attrs={
        "app_id": "application (client) id",
        "application": "object id of the application's registration",
        "principal_type": "servicePrincipalType: Application, ManagedIdentity, Legacy, ServiceIdentity",
        "publisher_tenant": "tenant that owns the application",
        "publisher_verified": "its publisher is verified by Microsoft (true/false)",
        "first_party": "owned by Microsoft (true)",
        "audience": "accounts that may sign in: AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount...",
        "implicit_grant": "tokens it gets by the implicit grant: access_token, id_token",
        "public_client": "may sign in without a secret: device code, user name and password (true/false)",
        "redirects": "kinds of redirect addresses it has: web, spa, publicClient",
        "insecure_redirect": "a redirect address is plain http to another machine, or has a wildcard host (true)",
        "assignment_required": "only users assigned to it may sign in (true/false)",
        "sso": "single sign-on mode of an enterprise application",
        "reference": "reference to a service or asset register, as its owner wrote it",
        "conditional_access": "conditional access policies in force for it",
        "blueprint": "identity (or application id) of the blueprint of an agent",
        "resource": "uid of the Azure resource that is, or has, the managed identity",
        "assigned": "managed identity of one resource (system) or attached at will (user)",
        "subscription": "Azure subscription a managed identity lives in",
        "guest": "account of another directory (true)",
        "email": "address of a user",
    },
    credential_attrs={
        "use": "what a key of an application is for: verify, sign, encrypt",
    },
    grant_attrs={
        "api": "API whose permission it is",
        "consent": "application (its own), all-users or user: on whose behalf, and who agreed",
        "consented_by": "uid of the user who consented for itself",
        "directory_scope": "`/` for the whole directory, else the unit or object a role is limited to",
        "scope_level": "level of an Azure scope: tenant, management-group, subscription, resource-group, resource",
        "assignment": "id of the Azure role assignment",
        "vault": "uid of the key vault whose access policy grants it",
    },
    trust_attrs={"name": "name its administrators gave the trust"},
    usage_attrs={"flow": "how it signed in: application (by itself), delegated (for a person), resource (it was called)"},
    resource_types={
        "entra:tenant": "Entra tenant",
        "azure:subscription": "Azure subscription",
        "azure:management-group": "Azure management group",
        "azure:workload": "Azure resource with a managed identity",
        "azure:app": "App Service or Functions app (a workload)",
        "azure:container-app": "container app or job (a workload)",
        "azure:container-group": "container instances (a workload)",
        "azure:virtual-machine": "virtual machine or scale set (a workload)",
        "azure:kubernetes-cluster": "AKS cluster",
        "azure:automation-account": "automation account (a workload)",
        "azure:runbook": "runbook of an automation account",
        "azure:logic-app": "logic app (a workload)",
        "azure:key-vault": "key vault",
        "azure:vault-key": "key of a key vault",
    },
    resource_attrs={
        "arm_type": "resource type in Azure Resource Manager",
        "location": "Azure region",
        "domains": "verified domains of a tenant",
        "user_consent": "consent policies that hold for every user; none: users may consent to nothing",
        "users_register_apps": "every user may register applications (true/false)",
        "cloud": "Microsoft cloud: global, usgov, china",
        "rbac": "a vault is opened by role assignments (true) or classic access policies (false)",
        "public_access": "a vault answers from all networks: enabled, disabled",
        "purge_protection": "deleted secrets cannot be purged at once (true/false)",
    },
    mechanisms={
        "entra:owner": "an owner of an application may add credentials to it, and so act as it",
        "azure:runs-as": "an Azure resource runs as the managed identity",
    },
)
