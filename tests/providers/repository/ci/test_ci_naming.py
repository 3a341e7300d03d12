"""Names: which are long-lived cloud keys, which environment they speak of, how firmly a reference pins."""

from __future__ import annotations

import pytest

from keyrack.providers.repository.ci.naming import cloud_of, environment_of, image_of, pin_of


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("AWS_ACCESS_KEY_ID", "aws"), ("AWS_SECRET_ACCESS_KEY", "aws"), ("PROD_AWS_SECRET_ACCESS_KEY", "aws"), ("AWS_SECRET_KEY", "aws"),
        ("AWS_ACCESS_KEY_ID_STAGING", "aws"), ("AWS_PROD_ACCESS_KEY_ID", "aws"), ("aws-access-key-id", "aws"), ("AWS_SECRET", "aws"),
        ("GOOGLE_CREDENTIALS", "gcp"), ("GCP_SA_KEY", "gcp"), ("GCP_SA_KEY_PROD", "gcp"), ("GOOGLE_APPLICATION_CREDENTIALS_JSON", "gcp"),
        ("GCLOUD_SERVICE_KEY", "gcp"), ("GCP_SERVICE_ACCOUNT_KEY", "gcp"), ("GKE_KEY", "gcp"), ("FIREBASE_SERVICE_ACCOUNT_KEY", "gcp"),
        ("AZURE_CREDENTIALS", "azure"), ("ARM_CLIENT_SECRET", "azure"), ("AZURE_CLIENT_SECRET", "azure"), ("TF_ARM_CLIENT_SECRET", "azure"),
        ("AWS_ROLE_ARN", ""), ("AWS_REGION", ""), ("AWS_ACCOUNT_ID", ""), ("AWS_SECRET_NAME", ""), ("AWS_KMS_KEY_ID", ""), ("AWS_KEY_PAIR", ""),
        ("AZURE_CLIENT_ID", ""), ("AZURE_TENANT_ID", ""), ("AZURE_SUBSCRIPTION_ID", ""), ("GCP_PROJECT", ""),
        ("GCP_WORKLOAD_IDENTITY_PROVIDER", ""), ("GOOGLE_MAPS_API_KEY", ""), ("GOOGLE_PLAY_API_KEY_BASE64", ""), ("NPM_TOKEN", ""),
        ("DRAWS_ACCESS_KEYS", ""), ("", ""),
    ],
)  # fmt: skip
def test_long_lived_cloud_keys(name, cloud):
    assert cloud_of(name) == cloud


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("production", "prod"), ("prod-eu", "prod"), ("PRD", "prod"), ("live", "prod"),
        ("staging", "nonprod"), ("pre-prod", "nonprod"), ("dev/feature", "nonprod"), ("non-prod", "nonprod"), ("review/x", "nonprod"),
        ("github-pages", None), ("product-catalog", None), ("${{ inputs.environment }}", None), ("", None), ("delivery", None),
    ],
)  # fmt: skip
def test_environments(name, environment):
    assert environment_of(name) == environment


@pytest.mark.parametrize(
    ("ref", "pin"),
    [
        ("e3dd6a429d7300a6a4c196c26e071d42e0343502", "sha"), ("E3DD6A429D7300A6A4C196C26E071D42E0343502", "sha"), ("v4", "tag"), ("v1.2.3", "tag"),
        ("1.2", "tag"), ("v4.0.0-beta.1", "tag"), ("cli-v1.2.0", "tag"), ("main", "branch"), ("release/v1", "branch"), ("e3dd6a4", "branch"),
        ("stable", "branch"), ("", "none"),
    ],
)  # fmt: skip
def test_pins(ref, pin):
    assert pin_of(ref) == pin


@pytest.mark.parametrize(
    ("reference", "subject", "pin"),
    [
        ("node", "docker:image/docker.io/library/node", "none"),
        ("node:20-alpine", "docker:image/docker.io/library/node", "tag"),
        ("node:$VERSION", "docker:image/docker.io/library/node", "tag"),
        ("bitnami/redis@sha256:" + "a" * 64, "docker:image/docker.io/bitnami/redis", "sha"),
        ("localhost:5000/x/y:1", "docker:image/localhost:5000/x/y", "tag"),
        (
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1",
            "docker:image/111122223333.dkr.ecr.eu-west-1.amazonaws.com/app",
            "tag",
        ),
    ],
)
def test_images(reference, subject, pin):
    image = image_of(reference)
    assert image is not None
    assert (image.subject, image.pin) == (subject, pin)


@pytest.mark.parametrize("reference", ["$CI_REGISTRY_IMAGE:latest", "${{ inputs.image }}", "", "not an image"])
def test_computed_images_are_unknown(reference):
    assert image_of(reference) is None
