"""What the aws provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

from keyrack.providers.aws.capabilities_account import ACCOUNT, LOGS
from keyrack.providers.aws.capabilities_regional import REGIONAL
from keyrack.providers.aws.grant import stackset
from keyrack.providers.aws.words import WORDS
from keyrack.sdk import Manifest, Option

MANIFEST = Manifest(
    name="aws",
    title="Amazon Web Services",
    summary="An account or an organisation: IAM, Identity Center, credentials and their use, stores, workloads; or IAM files.",
    capabilities=(*ACCOUNT, *REGIONAL, *LOGS),
    options=(
        Option("endpoint_url", "--aws-endpoint-url", "endpoint of an emulator or a private link"),
        Option("profile", "--aws-profile", "profile of the AWS configuration"),
        Option("region", "--aws-region", "region of regional services"),
        Option("regions", "--aws-regions", "regions to look at: a comma list, or all"),
        Option("timeout", "--aws-timeout", "seconds to wait for an answer (default 30)"),
        Option("trail_bucket", "--aws-trail-bucket", "bucket of a trail to follow for logs: s3://bucket/prefix"),
        Option("organization", "--aws-organization", "look at every account of the organisation", "switch"),
        Option("role", "--aws-role", "role to become in each account (default KeyrackRead)"),
        Option("account", "--aws-account", "become the role in this account"),
        Option("external_id", "--aws-external-id", "external id that the role asks for"),
        Option(
            "authorization_details", "--aws-authorization-details", "file of get-account-authorization-details (offline)", "path"
        ),
        Option("credential_report", "--aws-credential-report", "credential report, CSV or JSON (offline)", "path"),
        Option("service_last_accessed", "--aws-last-accessed", "ask for use by service: one job per identity", "switch"),
        Option("all_ssh_keys", "--aws-all-ssh-keys", "list SSH public keys of every user", "switch"),
        Option(
            "read_plain_parameters",
            "--aws-read-plain-parameters",
            "read plain SSM parameters with secret-looking names",
            "switch",
        ),
        Option("resource_policies", "--aws-resource-policies", "read policies of buckets, keys, secrets, functions", "switch"),
        Option("user_data", "--aws-user-data", "read start-up scripts of EC2 instances", "switch"),
    ),
    target="name",
    policy_format="aws-iam",
    extra="aws",
    libraries=("boto3",),
    words=WORDS,
    forms={"stackset": stackset},
)
