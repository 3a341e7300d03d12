"""Which parser a file name calls for. One table for every provider that meets files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from keyrack.sdk.formats import (
    ansible,
    aws,
    azure,
    compose,
    database,
    docker,
    documents,
    dotenv,
    forges,
    gcloud,
    git,
    jwks,
    keystore,
    kubeconfig,
    netrc,
    npmrc,
    packages,
    pem,
    pypirc,
    settings,
    shell,
    ssh,
    ssh_certificate,
    terraform,
    tfstate,
    x509,
)
from keyrack.sdk.formats.base import Parsed

Family = Literal["cloud", "tool", "ssh", "certificate", "env", "state"]

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its name, family (a capability of the provider), parser and the largest file it is read for.

    ``sure`` is False when the name only suggests the content (``*.json``): a file that is something else is no trouble then.
    """

    name: str
    family: Family
    parse: Callable[[bytes], Parsed]
    limit: int = _MEGABYTE
    sure: bool = True


def _rule(form: Format, *patterns: str) -> tuple[re.Pattern[str], Format]:
    """A path matches when it ends in one of the patterns, at a folder's edge."""
    return re.compile(rf"(?:^|/)(?:{'|'.join(patterns)})$", re.IGNORECASE), form


def _maybe(name: str, family: Family, parse: Callable[[bytes], Parsed], limit: int = _MEGABYTE) -> Format:
    return Format(name, family, parse, limit, sure=False)


