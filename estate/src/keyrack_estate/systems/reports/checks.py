"""Prowler over accounts that Keyrack does not scan, and over the one it does."""

from __future__ import annotations

import json

from keyrack_estate.fakes import reports as shapes
from keyrack_estate.truth import arn
from keyrack_estate.world import World

_ACCOUNT = "nordholm-logs"
FAILED = (
    # label, check, type and name
    ("told_unused", "iam_user_accesskey_unused", "user/ship-logs-old"),
    ("told_unused", "iam_user_accesskey_unused", "user/glacier-mover"),
    ("told_trust", "iam_role_cross_service_confused_deputy_prevention", "role/firehose-writer"),
    ("told_trust", "iam_role_cross_account_readonlyaccess_policy", "role/reader-for-others"),
    ("told_privilege", "iam_role_administratoraccess_policy", "role/log-admin"),
    ("told_privilege", "iam_user_administrator_access_policy", "user/bootstrap"),
    ("told_privilege", "iam_inline_policy_allows_privilege_escalation", "role/index-builder"),
    ("told_deployment", "iam_role_github_oidc_trust_subject_restricted", "role/ci-logs"),
    ("told_deployment", "iam_role_github_oidc_trust_subject_restricted", "role/ci-alerts"),
    ("told_rotation", "iam_rotate_access_key_90_days", "user/siem-pull"),
    ("told_rotation", "iam_user_two_active_access_key", "user/metrics-push"),
)
FINE = ("user/rotated-weekly", "role/reader", "role/pinned-ci")
_TOPICS = ("NHI1:2025", "NHI2:2025", "NHI3:2025", "NHI4:2025", "NHI5:2025", "NHI6:2025", "NHI7:2025")


def plant(world: World) -> dict[str, str]:
    """The report, with its truth."""
    account, at = world.company.siblings[_ACCOUNT], world.days_ago(2)
    found = []

    def told(label: str, check: str, name: str) -> None:
        world.truth.planted(label, arn(name))
        found.append(shapes.prowler(check, name, account, at))

    for label, check, name in FAILED:
        told(label, check, f"arn:aws:iam::{account}:{name}")
    told("told_exposed", "awslambda_function_no_secrets_in_variables", f"arn:aws:lambda:eu-north-1:{account}:function:parse-logs")
    told("told_exposed", "ssm_document_secrets", f"arn:aws:ssm:eu-north-1:{account}:document/join-domain")
    told("told_sign_in", "ec2_instance_imdsv2_enabled", f"arn:aws:ec2:eu-north-1:{account}:instance/i-0aa11bb22cc33dd44")
    told("told_sign_in", "iam_user_with_temporary_credentials", f"arn:aws:iam::{account}:user/forwarder")
    for name in FINE:
        named = f"arn:aws:iam::{account}:{name}"
        found.append(shapes.prowler("iam_rotate_access_key_90_days", named, account, at, status="PASS"))
        found.append(shapes.prowler("iam_role_administratoraccess_policy", named, account, at, muted=True))
        found.append(shapes.prowler("iam_user_mfa_enabled_console_access", named, account, at))
        for owasp in _TOPICS:
            world.truth.decoy(owasp, arn(named), "its checks passed, were muted, or are about people")
    found += [shapes.prowler("iam_rotate_access_key_90_days", name, world.account.id, at) for name in _ours(world)]
    return {"prowler-logs.ocsf.json": json.dumps(found, indent=1)}


def _ours(world: World) -> list[str]:
    """Users of the scanned account whose old key our own rule reports: the same thing told twice is no second finding."""
    also = [a.arn for e in world.truth.entries() if e.label == "key_unrotated" for a in (e.anchor, *e.also) if a.arn]
    return sorted(name for name in set(also) if ":user/" in name)
