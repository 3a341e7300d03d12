"""Where machines keep secrets: known files of a home and of the system, folders worth searching, folders never entered."""

from __future__ import annotations

import re
from typing import Final

HOME_FILES: Final[tuple[str, ...]] = (
    ".aws/credentials", ".aws/config",
    ".config/gcloud/application_default_credentials.json", ".config/gcloud/credentials.db", ".config/gcloud/access_tokens.db",
    "AppData/Roaming/gcloud/application_default_credentials.json", "AppData/Roaming/gcloud/credentials.db",
    ".azure/msal_token_cache.json", ".azure/service_principal_entries.json", ".azure/accessTokens.json",
    ".azure/azureProfile.json",
    ".kube/config",
    ".netrc", "_netrc", ".npmrc", ".pypirc", ".pip/pip.conf", ".config/pip/pip.conf", ".docker/config.json", ".dockercfg",
    ".config/containers/auth.json",
    ".git-credentials", ".config/git/credentials", ".gitconfig", ".config/git/config",
    ".config/gh/hosts.yml", "AppData/Roaming/GitHub CLI/hosts.yml", ".config/glab-cli/config.yml",
    "Library/Application Support/glab-cli/config.yml",
    ".terraform.d/credentials.tfrc.json", ".terraformrc", ".tofurc", ".config/opentofu/tofurc", "AppData/Roaming/terraform.rc",
    ".my.cnf", ".pgpass", ".pg_service.conf", "AppData/Roaming/postgresql/pgpass.conf",
    ".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/id_rsa", ".ssh/id_dsa", ".ssh/id_ecdsa", ".ssh/id_ed25519",
    ".bashrc", ".bash_profile", ".profile", ".zshrc", ".zshenv", ".zprofile", ".config/fish/config.fish", ".pam_environment",
    ".bash_history", ".zsh_history", ".local/share/fish/fish_history", ".psql_history", ".mysql_history",
    ".env", ".vault_pass", ".vault_pass.txt", ".vault-token", ".cargo/credentials.toml", ".cargo/credentials",
    ".config/sops/age/keys.txt",
    ".s3cfg", ".boto", ".databrickscfg", ".config/doctl/config.yaml", ".fly/config.yml", ".config/hub",
    ".config/rclone/rclone.conf", ".snowflake/config.toml", ".snowflake/connections.toml", ".snowsql/config",
    ".kaggle/kaggle.json",
    ".circleci/cli.yml", ".sentryclirc", ".huggingface/token", ".local/share/com.vercel.cli/auth.json",
    ".m2/settings.xml", ".gem/credentials", ".config/composer/auth.json", ".composer/auth.json",
)  # fmt: skip
"""Relative to a home. Read before anything is searched, so that no budget can hide them."""

HOME_FOLDERS: Final[tuple[str, ...]] = (
    ".aws/sso/cache", ".aws/cli/cache", ".config/gcloud/legacy_credentials", ".kube", ".ssh", ".config/environment.d",
)  # fmt: skip
"""Folders of a home searched first."""

SYSTEM_FILES: Final[tuple[str, ...]] = (
    "/etc/environment", "/etc/my.cnf", "/etc/mysql/my.cnf", "/etc/mysql/debian.cnf", "/etc/pip.conf", "/etc/gitconfig",
    "/etc/npmrc", "/usr/local/etc/npmrc", "/usr/etc/npmrc", "/etc/ansible/hosts", "/etc/kubernetes/admin.conf",
    "/etc/rancher/k3s/k3s.yaml", "/run/secrets/kubernetes.io/serviceaccount/token",
    "/etc/gitlab-runner/config.toml", "/var/lib/jenkins/.ssh/id_rsa",
)  # fmt: skip

SEARCHED: Final[tuple[str, ...]] = (
    "/etc", "/opt", "/srv", "/var/www", "/usr/local/etc", "/app", "/workspace", "/workspaces", "/usr/src/app", "/data",
    "/var/lib/jenkins", "/var/lib/kubelet/pki", "/var/lib/rancher/k3s/server/tls", "/ProgramData",
)  # fmt: skip
"""Folders outside homes that are searched for project files, keys and stores."""

SKIPPED: Final = frozenset(
    """
    node_modules bower_components .venv venv site-packages dist-packages __pycache__ .tox .nox .mypy_cache .ruff_cache
    .pytest_cache .cache .npm .yarn .pnpm-store .gradle .ivy2 .rustup .nvm .pyenv .rbenv .conda anaconda3 miniconda3 .Trash Trash
    .vscode-server .cursor-server .vscode .docker-images overlay2 lost+found Steam snap .wine .nuget
    google-cloud-sdk Caches
    ca-certificates ca-trust .terraform.lock.hcl go-build
    """.split()  # noqa: SIM905 - thirty quoted words are harder to read
)
"""Folder names that hold other people's files, caches or no files at all."""

SKIPPED_PATHS: Final = re.compile(
    r"/(?:\.terraform/(?:providers|modules)|go/pkg|\.cargo/(?:registry|git)|\.m2/repository|AppData/Local/Temp|Library/Caches"
    r"|lib(?:64)?/python\d[\d.]*|share/(?:doc|man|locale|icons)"
    r"|\.local/share/(?:Trash|containers|virtualenvs|Steam)"
    r"|\.config/(?:google-chrome|chromium|Code/(?:Cache|CachedData|User/workspaceStorage))"
    r"|\.mozilla|etc/alternatives|etc/letsencrypt/(?:archive|csr|keys)|etc/java-\d+-openjdk/security)$"
)

ANCHORS: Final = re.compile(
    r"^/etc/ssl/certs/|^/etc/pki/(?:ca-trust|tls/certs)/|^/etc/ca-certificates|^/usr/(?:local/)?share/ca-certificates"
    r"|/(?:cacerts?\.pem|cacerts|ca-bundle[^/]*|ca-certificates\.crt|roots\.pem|tls-ca-bundle\.pem|ca\.(?:crt|pem))$"
)
"""Places of trust anchors: a certificate there is a credential only when its private key is on the machine too."""

KEPT: Final = re.compile(
    r"/(?:\.ssh|etc/ssh|etc/ssl/private|etc/letsencrypt|etc/pki|etc/kubernetes/pki|\.gnupg)/"
    r"|/(?:\.aws|\.azure|\.kube|\.docker|gcloud|\.config/gh|glab-cli|\.terraform\.d)/"
    r"|/(?:\.netrc|\.npmrc|\.pypirc|\.git-credentials|\.pgpass|\.my\.cnf|\.terraformrc)$"
)
"""Places a tool made for a credential: there, and readable by its owner alone, it is where it belongs."""