RULES: Final = (
    _rule(Format("aws.credentials", "cloud", aws.parse), r"\.aws/(?:credentials|config)"),
    _rule(Format("aws.cache", "cloud", aws.parse_cache), r"\.aws/(?:sso|cli)/cache/[^/]+\.json"),
    _rule(Format("gcloud.database", "cloud", gcloud.parse_database, 16 * _MEGABYTE), r"gcloud/(?:credentials|access_tokens)\.db"),
    _rule(
        Format("gcloud.adc", "cloud", gcloud.parse),
        r"application_default_credentials\.json",
        r"gcloud/legacy_credentials/[^/]+/adc\.json",
    ),
    _rule(Format("azure.msal_cache", "cloud", azure.parse_token_cache, 16 * _MEGABYTE), r"\.azure/msal_token_cache\.json"),
    _rule(
        Format("azure.service_principals", "cloud", azure.parse_service_principals),
        r"\.azure/(?:service_principal_entries|accessTokens)\.json",
    ),
    _rule(Format("azure.profile", "cloud", azure.parse_profile), r"\.azure/azureProfile\.json"),
    _rule(Format("azure.local_settings", "env", azure.parse_app_settings), r"local\.settings\.json"),
    _rule(Format("kubeconfig", "cloud", kubeconfig.parse), r"\.kube/config"),
    _rule(
        _maybe("kubeconfig", "cloud", kubeconfig.parse),
        r"kubeconfig",
        r"[^/]*kubeconfig[^/]*\.ya?ml",
        r"[^/]+\.kubeconfig",
        r"kubernetes/[^/]+\.conf",
        r"k3s\.yaml",
        r"\.kube/[^/]+",
    ),
    _rule(Format("netrc", "tool", netrc.parse), r"[._]netrc"),
    _rule(Format("npmrc", "tool", npmrc.parse), r"\.?npmrc"),
    _rule(Format("pypirc", "tool", pypirc.parse), r"\.pypirc"),
    _rule(Format("pip", "tool", pypirc.parse_pip), r"pip\.(?:conf|ini)", r"uv\.toml", r"\.config/pip/[^/]+"),
    _rule(
        Format("docker.config", "tool", docker.parse),
        r"\.docker/config\.json",
        r"\.dockercfg",
        r"\.dockerconfigjson",
        r"containers/auth\.json",
        r"kaniko/\.docker/config\.json",
    ),
    _rule(Format("git.credential_store", "tool", git.parse_store), r"\.git-credentials", r"git/credentials"),
    _rule(
        Format("git.config", "tool", git.parse_config),
        r"\.gitconfig",
        r"\.?git/config",
        r"\.git/modules/.+/config",
        r"etc/gitconfig",
    ),
    _rule(Format("gh.hosts", "tool", forges.parse_gh), r"gh/hosts\.ya?ml", r"GitHub CLI/hosts\.ya?ml"),
    _rule(Format("glab.config", "tool", forges.parse_glab), r"glab-cli/config\.ya?ml"),
    _rule(Format("terraform.credentials", "tool", terraform.parse_credentials), r"credentials\.tfrc\.json"),
    _rule(Format("terraform.rc", "tool", terraform.parse_rc), r"\.?terraform\.?rc", r"\.?tofurc", r"tofu\.rc"),
    _rule(Format("tfstate", "state", tfstate.parse, 64 * _MEGABYTE), r"[^/]+\.tfstate(?:(?:\.\d+)?\.backup)?"),
    _rule(Format("my.cnf", "tool", database.parse_my_cnf), r"\.?my\.cnf", r"debian\.cnf"),
    _rule(Format("pgpass", "tool", database.parse_pgpass), r"\.pgpass", r"pgpass\.conf"),
    _rule(Format("pg_service", "tool", database.parse_pg_service), r"\.?pg_service\.conf"),
    _rule(Format("cargo.credentials", "tool", packages.parse_cargo), r"\.cargo/credentials(?:\.toml)?"),
    _rule(Format("maven.settings", "tool", packages.parse_maven), r"\.m2/settings\.xml"),
    _rule(Format("composer.auth", "tool", packages.parse_composer), r"\.?composer/auth\.json"),
    _rule(Format("gem.credentials", "tool", packages.parse_gem), r"\.gem/credentials"),
    _rule(Format("vault.token", "tool", packages.parse_vault_token), r"\.vault-token"),
    _rule(
        Format("ansible.vault_password", "tool", ansible.parse_vault_password), r"\.vault[-_]?pass(?:word)?(?:\.txt|[-_]file)?"
    ),
    _rule(Format("ansible.vars", "tool", ansible.parse_vars), r"(?:group_vars|host_vars)/.+"),
    _rule(
        _maybe("ansible.inventory", "tool", ansible.parse_inventory),
        r"ansible/hosts",
        r"inventory/hosts",
        r"(?:inventory|hosts)\.ini",
    ),
    _rule(
        Format("ssh.authorized_keys", "ssh", ssh.parse_authorized_keys),
        r"authorized_keys2?",
        r"ssh/authorized_keys(?:\.d)?/[^/]+",
    ),
    _rule(Format("ssh.certificate", "ssh", ssh_certificate.parse), r"[^/]+-cert\.pub"),
    _rule(Format("ssh.putty", "ssh", ssh.parse_putty), r"[^/]+\.ppk"),
    _rule(
        Format("ssh.private_key", "ssh", pem.parse_ssh),
        r"ssh_host_[a-z0-9]+_key",
        r"id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?(?:[-_.][^/]*)?",
        r"\.ssh/(?:id_[^/]+|[^/]+\.(?:pem|key))",
    ),
    _rule(_maybe("pem", "certificate", documents.parse_certificate, 8 * _MEGABYTE), r"[^/]+\.(?:pem|key|crt|cer|cert)"),
    _rule(_maybe("x509.der", "certificate", x509.parse_der), r"[^/]+\.der"),
    _rule(
        Format("keystore", "certificate", keystore.parse, 16 * _MEGABYTE),
        r"[^/]+\.(?:p12|pfx|pkcs12|jks|jceks|keystore|truststore)",
    ),
    _rule(_maybe("jwks", "certificate", jwks.parse), r"[^/]*jwks?[^/]*\.json", r"[^/]+\.jwks?"),
    _rule(
        Format("dotenv", "env", dotenv.parse), r"\.env(?:\.[^/]+)?", r"\.envrc", r"[^/]+\.env", r"env\.(?:local|prod|production)"
    ),
    _rule(_maybe("compose", "env", compose.parse), r"(?:docker-)?compose(?:[._-][^/]*)?\.ya?ml"),
    _rule(
        Format("shell.rc", "env", shell.parse_rc),
        r"\.(?:bash_?(?:rc|_profile|profile|_aliases|_login)|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|tcshrc)",
        r"fish/config\.fish",
        r"etc/environment",
        r"etc/default/[^/]+",
        r"etc/sysconfig/[^/]+",
        r"etc/profile\.d/[^/]+",
        r"\.pam_environment",
        r"environment\.d/[^/]+\.conf",
        r"\.?Renviron",
    ),
    _rule(
        Format("shell.history", "env", shell.parse_history, 8 * _MEGABYTE),
        r"\.(?:bash|zsh|sh|ksh|python|psql|mysql|node_repl|rediscli)_history",
        r"\.zhistory",
        r"\.history",
        r"fish_history",
    ),
    _rule(
        Format("client.settings", "tool", settings.parse_client),
        r"\.s3cfg",
        r"\.boto",
        r"\.databrickscfg",
        r"doctl/config\.ya?ml",
        r"\.fly/config\.yml",
        r"\.config/hub",
        r"rclone/rclone\.conf",
        r"\.snowflake/(?:config|connections)\.toml",
        r"\.snowsql/config",
        r"\.netlify/config\.json",
        r"\.vercel/auth\.json",
        r"com\.vercel\.cli/auth\.json",
        r"\.kaggle/kaggle\.json",
        r"\.circleci/cli\.yml",
        r"\.sentryclirc",
        r"\.oci/config",
        r"\.wrangler/config/default\.toml",
        r"\.config/op/config",
        r"gitlab-runner/config\.toml",
    ),
    _rule(
        Format("token.file", "cloud", settings.parse_token, 65_536),
        r"secrets/kubernetes\.io/serviceaccount/token",
        r"\.huggingface/token",
        r"\.config/openai/api_key",
        r"age/keys?\.txt",
    ),
    _rule(
        Format("settings", "env", settings.parse),
        r"[^/]+\.tfvars(?:\.json)?",
        r"secrets?[^/]*\.(?:ya?ml|json|toml|ini|properties|env)",
        r"application[^/]*\.(?:properties|ya?ml)",
        r"appsettings[^/]*\.json",
        r"wp-config\.php",
        r"(?:database|credentials)\.ya?ml",
    ),
    _rule(
        _maybe("json.credential", "cloud", documents.parse_json),
        r"[^/]*(?:service[-_]?account|credentials?|gcp|gcloud|keyfile|sa[-_]key|[-_]key)[^/]*\.json",
        r"[a-z][a-z0-9-]+-[0-9a-f]{12}\.json",
        r"(?:keys?|secrets?|credentials?)/[^/]+\.json",
    ),
)
"""In order; the first match wins."""

