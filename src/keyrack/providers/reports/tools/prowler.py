"""Prowler's OCSF detection findings: what its checks state of non-human identities. Pure.

Source: prowler-cloud/prowler ``prowler/lib/outputs/ocsf/ocsf.py`` (members), the checks' metadata (names); OCSF class 2004.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from keyrack.providers.reports.told import Facts
from keyrack.records.uids import aws_uid
from keyrack.sdk.fields import Raw, part, rows, text, when

Topic = Literal["unused", "exposed", "trust", "sign-in", "privilege", "deployment", "rotation"]

_CHECKS: Final[Mapping[Topic, tuple[str, ...]]] = {
    "unused": (
        "iam_user_accesskey_unused", "iam_user_access_not_stale_to_bedrock", "iam_user_access_not_stale_to_sagemaker",
        "iam_role_access_not_stale_to_bedrock", "iam_sa_user_managed_key_unused", "iam_service_account_unused",
    ),
    "exposed": (
        "awslambda_function_no_secrets_in_variables", "awslambda_function_no_secrets_in_code",
        "ec2_instance_secrets_user_data", "ecs_task_definitions_no_environment_secrets",
        "ec2_launch_template_no_secrets", "ssm_document_secrets", "codebuild_project_no_secrets_in_variables",
        "cloudformation_stack_outputs_find_secrets", "autoscaling_find_secrets_ec2_launch_configuration",
        "cloudwatch_log_group_no_secrets_in_logs",
    ),
    "trust": (
        "iam_role_cross_service_confused_deputy_prevention", "iam_role_cross_account_readonlyaccess_policy",
        "iam_role_service_trust_restricts_source_to_account",
    ),
    "sign-in": (
        "iam_no_root_access_key", "iam_user_with_temporary_credentials", "ec2_instance_imdsv2_enabled",
        "iam_sa_no_user_managed_keys", "apikeys_api_restrictions_configured",
    ),
    "privilege": (
        "iam_role_administratoraccess_policy", "iam_user_administrator_access_policy",
        "iam_inline_policy_no_administrative_privileges", "iam_inline_policy_allows_privilege_escalation",
        "iam_role_chained_privilege_escalation", "iam_sa_no_administrative_privileges",
        "compute_instance_default_service_account_in_use_with_full_api_access",
    ),
    "deployment": (
        "iam_role_github_oidc_trust_subject_restricted", "iam_workload_identity_pool_provider_attribute_condition",
    ),
    "rotation": (
        "iam_rotate_access_key_90_days", "iam_user_two_active_access_key", "iam_sa_user_managed_key_rotate_90_days",
        "apikeys_key_rotated_in_90_days", "secretsmanager_automatic_rotation_enabled",
        "secretsmanager_secret_rotated_periodically", "kms_cmk_rotation_enabled",
    ),
}  # fmt: skip
_TOPICS: Final = {check: topic for topic, checks in _CHECKS.items() for check in checks}
_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:\S{1,1000}")
_SERVICE_ACCOUNT: Final = re.compile(r"[a-z0-9-]{1,100}@[a-z0-9.-]{1,100}\.gserviceaccount\.com")
_RATED: Final = {
    "informational": "info",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
    "fatal": "critical",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one check says of one thing. ``about``: its uid in our words."""

    about: str
    name: str
    check: str
    topic: Topic
    says: str
    rated: str
    tool: str
    account: str
    made: datetime | None


def stated(raw: Raw, facts: Facts) -> list[Statement]:
    """Statements of one finding; empty when it passed, was muted, or is about something else."""
    check = text(raw, "metadata", "event_code") or text(raw, "finding_info", "uid") or ""
    product = part(raw, "metadata", "product")
    tool = (text(product, "name") or "unknown")[:80].lower()
    facts.tool, facts.version = tool, text(product, "version")
    made = when(raw, "time_dt") or when(raw, "finding_info", "created_time_dt")
    facts.made = max(facts.made, made) if facts.made and made else facts.made or made
    topic = _TOPICS.get(check)
    if topic is None:
        facts.leave("checks that are not about non-human identities")
        return []
    if (text(raw, "status_code") or "FAIL").upper() != "FAIL" or (text(raw, "status") or "").lower() == "suppressed":
        facts.leave("checks that passed, were muted or want a person")
        return []
    said = text(raw, "finding_info", "title") or check
    rated = _RATED.get((text(raw, "severity") or "").lower(), "medium")
    account = text(raw, "cloud", "account", "uid") or "unknown"
    named = f"{tool} {facts.version}" if facts.version else tool
    things = [(about, text(r, "name") or about) for r in rows(raw, "resources") if (about := _about(r)) is not None]
    if not things:
        facts.leave("findings whose resource has no name we know")
    return [Statement(about, name, check, topic, said, rated, named, account, made) for about, name in things]


def _about(resource: Raw) -> str | None:
    """Uid of the thing: an ARN, or the address of a Google service account."""
    uid, name = text(resource, "uid") or "", text(resource, "name") or ""
    if _ARN.fullmatch(uid):
        return aws_uid(uid)
    found = _SERVICE_ACCOUNT.search(uid) or _SERVICE_ACCOUNT.search(name)
    return f"gcp:sa/{found[0]}" if found else None
