"""Settings of the organisation that decide what its machines may do. Pure.

Sources: REST "Get an organization", "Get GitHub Actions permissions for an organization", "Get default workflow permissions for
an organization" and their neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.records import Resource
from keyrack.sdk.fields import Raw, rows, text, texts


def organization(org: str, told: Mapping[str, Raw]) -> Resource:
    """The organisation; ``told`` holds the replies by name, and lacks those that failed."""
    base, actions, token = (told.get(name, {}) for name in ("organization", "actions", "token"))
    forks, oidc = told.get("forks", {}), told.get("oidc", {})
    attrs = {
        "two_factor_required": _yes(base.get("two_factor_requirement_enabled")),
        "default_permission": text(base, "default_repository_permission") or "",
        "private_forks": _yes(base.get("members_can_fork_private_repositories")),
        "deploy_keys": _yes(base.get("deploy_keys_enabled_for_repositories")),
        "actions_enabled": text(actions, "enabled_repositories") or "",
        "actions_allowed": text(actions, "allowed_actions") or "",
        "actions_pinned": _yes(actions.get("sha_pinning_required")),
        "token_default": text(token, "default_workflow_permissions") or "",
        "token_approves": _yes(token.get("can_approve_pull_request_reviews")),
        "fork_workflows": _yes(forks.get("run_workflows_from_fork_pull_requests")),
        "fork_write_tokens": _yes(forks.get("send_write_tokens_to_workflows")),
        "fork_secrets": _yes(forks.get("send_secrets_and_variables")),
        "fork_approval": text(told.get("approval", {}), "approval_policy") or "",
        "subject_claims": ",".join(texts(oidc, "include_claim_keys")),
        "subject_immutable": _yes(oidc.get("use_immutable_subject")),
        "rulesets": ",".join(sorted(name for item in rows(told.get("rulesets", {}), "") if (name := text(item, "name")))),
    }
    return Resource(
        uid=f"github:{org}:organization/{org}",
        type="github:organization",
        name=text(base, "name") or org,
        provider="github",
        scope=org,
        attrs={name: value for name, value in attrs.items() if value},
    )


def _yes(value: object) -> str:
    return "" if not isinstance(value, bool) else "true" if value else "false"
