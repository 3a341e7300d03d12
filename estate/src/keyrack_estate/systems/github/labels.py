"""What can be wrong in GitHub, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "github_leaver_credential": ("NHI1:2025", "working token or SSH key of somebody who has left"),
    "github_leaver_deploy_key": ("NHI1:2025", "working deploy key that somebody added who has left"),
    "github_owner_gone": ("NHI1:2025", "pipeline or deploy key whose repository only names people who have left"),
    "github_pipeline_no_owner": ("NHI1:2025", "Actions of a repository that write by default and that nobody is named for"),
    "github_never_used": ("NHI1:2025", "token or deploy key older than 30 days that GitHub says was never used"),
    "github_idle": ("NHI1:2025", "token or deploy key last used more than 30 days ago"),
    "github_app_suspended": ("NHI1:2025", "App whose installation was suspended and not removed"),
    "github_vendor_ended": ("NHI1:2025", "App of a vendor whose contract ended, with permissions"),
    "github_secret_in_variable": ("NHI2:2025", "secret in a variable of Actions"),
    "github_secret_in_code": ("NHI2:2025", "secret that secret scanning found in a commit"),
    "github_secret_in_thread": ("NHI2:2025", "secret that secret scanning found in an issue or pull request"),
    "github_vendor_writes": ("NHI3:2025", "App of another company that may change code or settings of every repository"),
    "github_any_action": ("NHI3:2025", "organisation whose workflows may run anybody's action, pinned or not"),
    "github_classic_token": ("NHI4:2025", "classic token with a scope that writes"),
    "github_webhook_open": ("NHI4:2025", "active webhook without a secret, without TLS, or with unchecked certificates"),
    "github_weak_deploy_key": ("NHI4:2025", "deploy key of RSA below 2048 bits"),
    "github_token_writes": ("NHI5:2025", "organisation whose workflow token writes by default or approves pull requests"),
    "github_app_administers": (
        "NHI5:2025",
        "App of our own that may change who may do what in every repository or the organisation",
    ),
    "github_machine_rules": ("NHI5:2025", "machine account that is an owner of the organisation, or whose token administers"),
    "github_environment_open": ("NHI6:2025", "environment of production with secrets that any branch may deploy to"),
    "github_public_runner": ("NHI6:2025", "group of self-hosted runners that public repositories may use"),
    "github_subject_open": ("NHI6:2025", "OIDC subject that names no repository"),
    "github_trusted_branch_open": (
        "NHI6:2025",
        "role of a cloud that trusts a branch or environment of a repository which whoever may push can use",
    ),
    "github_token_endless": ("NHI7:2025", "token without an end date, or made for more than a year"),
    "github_secret_unrotated": (
        "NHI7:2025",
        "Actions secret unchanged for more than a year; a cloud's key for more than 90 days",
    ),
    "github_deploy_key_old": ("NHI7:2025", "deploy key that may push, older than a year"),
    "github_key_two_environments": ("NHI8:2025", "cloud key of a repository that jobs of production and of others get"),
    "github_variable_two_environments": ("NHI8:2025", "the same secret in variables of production and of another environment"),
    "github_secret_for_all": (
        "NHI9:2025",
        "secret of the organisation for all repositories, or a cloud's key for all private ones",
    ),
    "github_secret_reused": ("NHI9:2025", "the same secret in variables of two repositories"),
    "github_person_runs_machine": ("NHI10:2025", "token of a person that automation runs on, by its name"),
    "github_machine_with_person_key": ("NHI10:2025", "machine account with somebody's own SSH key"),
}
"""Label -> (risk, what it is)."""
