"""Types, attributes and mechanisms that only Google Cloud knows."""

from __future__ import annotations

from keyrack.sdk import Words

WORDS = Words(
    identity_types={
        "gcp:service-account": "Google service account",
        "gcp:service-agent": "service account that Google made and runs for one of its services",
        "gcp:user": "Google account of a person, as a policy names it",
        "gcp:api-key": "Google API key that is bound to no service account",
        "gcp:federated-principal": "one identity of a workload identity pool, as a policy names it",
        "gcp:federated-set": "set of identities of a workload identity pool, as a policy names it",
    },
    identity_attrs={
        "email": "address of a Google account",
        "unique_id": "number that outlives a Google account's address",
        "title": "display name",
        "description": "description, as its administrators wrote it (first 1,000 characters)",
        "default": "compute or appengine: the account Google attaches where nobody chooses one",
        "oauth2_client_id": "client id by which Google Workspace names a service account in domain-wide delegation",
        "pool": "workload identity pool",
    },
    credential_attrs={
        "disabled_because": "why Google switched a key off: SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED...",
        "apis": "APIs an API key may call, or any",
        "clients": "who may use an API key: any, websites, addresses, android, ios",
    },
    grant_attrs={
        "on": "what the role is granted on: uid of a project or account, else a full resource name",
    },
    trust_attrs={
        "role": "role by which an account may be acted as",
        "member": "member of the allow policy, as written",
        "pool": "workload identity pool",
        "provider": "uid of the provider whose tokens are exchanged",
        "whole_pool": "every identity of the pool is let in (true)",
        "project": "project of a workload",
        "scopes": "access scopes of a machine: cloud-platform, or a list",
    },
    usage_attrs={
        "counts_listing": "its source counts a listing of the key as use (true/false)",
    },
    resource_types={
        "gcp:project": "Google Cloud project",
        "gcp:secret": "secret in Secret Manager",
        "gcp:run-service": "Cloud Run service (a workload)",
        "gcp:run-job": "Cloud Run job (a workload)",
        "gcp:function": "Cloud function (a workload)",
        "gcp:instance": "virtual machine of Compute Engine (a workload)",
        "gcp:node-pool": "node pool of a GKE cluster (a workload)",
    },
    resource_attrs={
        "number": "project number",
        "parent": "folder or organisation a project lies in",
        "above": "every folder above a project, and the organisation, nearest first",
        "pool": "workload identity pool",
        "account": "AWS account id a provider admits",
        "replication": "automatic or user-managed",
        "versions_enabled": "versions of a secret that still answer",
        "scopes": "access scopes of a machine: cloud-platform, or a list",
        "workload_pool": "pool by which pods of a cluster become Google identities",
        "node_metadata": "hidden: pods get an identity of their own; open: they may take the node's",
    },
    mechanisms={
        "gcp:impersonation": "somebody mints tokens of the service account, by a role on it",
        "gcp:key-creation": "somebody makes keys of the service account, by a role on it",
        "gcp:runs-as": "a workload runs as the Google service account",
    },
)
