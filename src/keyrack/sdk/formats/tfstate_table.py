"""Which attribute of which Terraform resource is a secret, whose and of what kind.

Data only; see each provider's registry page.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from keyrack.records.credential import CredentialKind


class Rule(NamedTuple):
    """One secret attribute."""

    attribute: str
    issuer: str
    kind: CredentialKind
    base64: bool = False


def _passwords(*attributes: str) -> tuple[Rule, ...]:
    return tuple(Rule(attribute, "database", "password") for attribute in attributes)


SECRETS: Final[dict[str, tuple[Rule, ...]]] = {
    # random, tls, acme
    "random_password": (Rule("result", "unknown", "password"),),
    "tls_private_key": (Rule("private_key_pem", "x509", "private_key"),),
    "acme_certificate": (Rule("private_key_pem", "x509", "private_key"),),
    "acme_registration": (Rule("account_key_pem", "acme", "private_key"),),
    # AWS
    "aws_iam_user_login_profile": (Rule("password", "aws", "password"),),
    "aws_iam_service_specific_credential": (Rule("service_password", "aws", "password"),),
    "aws_secretsmanager_secret_version": (Rule("secret_string", "unknown", "secret"),),
    "aws_ssm_parameter": (Rule("value", "unknown", "secret"),),
    "aws_db_instance": _passwords("password"),
    "aws_rds_cluster": _passwords("master_password"),
    "aws_docdb_cluster": _passwords("master_password"),
    "aws_neptune_cluster": _passwords("master_password"),
    "aws_redshift_cluster": _passwords("master_password"),
    "aws_elasticache_replication_group": _passwords("auth_token"),
    "aws_elasticache_user": _passwords("password"),
    "aws_dms_endpoint": _passwords("password"),
    "aws_directory_service_directory": (Rule("password", "ldap", "password"),),
    "aws_acm_certificate": (Rule("private_key", "x509", "private_key"),),
    "aws_iam_server_certificate": (Rule("private_key", "x509", "private_key"),),
    "aws_cognito_user_pool_client": (Rule("client_secret", "aws", "oauth_secret"),),
    "aws_lightsail_key_pair": (Rule("private_key", "ssh", "ssh_key"),),
    "aws_api_gateway_api_key": (Rule("value", "aws", "api_token"),),
    # Google
    "google_service_account_key": (Rule("private_key", "gcp", "private_key", base64=True),),
    "google_sql_user": _passwords("password"),
    "google_sql_database_instance": _passwords("root_password"),
    "google_secret_manager_secret_version": (Rule("secret_data", "unknown", "secret"),),
    "google_storage_hmac_key": (Rule("secret", "gcp", "access_key"),),
    "google_apikeys_key": (Rule("key_string", "google", "api_token"),),
    "google_redis_instance": _passwords("auth_string"),
    # Microsoft
    "azuread_application_password": (Rule("value", "azure", "oauth_secret"),),
    "azuread_service_principal_password": (Rule("value", "azure", "oauth_secret"),),
    "azuread_user": (Rule("password", "azure", "password"),),
    "azurerm_key_vault_secret": (Rule("value", "unknown", "secret"),),
    "azurerm_storage_account": (
        Rule("primary_access_key", "azure", "access_key"),
        Rule("secondary_access_key", "azure", "access_key"),
    ),
    "azurerm_container_registry": (Rule("admin_password", "azure", "password"),),
    "azurerm_mssql_server": _passwords("administrator_login_password"),
    "azurerm_postgresql_server": _passwords("administrator_login_password"),
    "azurerm_postgresql_flexible_server": _passwords("administrator_password"),
    "azurerm_mysql_server": _passwords("administrator_login_password"),
    "azurerm_mysql_flexible_server": _passwords("administrator_password"),
    "azurerm_cosmosdb_account": (Rule("primary_key", "azure", "access_key"), Rule("secondary_key", "azure", "access_key")),
    "azurerm_redis_cache": (Rule("primary_access_key", "azure", "access_key"),),
    "azurerm_linux_virtual_machine": (Rule("admin_password", "azure", "password"),),
    "azurerm_windows_virtual_machine": (Rule("admin_password", "azure", "password"),),
    "azurerm_servicebus_namespace": (Rule("default_primary_key", "azure", "access_key"),),
    # Forges and CI
    "github_actions_secret": (Rule("plaintext_value", "github-actions", "secret"),),
    "github_actions_organization_secret": (Rule("plaintext_value", "github-actions", "secret"),),
    "github_actions_environment_secret": (Rule("plaintext_value", "github-actions", "secret"),),
    "gitlab_project_variable": (Rule("value", "gitlab-ci", "secret"),),
    "gitlab_group_variable": (Rule("value", "gitlab-ci", "secret"),),
    "gitlab_project_access_token": (Rule("token", "gitlab", "api_token"),),
    "gitlab_group_access_token": (Rule("token", "gitlab", "api_token"),),
    "gitlab_personal_access_token": (Rule("token", "gitlab", "api_token"),),
    "gitlab_deploy_token": (Rule("token", "gitlab", "api_token"),),
    # Vaults, clusters, databases
    "vault_token": (Rule("client_token", "vault", "api_token"),),
    "vault_approle_auth_backend_role_secret_id": (Rule("secret_id", "vault", "secret"),),
    "vault_generic_secret": (Rule("data_json", "unknown", "secret"),),
    "vault_kv_secret_v2": (Rule("data_json", "unknown", "secret"),),
    "kubernetes_token_request_v1": (Rule("token", "kubernetes", "session_token"),),
    "digitalocean_kubernetes_cluster": (Rule("kube_config", "kubernetes", "secret"),),
    "digitalocean_database_user": _passwords("password"),
    "digitalocean_database_cluster": _passwords("password"),
    "digitalocean_spaces_key": (Rule("secret_key", "digitalocean", "access_key"),),
    "postgresql_role": _passwords("password"),
    "mysql_user": _passwords("plaintext_password"),
    "mongodbatlas_database_user": _passwords("password"),
    "snowflake_user": _passwords("password"),
    # Services
    "datadog_api_key": (Rule("key", "datadog", "api_token"),),
    "datadog_application_key": (Rule("key", "datadog", "api_token"),),
    "cloudflare_api_token": (Rule("value", "cloudflare", "api_token"),),
    "cloudflare_tunnel": (Rule("secret", "cloudflare", "secret"),),
    "tfe_token": (Rule("token", "terraform", "api_token"),),
    "tfe_team_token": (Rule("token", "terraform", "api_token"),),
    "tfe_organization_token": (Rule("token", "terraform", "api_token"),),
    "tfe_variable": (Rule("value", "terraform", "secret"),),
    "okta_app_oauth": (Rule("client_secret", "okta", "oauth_secret"),),
    "auth0_client": (Rule("client_secret", "auth0", "oauth_secret"),),
    "tailscale_tailnet_key": (Rule("key", "tailscale", "api_token"),),
    "grafana_service_account_token": (Rule("key", "grafana", "api_token"),),
}
"""Secret attributes by resource type."""

LOGINS: Final[tuple[str, ...]] = (
    "user", "username", "user_name", "master_username", "administrator_login", "admin_username", "service_account_id",
    "application_id", "service_principal_id", "client_id", "secret_name",
)  # fmt: skip
"""Attributes that name the account beside a secret; the first that is set."""
