"""What can be wrong in a Kubernetes cluster, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "k8s_missing_account": ("NHI1:2025", "binding that gives rights to a service account which does not exist"),
    "k8s_unused_account": (
        "NHI1:2025",
        "service account older than 30 days with rights to change or read Secrets, as which nothing runs",
    ),
    "k8s_no_owner": ("NHI1:2025", "service account with such rights or a stored token, and nobody named by it or its namespace"),
    "k8s_leaver": ("NHI1:2025", "binding or valid certificate of a person who has left"),
    "k8s_config_map": ("NHI2:2025", "credential in a ConfigMap"),
    "k8s_webhook": ("NHI3:2025", "admission webhook of another company that sees Secrets, or sees or rewrites workloads"),
    "k8s_public_image": (
        "NHI3:2025",
        "image of a public registry without a version, run with rights to Secrets or to become others",
    ),
    "k8s_anonymous": ("NHI4:2025", "rights for callers that do not sign in"),
    "k8s_cloud_key": ("NHI4:2025", "long-lived cloud key used by an account that is annotated with an identity of that cloud"),
    "k8s_cluster_admin": ("NHI5:2025", "machine identity that is administrator of the cluster"),
    "k8s_becomes_others": (
        "NHI5:2025",
        "machine identity that may impersonate, mint tokens, enter pods or give away rights it lacks",
    ),
    "k8s_all_secrets": ("NHI5:2025", "machine identity that reads the Secrets of all namespaces"),
    "k8s_path": (
        "NHI5:2025",
        "machine identity that becomes an administrator in some steps, by workloads that run as others",
    ),
    "k8s_everybody": ("NHI5:2025", "rights for every account of the cluster, or strong ones for every account of a namespace"),
    "k8s_open_store": ("NHI6:2025", "ClusterSecretStore that every namespace may use"),
    "k8s_escapes": ("NHI6:2025", "workload outside kube-system that may take over its node"),
    "k8s_endless_token": ("NHI7:2025", "token of a service account kept in a Secret, without an end"),
    "k8s_long_certificate": ("NHI7:2025", "client certificate of more than 90 days, which nobody can revoke"),
    "k8s_old_secret": ("NHI7:2025", "Secret whose value is more than a year old"),
    "k8s_nonprod_in_prod": ("NHI8:2025", "account of a test namespace that changes or reads Secrets of production"),
    "k8s_prod_cloud": ("NHI8:2025", "account of a test namespace or cluster annotated with a cloud identity of production"),
    "k8s_two_environments": ("NHI8:2025", "one secret, or one account, of production and of a test environment"),
    "k8s_default_account": ("NHI9:2025", "default account of a namespace with rights of its own"),
    "k8s_spread_secret": ("NHI9:2025", "one secret in several namespaces or clusters"),
    "k8s_shared_cloud": ("NHI9:2025", "cloud identity that several service accounts are annotated with"),
    "k8s_shared_account": ("NHI9:2025", "service account that several distinct workloads run as"),
    "k8s_person_mints": ("NHI10:2025", "person or group of people that may mint tokens of service accounts, or impersonate them"),
    "k8s_person_account": ("NHI10:2025", "service account made for a person, as which nothing runs"),
}
