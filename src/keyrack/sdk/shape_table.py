"""Token formats by their issuer's own prefix. Data only; :mod:`keyrack.sdk.shapes` reads it.

Sources: each vendor's token-format page (GitHub "About authentication to GitHub", GitLab "Token overview", Slack "Token types",
Anthropic and OpenAI API-key pages) and the public rule sets of gitleaks and Kingfisher. ``person`` is set only where the format
itself says that a human's account stands behind the token; formats that people and robots share (``glpat-``, ``npm_``) leave it
out.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from keyrack.records.credential import CredentialKind


class Format(NamedTuple):
    """One token format: a pattern for the whole value, who accepts it, what it is, and whose it must be."""

    pattern: re.Pattern[str]
    issuer: str
    kind: CredentialKind
    person: str | None = None


def _format(pattern: str, issuer: str, kind: CredentialKind = "api_token", person: str | None = None) -> Format:
    return Format(re.compile(pattern), issuer, kind, person)


_WORD = r"[A-Za-z0-9_\-]"

FORMATS: Final[tuple[Format, ...]] = (
    # Source forges
    _format(r"ghp_[A-Za-z0-9]{30,}", "github", person="classic personal access token (ghp_)"),
    _format(r"github_pat_[A-Za-z0-9_]{40,}", "github", person="fine-grained personal access token (github_pat_)"),
    _format(r"gho_[A-Za-z0-9]{30,}", "github", person="OAuth token on behalf of a user (gho_)"),
    _format(r"ghu_[A-Za-z0-9]{30,}", "github", person="GitHub App token on behalf of a user (ghu_)"),
    _format(r"ghr_[A-Za-z0-9]{30,}", "github", "refresh_token", "refresh token of a user's session (ghr_)"),
    _format(r"ghs_[A-Za-z0-9_.\-]{30,}", "github", "session_token"),
    _format(rf"glpat-{_WORD}{{20,}}(?:\.[A-Za-z0-9.]+)?", "gitlab"),
    _format(rf"glft-{_WORD}{{20,}}", "gitlab", person="personal feed token (glft-)"),
    _format(rf"gloas-{_WORD}{{40,}}", "gitlab", "oauth_secret"),
    _format(rf"glcbt-{_WORD}{{10,}}", "gitlab", "session_token"),
    _format(rf"gl(?:dt|rt|ptt|agent|soat|imt|ffct)-{_WORD}{{20,}}(?:\.[A-Za-z0-9.]+)?", "gitlab"),
    _format(r"ATBB[A-Za-z0-9_=.\-]{24,}", "bitbucket", person="app password of a user (ATBB)"),
    _format(r"ATCTT3[A-Za-z0-9_=.\-]{40,}", "bitbucket"),
    _format(r"ATATT3[A-Za-z0-9_=.\-]{40,}", "atlassian"),
    # Registries
    _format(r"npm_[A-Za-z0-9]{36,}", "npm"),
    _format(r"pypi-[A-Za-z0-9_\-]{50,}", "pypi"),
    _format(r"dckr_pat_[A-Za-z0-9_\-]{20,}", "docker", person="personal access token (dckr_pat_)"),
    _format(r"dckr_oat_[A-Za-z0-9_\-]{20,}", "docker"),
    _format(r"rubygems_[a-f0-9]{40,}", "rubygems"),
    # Models
    _format(rf"sk-ant-oat\d*-{_WORD}{{20,}}", "anthropic", "session_token", "OAuth session of a person (sk-ant-oat)"),
    _format(rf"sk-ant-ort\d*-{_WORD}{{20,}}", "anthropic", "refresh_token", "OAuth session of a person (sk-ant-ort)"),
    _format(rf"sk-ant-sid\d*-{_WORD}{{20,}}", "anthropic", "session_token", "web session of a person (sk-ant-sid)"),
    _format(rf"sk-ant-(?:api|admin)\d*-{_WORD}{{20,}}", "anthropic"),
    _format(r"sk-or-(?:v1-)?[A-Za-z0-9]{32,}", "openrouter"),
    _format(rf"sk-(?:proj|svcacct|admin|None|service)-{_WORD}{{20,}}", "openai"),
    _format(r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", "openai", person="legacy key of a user (sk-)"),
    _format(r"sk-lf-[a-f0-9\-]{36}", "langfuse"),
    _format(r"gsk_[A-Za-z0-9]{40,}", "groq"),
    _format(r"xai-[A-Za-z0-9]{60,}", "xai"),
    _format(r"pplx-[A-Za-z0-9]{40,}", "perplexity"),
    _format(r"hf_[A-Za-z0-9]{30,}", "huggingface"),
    _format(r"api_org_[A-Za-z0-9]{30,}", "huggingface"),
    _format(r"r8_[A-Za-z0-9]{37,}", "replicate"),
    _format(r"tvly-[A-Za-z0-9\-]{20,}", "tavily"),
    _format(r"fc-[a-f0-9]{32}", "firecrawl"),
    _format(r"pcsk_[A-Za-z0-9_]{40,}", "pinecone"),
    _format(r"lsv2_pt_[a-f0-9_]{32,}", "langsmith", person="personal access token (lsv2_pt_)"),
    _format(r"lsv2_sk_[a-f0-9_]{32,}", "langsmith"),
    # Talk and work
    _format(r"xoxb-[A-Za-z0-9\-]{20,}", "slack"),
    _format(r"xoxp-[A-Za-z0-9\-]{20,}", "slack", person="user token (xoxp-)"),
    _format(r"xoxe\.xoxp-[A-Za-z0-9\-]{20,}", "slack", person="rotating user token (xoxe.xoxp-)"),
    _format(r"xox[scd]-[A-Za-z0-9%/+=\-]{20,}", "slack", "session_token", "browser session of a user (xoxs/xoxc/xoxd)"),
    _format(r"xoxe(?:\.xoxb)?-[A-Za-z0-9\-]{20,}", "slack", "refresh_token"),
    _format(r"xox[aro]-[A-Za-z0-9\-]{20,}", "slack"),
    _format(r"xapp-\d-[A-Za-z0-9\-]{20,}", "slack"),
    _format(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}", "slack", "secret"),
    _format(r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_\-]{40,}", "discord", "secret"),
    _format(r"\d{8,12}:AA[A-Za-z0-9_\-]{32,}", "telegram"),
    _format(r"ntn_[A-Za-z0-9]{40,}", "notion"),
    _format(r"secret_[A-Za-z0-9]{43}", "notion"),
    _format(r"lin_api_[A-Za-z0-9]{32,}", "linear", person="personal API key (lin_api_)"),
    _format(r"lin_oauth_[A-Za-z0-9]{40,}", "linear"),
    _format(rf"figd_{_WORD}{{30,}}", "figma", person="personal access token (figd_)"),
    _format(r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", "airtable", person="personal access token (pat)"),
    _format(r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}", "postman"),
    _format(r"sntrys_[A-Za-z0-9_+/=\-]{40,}", "sentry"),
    _format(r"sntryu_[a-f0-9]{60,}", "sentry", person="user token (sntryu_)"),
    # Payments, mail, observability
    _format(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}", "stripe"),
    _format(r"whsec_[A-Za-z0-9+/=]{24,}", "stripe", "signing_key"),
    _format(r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}", "sendgrid"),
    _format(r"key-[a-f0-9]{32}", "mailgun"),
    _format(r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}", "resend"),
    _format(r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}", "grafana"),
    _format(r"glc_[A-Za-z0-9+/=]{32,}", "grafana"),
    _format(r"NRAK-[A-Z0-9]{27}", "newrelic", person="user key (NRAK-)"),
    _format(r"dapi[a-f0-9]{32}(?:-\d)?", "databricks"),
    _format(r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", "shopify"),
    # Clouds and platforms
    _format(r"ABSK[A-Za-z0-9+/=]{40,}", "aws"),
    _format(r"bedrock-api-key-[A-Za-z0-9+/=]{40,}", "aws", "session_token"),
    _format(r"AIza[A-Za-z0-9_\-]{35}", "google"),
    _format(r"ya29\.c\.[A-Za-z0-9_.\-]{20,}", "google", "session_token"),
    _format(r"ya29\.[A-Za-z0-9_.\-]{20,}", "google", "session_token", "OAuth access token on behalf of a user (ya29.)"),
    _format(r"1//0[A-Za-z0-9_\-]{40,}", "google", "refresh_token", "OAuth refresh token of a user (1//)"),
    _format(r"GOCSPX-[A-Za-z0-9_\-]{28}", "google", "oauth_secret"),
    _format(r"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}", "azure", "oauth_secret"),
    _format(r"(?:dop|doo)_v1_[a-f0-9]{64}", "digitalocean"),
    _format(r"dor_v1_[a-f0-9]{64}", "digitalocean", "refresh_token"),
    _format(r"hv[sbr]\.[A-Za-z0-9_\-]{24,}", "vault"),
    _format(r"tskey-(?:auth|api|client|webhook)-[A-Za-z0-9\-]{20,}", "tailscale"),
    _format(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-]{60,}", "terraform"),
    _format(r"pul-[a-f0-9]{40}", "pulumi"),
    _format(r"dp\.(?:st|sa|scim|audit|ct)\.[A-Za-z0-9.\-_]{40,}", "doppler"),
    _format(r"dp\.pt\.[A-Za-z0-9]{40,}", "doppler", person="personal token (dp.pt.)"),
    _format(r"sbp_[a-f0-9]{40}", "supabase", person="personal access token (sbp_)"),
    _format(r"sb_secret_[A-Za-z0-9_\-]{20,}", "supabase"),
    _format(r"napi_[a-z0-9]{40,}", "neon"),
    _format(r"nfp_[A-Za-z0-9]{36}", "netlify", person="personal access token (nfp_)"),
    _format(r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.\-]{30,}", "planetscale"),
    _format(r"CCIPAT_[A-Za-z0-9]{16,}_[a-f0-9]{40}", "circleci", person="personal API token (CCIPAT_)"),
    _format(r"CCIPRJ_[A-Za-z0-9]{16,}_[a-f0-9]{40}", "circleci"),
    _format(r"bkua_[a-f0-9]{40}", "buildkite", person="API access token of a user (bkua_)"),
    _format(r"ops_eyJ[A-Za-z0-9_\-=]{100,}", "1password"),
    _format(r"AGE-SECRET-KEY-1[A-Z0-9]{58}", "age", "private_key"),
)
"""Tried in order; the first whole match wins."""

HINTS: Final[tuple[tuple[str, str], ...]] = (
    ("github", "github"), ("gh_token", "github"), ("gitlab", "gitlab"), ("bitbucket", "bitbucket"),
    ("jira", "atlassian"), ("confluence", "atlassian"), ("atlassian", "atlassian"),
    ("openrouter", "openrouter"), ("openai", "openai"), ("anthropic", "anthropic"), ("claude", "anthropic"),
    ("slack", "slack"), ("stripe", "stripe"), ("huggingface", "huggingface"), ("hf_", "huggingface"),
    ("npm_", "npm"), ("pypi", "pypi"), ("twine", "pypi"), ("docker", "docker"),
    ("azure", "azure"), ("arm_client", "azure"), ("gcp", "gcp"), ("gemini", "google"), ("google", "google"),
    ("aws", "aws"), ("bedrock", "aws"), ("datadog", "datadog"), ("dd_api", "datadog"), ("dd_app", "datadog"),
    ("sendgrid", "sendgrid"), ("twilio", "twilio"), ("vault_", "vault"), ("tfe_", "terraform"), ("tf_token", "terraform"),
    ("notion", "notion"), ("linear", "linear"), ("sentry", "sentry"), ("grafana", "grafana"), ("figma", "figma"),
    ("brave", "brave"), ("tavily", "tavily"), ("exa_", "exa"), ("firecrawl", "firecrawl"), ("supabase", "supabase"),
    ("cloudflare", "cloudflare"), ("cf_api", "cloudflare"), ("shopify", "shopify"), ("hubspot", "hubspot"),
    ("airtable", "airtable"), ("perplexity", "perplexity"), ("mistral", "mistral"), ("groq", "groq"), ("snowflake", "snowflake"),
    ("databricks", "databricks"), ("pagerduty", "pagerduty"), ("discord", "discord"), ("telegram", "telegram"),
    ("postgres", "database"), ("pgpassword", "database"), ("mysql", "database"), ("mongo", "database"), ("redis", "database"),
    ("database", "database"), ("db_", "database"), ("mssql", "database"), ("clickhouse", "database"),
)  # fmt: skip
"""A word in a variable's name and the issuer it speaks of; first hit wins."""

DATABASE_SCHEMES: Final[frozenset[str]] = frozenset(
    """
    postgres postgresql mysql mysql2 mariadb mongodb redis rediss amqp amqps mssql sqlserver clickhouse cockroachdb
    oracle neo4j bolt elasticsearch couchbase memcached nats cassandra snowflake redshift db2 ldap ldaps
    """.split()  # noqa: SIM905 - thirty quoted words are harder to read
)
"""URL schemes (the part before any ``+driver``) whose userinfo is a login to a data store or broker."""
