"""The ten risks and every label planted for them. ``estate/README.md`` prints this table; nothing else defines a label."""

from __future__ import annotations

from typing import Final

RISKS: Final[dict[str, str]] = {
    "NHI1:2025": "Improper Offboarding",
    "NHI2:2025": "Secret Leakage",
    "NHI3:2025": "Vulnerable Third-Party NHI",
    "NHI4:2025": "Insecure Authentication",
    "NHI5:2025": "Overprivileged NHI",
    "NHI6:2025": "Insecure Cloud Deployment Configurations",
    "NHI7:2025": "Long-Lived Secrets",
    "NHI8:2025": "Environment Isolation",
    "NHI9:2025": "NHI Reuse",
    "NHI10:2025": "Human Use of NHI",
}
"""Exact OWASP ids of 2025 and their names."""

LABELS: Final[dict[str, tuple[str, str]]] = {
    "never_used": (
        "NHI1:2025",
        "active key, role or password of a service, older than 30 days and never used, by the provider's last-used data",
    ),
    "idle": ("NHI1:2025", "active key or role last used more than 30 days ago"),
    "no_owner": ("NHI1:2025", "IAM user or role without any owner, team, e-mail or creator tag"),
    "owner_gone": (
        "NHI1:2025",
        "its only named owner or creator has left (tag, CODEOWNERS and committers, or owner of the home)",
    ),
    "leaver_key": ("NHI1:2025", "authorized_keys admits the key of somebody who has left"),
    "vendor_ended": ("NHI1:2025", "role still trusts the account of a vendor whose contract ended"),
    "no_revocation": ("NHI1:2025", "role had by certificates of an authority without a revocation list"),
    "deleted_principal_trusted": ("NHI1:2025", "role whose trust policy still holds the unique id of a deleted principal"),
    "secret_at_head": ("NHI2:2025", "secret in a tracked file at HEAD"),
    "secret_in_history": ("NHI2:2025", "secret in an earlier commit, no longer at HEAD"),
    "secret_in_ci_file": ("NHI2:2025", "secret written into a pipeline definition"),
    "secret_in_agent_config": ("NHI2:2025", "secret in an MCP or agent configuration"),
    "secret_on_disk": ("NHI2:2025", "secret in an .env, config, state, unit or script file on a host"),
    "readable_key_file": ("NHI2:2025", "key file or credential store that others than its owner may read"),
    "secret_in_workload": ("NHI2:2025", "secret in the plain environment or user data of a workload"),
    "no_external_id": ("NHI3:2025", "role trusts a vendor's account without sts:ExternalId"),
    "analyzer_disagrees": ("NHI3:2025", "role that Access Analyzer sees an outsider in, and whose trust policy shows none"),
    "unknown_account": ("NHI3:2025", "role trusts an account that is neither ours nor a known vendor's"),
    "anyone_trusted": ("NHI3:2025", "role can be assumed by any AWS account"),
    "credential_to_other_party": ("NHI3:2025", "credential of one service configured for a remote MCP server of somebody else"),
    "third_party_admin": ("NHI3:2025", "administrator role that an account outside the organisation may assume"),
    "secrets_inherited": ("NHI3:2025", "reusable workflow of another owner that inherits all secrets"),
    "unpinned_image": ("NHI3:2025", "pipeline that runs a third party's image under a moving tag"),
    "unpinned_action": ("NHI3:2025", "third-party action (not actions/, github/ or our own) at a tag or branch"),
    "unpinned_mcp_package": ("NHI3:2025", "MCP server run by npx, uvx, bunx or pipx without an exact version"),
    "mcp_plain_http": ("NHI4:2025", "MCP server over http:// on another host that is handed a credential"),
    "mcp_no_auth": ("NHI4:2025", "MCP server over http:// on another host without any credential (over https it may do OAuth)"),
    "mcp_token_in_url": ("NHI4:2025", "MCP server with its token in the query string"),
    "weak_key": ("NHI4:2025", "RSA below 2048 bits, DSA, or a leaf certificate signed with SHA-1"),
    "static_key_in_workload": ("NHI4:2025", "long-lived AWS key in the environment of a workload that has a role"),
    "client_flow": ("NHI4:2025", "Cognito client with the implicit grant, an http callback, or passwords without a secret"),
    "imds_v1": ("NHI4:2025", "instance that answers IMDSv1"),
    "root_access_key": ("NHI4:2025", "active access key of the account's root user"),
    "credential_over_http": ("NHI4:2025", "credential stored for an http:// address of another host"),
    "kube_basic_auth": ("NHI4:2025", "kubeconfig user with a password"),
    "insecure_tls": ("NHI4:2025", "kubeconfig that skips TLS verification"),
    "admin_grant": (
        "NHI5:2025",
        "all actions on all resources, AdministratorAccess or PowerUserAccess, with nothing that cancels it",
    ),
    "mail_as_anyone": ("NHI5:2025", "user that may only send mail, from any address of the account"),
    "service_wildcard": ("NHI5:2025", "every action of a service on every resource"),
    "privilege_escalation": ("NHI5:2025", "permission by which the holder can make itself administrator"),
    "agent_unrestricted": ("NHI5:2025", "agent that may run any command without asking"),
    "mcp_tools_unasked": ("NHI5:2025", "MCP server all of whose tools run without asking"),
    "workflow_write_all": ("NHI5:2025", "workflow with permissions: write-all"),
    "cluster_admin": ("NHI5:2025", "Kubernetes service account bound to cluster-admin"),
    "certificates_all_admitted": ("NHI6:2025", "role that every certificate of an authority becomes (IAM Roles Anywhere)"),
    "guests_may_write": ("NHI6:2025", "role that an identity pool gives to everybody and that may write"),
    "oidc_no_sub": ("NHI6:2025", "OIDC trust without a sub condition, or one that a missing claim satisfies"),
    "oidc_wildcard_sub": ("NHI6:2025", "OIDC trust whose sub pattern admits other repositories, projects or service accounts"),
    "oidc_no_aud": ("NHI6:2025", "OIDC trust without an aud condition"),
    "oidc_name_only": ("NHI6:2025", "GitHub OIDC trust that pins names only, which can be recycled"),
    "oidc_pull_request": ("NHI6:2025", "OIDC trust that pull requests satisfy"),
    "gitlab_job_jwt": ("NHI6:2025", "GitLab pipeline on CI_JOB_JWT, whose audience nobody pins"),
    "state_in_repository": ("NHI6:2025", "Terraform state with secrets, committed"),
    "id_token_for_all_jobs": ("NHI6:2025", "id-token: write for all of a workflow's jobs"),
    "privileged_trigger": ("NHI6:2025", "pull_request_target workflow that names secrets"),
    "static_cloud_key_in_ci": ("NHI6:2025", "pipeline that takes long-lived cloud keys where OIDC would do"),
    "pull_request_target": (
        "NHI6:2025",
        "pull_request_target workflow that checks out the pull request's head and holds secrets",
    ),
    "key_unrotated": ("NHI7:2025", "active AWS access key older than 90 days"),
    "password_unrotated": ("NHI7:2025", "console password of a service account older than 30 days"),
    "two_active_keys": ("NHI7:2025", "two active access keys of one user"),
    "no_expiry": ("NHI7:2025", "token whose claims show that it never expires"),
    "old_user_credential": ("NHI7:2025", "IAM signing certificate older than 90 days"),
    "kms_not_rotated": ("NHI7:2025", "symmetric customer key of KMS without yearly rotation"),
    "far_expiry": ("NHI7:2025", "token made for more than a year"),
    "certificate_over_cap": ("NHI7:2025", "certificate of a public authority that outlives the CA/Browser Forum's cap"),
    "certificate_expiring": ("NHI7:2025", "certificate expired, or expiring within 30 days"),
    "certificate_too_long": ("NHI7:2025", "leaf certificate valid for more than 825 days"),
    "rotation_overdue": ("NHI7:2025", "vault secret whose rotation is on and more than two days late"),
    "secret_not_rotated": ("NHI7:2025", "vault secret without rotation, unchanged for more than 90 days"),
    "same_secret_two_environments": ("NHI8:2025", "the same secret in a production and a non-production place"),
    "pod_role_two_environments": ("NHI8:2025", "role of pods in a production and in a staging cluster"),
    "nonprod_becomes_prod": ("NHI8:2025", "production role that a non-production role may assume"),
    "prod_role_trusts_nonprod_jobs": ("NHI8:2025", "production role whose OIDC trust names a staging environment"),
    "prod_key_outside_prod": ("NHI8:2025", "key of a production identity in a non-production place"),
    "ci_secret_two_environments": ("NHI8:2025", "one CI secret named by production and staging jobs"),
    "role_in_two_environments": ("NHI8:2025", "one role run by production and non-production workloads"),
    "agent_in_two_environments": ("NHI8:2025", "the same credential handed to a production and a staging MCP server"),
    "pod_role_shared": ("NHI9:2025", "role of pods in several namespaces"),
    "role_shared": ("NHI9:2025", "one role run by three or more distinct workloads"),
    "secret_reused": ("NHI9:2025", "the same secret in two repositories, hosts, workloads or agents"),
    "identity_shared": ("NHI9:2025", "two keys of one service user used from two hosts or repositories"),
    "private_key_shared": ("NHI9:2025", "the same private key with two accounts of a host"),
    "role_many_repositories": ("NHI9:2025", "role whose OIDC trust names two repositories"),
    "ci_secret_many_pipelines": ("NHI9:2025", "CI secret named by five pipelines or more"),
    "ssh_key_shared": ("NHI9:2025", "the same public key admitted to three or more accounts of a host"),
    "console_use": ("NHI10:2025", "service user that somebody signs in to the console with"),
    "root_used": ("NHI10:2025", "root user that worked this month"),
    "key_used_for_console": ("NHI10:2025", "service key whose last use was the sign-in service"),
    "service_with_mfa": ("NHI10:2025", "service user with console password and MFA device"),
    "human_may_use_workload_role": ("NHI10:2025", "role of a workload that a named person may assume"),
    "human_key_in_machine": ("NHI10:2025", "a person's own access key used by a pipeline, workload or agent"),
    "agent_holds_human_token": ("NHI10:2025", "agent or MCP server that runs on a person's own token"),
    "service_token_with_person": ("NHI10:2025", "credential of a service account kept in a person's home, for use by hand"),
    "interactive_service_account": ("NHI10:2025", "service account of a host with a login shell and authorized_keys"),
}
"""Label to (risk, definition)."""

DECOYS: Final[str] = "decoy"
"""Label of an entry that marks something as looking wrong and being right."""

DEBATABLE: Final[str] = "debatable"
"""Label of an entry that counts neither way: competent reviewers differ. README.md lists the cases."""


def risk_of(label: str) -> str:
    """The risk a label belongs to; labels of single systems live with them."""
    from keyrack_estate.systems import labels

    return (LABELS.get(label) or labels()[label])[0]
