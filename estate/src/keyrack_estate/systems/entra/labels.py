"""Labels of what is planted in Nordholm's tenant."""

from __future__ import annotations

from typing import Final

LABELS: Final[dict[str, tuple[str, str]]] = {
    "entra_agent_no_sponsor": ("NHI1:2025", "active agent identity or blueprint without a sponsor"),
    "entra_app_no_owner": ("NHI1:2025", "application of the tenant that can act and that nobody owns"),
    "entra_owner_left": ("NHI1:2025", "application or agent whose owners or sponsors are all disabled users"),
    "entra_disabled_keeps_roles": ("NHI1:2025", "disabled service principal that still holds roles beyond reading"),
    "entra_disabled_with_secret": ("NHI1:2025", "disabled service principal with a usable credential"),
    "entra_secret_never_used": ("NHI1:2025", "client secret older than 30 days that the sign-in report does not know"),
    "entra_secret_idle": ("NHI1:2025", "client secret last used more than 30 days ago"),
    "entra_vendor_ended": ("NHI1:2025", "application of a vendor whose contract ended, with consents"),
    "entra_secret_in_setting": (
        "NHI2:2025",
        "secret in plain settings of an app, or in a runbook variable that is not encrypted",
    ),
    "entra_secret_in_container": ("NHI2:2025", "secret in the plain environment of a container app"),
    "entra_unverified_app": ("NHI3:2025", "unverified publisher's application with access to company data"),
    "entra_vendor_admin": ("NHI3:2025", "another tenant's application that can take the directory or a subscription over"),
    "entra_implicit_grant": ("NHI4:2025", "application that gets access tokens by the implicit grant"),
    "entra_plain_redirect": ("NHI4:2025", "application with a redirect address without TLS, or with a wildcard host"),
    "entra_secret_beside_federation": ("NHI4:2025", "usable client secret beside a federated credential or a valid certificate"),
    "entra_directory_takeover": ("NHI5:2025", "machine identity that can change who may do what in the directory"),
    "entra_subscription_ruler": (
        "NHI5:2025",
        "machine identity with Owner, Contributor or the like at subscription level or above",
    ),
    "entra_federation_any": ("NHI6:2025", "federated credential that admits other repositories, any branch or pull requests"),
    "entra_federation_audience": ("NHI6:2025", "federated credential for tokens of another audience"),
    "entra_secret_far_end": ("NHI7:2025", "client secret or vault secret made for more than a year"),
    "entra_certificate_far_end": ("NHI7:2025", "certificate made for more than 825 days"),
    "entra_vault_secret_stale": ("NHI7:2025", "vault secret unchanged for more than 90 days, or without an end"),
    "entra_vault_key_endless": ("NHI7:2025", "vault key without an end and without rotation"),
    "entra_identity_two_environments": ("NHI8:2025", "managed identity attached in production and elsewhere"),
    "entra_nonprod_in_prod": ("NHI8:2025", "non-production identity that may change a production subscription"),
    "entra_prod_trusts_staging": ("NHI8:2025", "production application that staging jobs may become"),
    "entra_secret_two_environments": ("NHI8:2025", "the same secret in settings of production and of another environment"),
    "entra_identity_many_workloads": ("NHI9:2025", "managed identity of three or more distinct workloads"),
    "entra_app_many_repositories": ("NHI9:2025", "application that pipelines of two or more repositories become"),
    "entra_secret_two_apps": ("NHI9:2025", "the same secret in the settings of two apps"),
    "entra_people_and_machine": ("NHI10:2025", "application that people and a machine sign in through"),
    "entra_public_client_secret": ("NHI4:2025", "public client that also has a client secret"),
}
"""Label -> (risk, what it is)."""
