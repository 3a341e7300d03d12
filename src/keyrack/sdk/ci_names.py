"""Names in CI systems: which cloud's long-lived key a secret of that name holds, which environment a name speaks of. Pure."""

from __future__ import annotations

import re

from keyrack.records.identity import Environment

_CLOUD = (
    (
        "aws",
        re.compile(
            r"(?:^|_)AWS_?(?:(?:\w+_)?(?:SECRET_)?ACCESS_?KEY(?:_?ID)?(?:_|$)|(?:SECRET_)?KEY_ID(?:_|$)|SECRET_KEY(?:_|$)|SECRET$)"
        ),
    ),
    (
        "gcp",
        re.compile(
            r"(?:^|_)(?:GOOGLE|GCP|GCLOUD|GCR|GKE|GAR|FIREBASE|CLOUDSDK)_(?:\w+_)?"
            r"(?:CREDENTIALS?|(?:SA|SERVICE(?:_ACCOUNT)?)_?(?:KEY|JSON|CREDENTIALS))(?:_JSON|_FILE|_BASE64|_B64)?(?:_|$)"
            r"|(?:^|_)(?:GCP|GCLOUD|GCR|GKE)_(?:JSON_)?KEY(?:_?FILE|_JSON)?(?:_|$)|^(?:GCP|GOOGLE|GCLOUD)_SA$"
        ),
    ),
    (
        "azure",
        re.compile(
            r"(?:^|_)AZURE_(?:\w+_)?(?:CREDENTIALS|CREDS|CLIENT_SECRET|SP_PASSWORD|SP_SECRET)(?:_|$)"
            r"|(?:^|_)ARM_CLIENT_SECRET(?:_|$)|^SERVICE_PRINCIPAL_(?:KEY|SECRET|PASSWORD)$"
        ),
    ),
)
_NOT_CLOUD = re.compile(r"WORKLOAD_IDENTITY|PUBLIC_KEY|KMS_KEY|SSH_KEY|KEY_?PAIR|KEY_?VAULT|API_KEY|ENCRYPTION|KEY_NAME|PROVIDER")
_PROD = re.compile(r"(?:^|[^a-z])(?:prod|production|prd|live|release)(?:$|[^a-z])")
_NONPROD = re.compile(
    r"(?:^|[^a-z])(?:dev|develop|development|test|testing|tests|qa|uat|stag|staging|stage|stg|sandbox|sbx|preview|preprod|"
    r"pre-prod|pre-production|preproduction|non-?prod|nonproduction|demo|review|integration|int|acc|acceptance|ci|local|lab|canary-dev)(?:$|[^a-z])"
)


def cloud_of(name: str) -> str:
    """Cloud (aws, gcp, azure) whose long-lived key a secret, variable or input of that name holds; empty: none known.

    The names are those the clouds' own tools read (AWS CLI, Terraform's google/azurerm providers, google-github-actions,
    azure/login) with the prefixes and suffixes people add (``PROD_AWS_SECRET_ACCESS_KEY``, ``GCP_SA_KEY_STAGING``).
    """
    upper = name.upper().replace("-", "_").replace(".", "_")
    if _NOT_CLOUD.search(upper):
        return ""
    return next((cloud for cloud, pattern in _CLOUD if pattern.search(upper)), "")


def environment_of(name: str) -> Environment | None:
    """Whether prod or nonprod, by the name of a deployment environment, context or job; ``None`` when it does not say."""
    lowered = name.lower()
    if "$" in lowered:
        return None
    if _NONPROD.search(lowered):
        return "nonprod"
    return "prod" if _PROD.search(lowered) else None
