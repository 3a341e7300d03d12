"""What can be wrong in Google Cloud, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "gcp_idle": ("NHI1:2025", "service account with roles and no usable key that has not signed in for 90 days, or never"),
    "gcp_dead_bound": ("NHI1:2025", "deleted or disabled account that policies still grant roles to"),
    "gcp_disabled_with_key": ("NHI1:2025", "usable key of a disabled service account"),
    "gcp_no_owner": ("NHI1:2025", "service account with a key or more than read rights that nobody is named for"),
    "gcp_anyone": ("NHI3:2025", "service account whose policy lets everybody mint its tokens or make its keys"),
    "gcp_stranger": ("NHI3:2025", "service account of another company with more than read rights here"),
    "gcp_key_beside_federation": ("NHI4:2025", "usable key of an account that a workload runs as or that is federated"),
    "gcp_api_key_open": ("NHI4:2025", "API key that may call every API"),
    "gcp_basic_role": ("NHI5:2025", "service account that is Owner or Editor of a project or above"),
    "gcp_impersonation": ("NHI5:2025", "service account that may become all others of a project"),
    "gcp_pool_open": ("NHI6:2025", "service account that a whole identity pool may become"),
    "gcp_provider_open": ("NHI6:2025", "identity provider for GitHub without a condition"),
    "gcp_key_old": ("NHI7:2025", "usable key of a service account, or HMAC key, older than 90 days"),
    "gcp_api_key_forever": ("NHI7:2025", "API key, which never expires"),
    "gcp_nonprod_reaches_prod": ("NHI8:2025", "account or workload of a test project that changes, or runs as, production"),
    "gcp_shared": ("NHI9:2025", "service account that several distinct workloads run as"),
    "gcp_person": ("NHI10:2025", "named person who may mint tokens of a workload's or production account at any time"),
}
