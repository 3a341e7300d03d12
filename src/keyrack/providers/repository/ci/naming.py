"""Reading names: long-lived cloud keys, environments, pins of actions and images. Pure tables and regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyrack.records.identity import Environment
from keyrack.records.trust import SubjectKind

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
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TAG = re.compile(r"v?\d+(?:\.(?:\d+|x|\*))*(?:[-+.]?[0-9A-Za-z.+-]+)?|[\w.-]+[@/-]v?\d+\.\d+[\w.+-]*", re.ASCII)
_IMAGE = re.compile(r"[A-Za-z0-9][\w.:/@+-]*", re.ASCII)


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


def pin_of(ref: str) -> str:
    """How firmly a git ref pins: ``sha`` (full commit), ``tag`` (looks like a version), ``branch``, ``none`` (no ref)."""
    if not ref:
        return "none"
    if _SHA.fullmatch(ref.lower()):
        return "sha"
    return "tag" if _TAG.fullmatch(ref) else "branch"


@dataclass(frozen=True, slots=True)
class Image:
    """A container image reference in its normal form (docker.io/library made explicit)."""

    subject: str
    publisher: str
    ref: str
    pin: str
    registry: str

    def relation(self, owner: str) -> SubjectKind:
        """same_account when the publisher is the repository's owner, else other_account."""
        return "same_account" if owner and self.publisher.lower() == owner.partition("/")[0] else "other_account"


def image_of(reference: str) -> Image | None:
    """Parse an image reference (grammar of distribution/reference); ``None`` when its name is an expression or malformed.

    A variable in the tag leaves the name readable: ``node:$VERSION`` is the image node with an unknown tag.
    """
    text = reference.strip().strip("\"'").removeprefix("docker://")
    name, at, digest = text.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, ""
    if not _IMAGE.fullmatch(head):
        return None
    registry, slash, rest = head.partition("/")
    if not slash or ("." not in registry and ":" not in registry and registry != "localhost"):
        registry, rest = "docker.io", head
    if registry == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    publisher = rest.partition("/")[0] if registry in _SHARED_REGISTRIES else registry
    pin = "sha" if at and digest.startswith("sha256:") else "tag" if tag else "none"
    return Image(f"docker:image/{registry}/{rest}", publisher, digest if pin == "sha" else tag, pin, registry)


_SHARED_REGISTRIES = frozenset(
    {"docker.io", "ghcr.io", "quay.io", "registry.gitlab.com", "public.ecr.aws", "gcr.io", "registry.hub.docker.com"}
)