_NOT_SECRET = re.compile(
    r"(?:\.(?:example|sample|template|dist|tpl|tmpl|defaults?|schema|md|pub)$|(?:^|/)(?:package(?:-lock)?|tsconfig[^/]*|composer)\.json$)",
    re.IGNORECASE,
)


_ENDINGS = frozenset(
    """
    json db pem key crt cer cert der p12 pfx pkcs12 jks jceks keystore truststore jwks jwk env tfstate backup ppk pub kubeconfig
    txt yaml yml conf ini cnf toml rc xml fish tfvars properties php local prod production cfg
    """.split()  # noqa: SIM905 - forty quoted words are harder to read
)
_NAMES = re.compile(
    r"\.|id_|_netrc|ssh_host_|authorized_keys|(?:credentials?|config|kubeconfig|npmrc|hosts|terraformrc|tofurc|gitconfig|environment|renviron|hub|token"
    r"|fish_history|auth|api_key)$",
    re.IGNORECASE,
)
_FOLDERS = re.compile(
    r"(?:^|/)(?:\.kube|\.ssh|(?:group|host)_vars(?:/.*)?|etc/(?:default|sysconfig|profile\.d)|pip|environment\.d|ssh/authorized_keys(?:\.d)?)/[^/]+$",
    re.IGNORECASE,
)


def _plausible(path: str) -> bool:
    """A cheap look at the name that spares most files the whole table."""
    name = path.rpartition("/")[2]
    if name.rpartition(".")[2].lower() in _ENDINGS and "." in name:
        return True
    return _NAMES.match(name) is not None or _FOLDERS.search(path) is not None


_COMMON: dict[str, tuple[str, ...]] = {
    ending: (ending,) for ending in ("json", "toml", "xml", "php", "conf", "ini", "properties")
}
_COMMON |= {"yaml": ("ya?ml", "yaml"), "yml": ("ya?ml", "yml")}
_OPEN = re.compile(r"(?:\[\^/\][+*]|\.\+)[)|$]")
"""A rule with an alternative that ends in anything."""


@cache
def _rules_for(ending: str) -> tuple[tuple[re.Pattern[str], Format], ...]:
    """The rules that can match a name of this ending, in order: most files of a project are JSON or YAML and no secrets."""
    spellings = _COMMON.get(ending)
    if spellings is None:
        return RULES
    return tuple(
        (pattern, form)
        for pattern, form in RULES
        if _OPEN.search(pattern.pattern) or any(spelling in pattern.pattern for spelling in spellings)
    )


_SNIFFED: Final = _maybe("json.credential", "cloud", documents.parse_json, 64 * 1024)


def sniffed(path: str) -> Format | None:
    """For a JSON file whose name says nothing: a small one may be a credential file all the same, as its content says."""
    return _SNIFFED if path.lower().endswith(".json") and not _NOT_SECRET.search(path) else None


def recognise(path: str) -> Format | None:
    """The format a path (``/``-separated, absolute or relative) suggests; ``None`` for all other files and for templates."""
    if not _plausible(path):
        return None
    if _NOT_SECRET.search(path) and not path.endswith("-cert.pub"):
        return None
    return next((form for pattern, form in _rules_for(path.rpartition(".")[2].lower()) if pattern.search(path)), None)
