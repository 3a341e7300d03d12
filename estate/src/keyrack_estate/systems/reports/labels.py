"""What only other tools' reports show, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "saas_account_idle": ("NHI1:2025", "service account of a SaaS unused for 90 days, or never used, by its own list"),
    "saas_account_no_owner": ("NHI1:2025", "service account of a SaaS without an owner, in a list that names owners"),
    "saas_owner_gone": ("NHI1:2025", "service account of a SaaS whose named owner has left"),
    "saas_token_idle": ("NHI1:2025", "token of a SaaS account unused for 90 days, or never used"),
    "told_unused": ("NHI1:2025", "Prowler says that nothing uses it, in an account nobody scans"),
    "chat_secret": ("NHI2:2025", "secret in a chat, ticket or wiki, by a scanner's report"),
    "image_secret": ("NHI2:2025", "secret in a container image or build log, by a scanner's report"),
    "unscanned_secret": ("NHI2:2025", "secret in a repository that only another scanner reads"),
    "told_exposed": ("NHI2:2025", "Prowler found a secret in a workload of an account nobody scans"),
    "saas_vendor_admin": ("NHI3:2025", "account of a vendor that administers a SaaS"),
    "told_trust": ("NHI3:2025", "Prowler says that a role may be used by others' services, in an account nobody scans"),
    "told_sign_in": ("NHI4:2025", "Prowler says that a machine answers IMDSv1, in an account nobody scans"),
    "saas_admin": ("NHI5:2025", "service account that administers a SaaS"),
    "told_privilege": ("NHI5:2025", "Prowler says administrator, in an account nobody scans"),
    "told_deployment": ("NHI6:2025", "Prowler says that a federation does not pin its subject, in an account nobody scans"),
    "saas_token_old": ("NHI7:2025", "token of a SaaS account unchanged for a year"),
    "saas_token_forever": ("NHI7:2025", "token of a SaaS account that never expires"),
    "told_rotation": ("NHI7:2025", "Prowler says that a key is not rotated, in an account nobody scans"),
}
