"""From the engine's rule ids to our words: which kind of credential, and whose. Pure data and a few suffixes."""

from __future__ import annotations

import re
from typing import Final

from keyrack.records.credential import CredentialKind

_NAMESPACE: Final = re.compile(r"^(?:betterleaks\.|veles\.secrets/|keyrack\.|custom\.)")

_ISSUERS: Final[tuple[tuple[str, str], ...]] = (
    ("aws", "aws"),
    ("codecommit", "aws"),
    ("codecatalyst", "aws"),
    ("azure", "azure"),
    ("microsoft", "azure"),
    ("gcp-api", "google"),
    ("gcp-gemini", "google"),
    ("gcp", "gcp"),
    ("google", "google"),
    ("github", "github"),
    ("gitlab", "gitlab"),
    ("bitbucket", "bitbucket"),
    ("npm", "npm"),
    ("pypi", "pypi"),
    ("docker", "docker"),
    ("huggingface", "huggingface"),
    ("hashicorp-tf", "terraform"),
    ("hcp", "hashicorp"),
    ("scalr", "terraform"),
    ("vault", "vault"),
    ("kubernetes", "kubernetes"),
    ("openshift", "kubernetes"),
    ("jwt", "jwt"),
    ("mongodb-connection", "database"),
    ("generic-credential-uri", "database"),
    ("connection-string", "database"),
    ("private-key", "x509"),
    ("curl", "http"),
    ("authorization", "http"),
    ("circleci", "circleci"),
    ("heroku", "heroku"),
    ("digitalocean", "digitalocean"),
    ("cloudflare", "cloudflare"),
    ("packagist", "packagist"),
    ("postman", "postman"),
    ("slack", "slack"),
    ("generic", "unknown"),
    ("credential", "database"),
)
"""First matching beginning of a rule id wins; otherwise the vendor is the id's first word."""

_KINDS: Final[tuple[tuple[str, CredentialKind], ...]] = (
    (r"^aws-(?:access-token|access-key-id|secret-access-key)", "access_key"),
    (r"(?:access-key|access-key-secret|aws-access-token)$", "access_key"),
    (r"private-key$|age-secret-key$", "private_key"),
    (r"connection-string|account-key|credential-uri|sensitive-url", "connection_string"),
    (r"refresh-?token", "refresh_token"),
    (r"session|cookie|sts-|short-lived", "session_token"),
    (r"(?:client|oauth-app|app|consumer|shared|oauth)-secret|oauth-app", "oauth_secret"),
    (r"signing|encryption-key", "signing_key"),
    (r"password|passphrase|curl-auth-user", "password"),
    (r"webhook|kubernetes-secret", "secret"),
    (r"token|api-?key|pat(?:-|$)|key(?:[.-]|$)|jwt|authorization|auth-header", "api_token"),
)


def bare(rule_id: str) -> str:
    """A rule id without its catalogue's name space."""
    return _NAMESPACE.sub("", rule_id)


def issuer(rule_id: str) -> str:
    """Who accepts what this rule finds, in lower case."""
    name = bare(rule_id)
    for beginning, known in _ISSUERS:
        if name.startswith(beginning):
            return known
    return re.split(r"[-./]", name)[0].lower() or "unknown"


def kind(rule_id: str) -> CredentialKind:
    """What this rule finds."""
    name = bare(rule_id)
    return next((known for pattern, known in _KINDS if re.search(pattern, name)), "secret")


def rank(rule_id: str, confidence: str) -> int:
    """Which of two rules that match the same text names it better: higher wins; the generic ones lose to all."""
    name = bare(rule_id)
    if name.startswith("generic-") and rule_id.startswith("keyrack."):
        return 0
    if name in {"authorization-header", "curl-auth-header", "curl-auth-user"}:
        return 1
    if rule_id.startswith("keyrack."):
        return 2
    return 4 if confidence == "high" else 3
