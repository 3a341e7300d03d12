"""What the aws provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

from keyrack.records import Credential, Event, Grant, Identity, Ownership, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

_LAG = "AWS updates last-used data up to four hours late"


def _needs(why: str, *names: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(name, why, optional) for name in names)


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"aws.{name}", title, yields, permissions, blind, calls)


_INVENTORY = (
    _sees(
        "account",
        "account, root user, password policy",
        (Resource, Identity, Credential, Usage),
        _needs(
            "name the account and judge its root user",
            "sts:GetCallerIdentity",
            "iam:GetAccountSummary",
            "iam:ListAccountAliases",
            "iam:GetAccountPasswordPolicy",
        ),
        "4",
        "the ids of the root user's access keys: AWS tells them to nobody but the root user",
    ),
    _sees(
        "iam",
        "users, groups, roles, policies, trusts, role last used",
        (Identity, Grant, Policy, Trust, Resource, Ownership, Usage),
        (
            *_needs("the whole of IAM in bulk", "iam:GetAccountAuthorizationDetails"),
            *_needs("policies the bulk call leaves out", "iam:GetPolicy", "iam:GetPolicyVersion", optional=True),
        ),
        "pages of GetAccountAuthorizationDetails (up to 1,000 entities each) + 2 per attached policy left out of it",
        "session policies: they come with each sign-in and are stored nowhere",
        f"role last used reaches back 400 days, and {_LAG}",
    ),
    _sees(
        "credential_report",
        "passwords, MFA, use of keys",
        (Credential, Usage, Identity),
        _needs(
            "password, MFA and last-used facts of all users at once", "iam:GenerateCredentialReport", "iam:GetCredentialReport"
        ),
        "2 to 10, whatever the number of users",
        "AWS makes a new report at most every four hours; a user changed since shows the older state",
    ),
    _sees(
        "access_keys",
        "ids and states of access keys",
        (Credential, Usage),
        (
            *_needs("ids of access keys, to match keys found in code", "iam:ListAccessKeys"),
            *_needs("last use of keys that the report does not know", "iam:GetAccessKeyLastUsed", optional=True),
        ),
        "1 per user that has an access key (or is younger than the report) + 1 per key the report does not know",
        "a key made after the credential report for a user that had none; deleted keys",
    ),
    _sees(
        "signing_certificates",
        "X.509 signing certificates of users",
        (Credential,),
        _needs("ids and expiry of signing certificates", "iam:ListSigningCertificates"),
        "1 per user whose report shows a signing certificate",
        "AWS does not report their use",
    ),
    _sees(
        "ssh_keys",
        "SSH public keys of users",
        (Credential,),
        _needs("SSH keys for CodeCommit", "iam:ListSSHPublicKeys"),
        "1 per user that may use CodeCommit; with --aws-all-ssh-keys 1 per user",
        "AWS does not report their use; keys of users without CodeCommit permission are left out unless asked for",
    ),
    _sees(
        "service_credentials",
        "service-specific credentials and Bedrock API keys",
        (Credential,),
        _needs("passwords and API keys for single services", "iam:ListServiceSpecificCredentials"),
        "pages of ListServiceSpecificCredentials for all users",
        "AWS does not report their use; short-term Bedrock keys leave no trace in IAM",
    ),
    _sees(
        "server_certificates",
        "server certificates kept in IAM",
        (Credential,),
        _needs("expiry and strength of server certificates", "iam:ListServerCertificates", "iam:GetServerCertificate"),
        "1 + 1 per server certificate (default quota 20)",
        "which load balancer uses one",
    ),
    _sees(
        "federation",
        "OIDC and SAML providers",
        (Resource,),
        _needs(
            "who may sign in from outside",
            "iam:ListOpenIDConnectProviders",
            "iam:GetOpenIDConnectProvider",
            "iam:ListSAMLProviders",
        ),
        "2 + 1 per OIDC provider (default quota 100)",
        "IAM Roles Anywhere trust anchors; IAM Identity Center's own users",
    ),
    _sees(
        "organization",
        "accounts of the organisation",
        (Resource,),
        _needs("tell own accounts from strangers'", "organizations:ListAccounts", optional=True),
        "1 per 20 accounts",
        "works only in the management account or a delegated administrator's",
    ),
    _sees(
        "control_policies",
        "service and resource control policies above the account",
        (Policy,),
        _needs(
            "what the organisation forbids this account",
            "organizations:DescribeOrganization",
            "organizations:ListParents",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
            optional=True,
        ),
        "1 + 1 per level + 2 per level (at most 7) + 1 per control policy",
        "readable only in the management account or a delegated administrator's; elsewhere verdicts assume there is none",
    ),
    _sees(
        "service_last_accessed",
        "use by service (on request)",
        (Usage,),
        _needs("unused services", "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails", optional=True),
        "none unless asked for; then 2 or more per user and role",
        f"denied attempts count as use; data reaches back 400 days; {_LAG}",
    ),
)

_REGIONAL = (
    _sees(
        "resource_policies",
        "policies of buckets, keys, secrets and functions (on request)",
        (Policy, Resource),
        _needs(
            "what resources themselves grant and deny",
            "s3:ListAllMyBuckets",
            "s3:GetBucketPolicy",
            "kms:ListKeys",
            "kms:GetKeyPolicy",
            "secretsmanager:ListSecrets",
            "secretsmanager:GetResourcePolicy",
            "lambda:ListFunctions",
            "lambda:GetPolicy",
            optional=True,
        ),
        "none unless asked for; then 1 per bucket, key, secret and function and the listings once more (AWS has no bulk call)",
        "policies of other services (queues, topics, registries...); KMS grants; access point and VPC endpoint policies",
    ),
    _sees(
        "regions",
        "which regions are looked at",
        (Resource,),
        _needs("list enabled regions", "ec2:DescribeRegions", optional=True),
        "1 with --aws-regions all",
        "without --aws-regions only the session's own region is looked at",
    ),
    _sees(
        "secrets",
        "Secrets Manager",
        (Resource, Credential, Placement, Usage),
        _needs("age, rotation and last read of secrets", "secretsmanager:ListSecrets"),
        "1 per 100 secrets and region",
        "values are never read, so a secret is not matched to copies elsewhere; last read is a date without time",
    ),
    _sees(
        "parameters",
        "SSM SecureString parameters",
        (Resource, Credential, Placement),
        _needs("age of stored secrets", "ssm:DescribeParameters"),
        "1 per 50 parameters and region",
        "AWS does not report reads; no tags",
    ),
    _sees(
        "parameter_values",
        "secrets in plain SSM parameters (on request)",
        (Resource, Credential, Placement),
        _needs("recognise secrets in plain parameters", "ssm:GetParameters", optional=True),
        "none unless asked for; then the listing once more + 1 per 10 plain parameters with a secret-looking name",
        "plain parameters whose name does not look like a secret's",
    ),
    _sees(
        "kms",
        "KMS keys",
        (Resource,),
        _needs("rotation and manager of keys", "kms:ListKeys", "kms:DescribeKey", "kms:GetKeyRotationStatus"),
        "pages + 1 per key + 1 per customer-managed symmetric key and region (KMS has no bulk call)",
        "key policies and grants",
    ),
    _sees(
        "certificates",
        "ACM certificates",
        (Credential,),
        _needs("expiry and use of certificates", "acm:ListCertificates"),
        "1 per 1,000 certificates and region",
        "serial numbers and thumbprints, so a copy on a host is not matched",
    ),
    _sees(
        "resource_tags",
        "tags of Lambda functions in bulk",
        (Resource, Ownership),
        _needs("environment and owner of functions", "tag:GetResources", optional=True),
        "1 per 100 tagged functions and region",
        "resources that never had a tag",
    ),
    _sees(
        "lambda",
        "Lambda functions",
        (Resource, Trust, Credential, Placement, Ownership),
        _needs("roles and environment of functions", "lambda:ListFunctions"),
        "1 per 50 functions and region",
        "published versions and aliases; environments encrypted with a key we may not use",
    ),
    _sees(
        "ecs",
        "ECS task definitions",
        (Resource, Trust, Credential, Placement, Ownership),
        _needs("roles and environment of tasks", "ecs:ListTaskDefinitionFamilies", "ecs:DescribeTaskDefinition"),
        "1 per 100 families + 1 per family and region (ECS has no bulk call)",
        "older revisions that still run",
    ),
    _sees(
        "codebuild",
        "CodeBuild projects and source tokens",
        (Resource, Trust, Credential, Placement, Ownership),
        _needs(
            "roles, environment and source tokens of builds",
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListSourceCredentials",
        ),
        "1 + 1 per 100 projects + 1, and region",
        "variables set in buildspec files",
    ),
    _sees(
        "ec2",
        "EC2 instances",
        (Resource, Trust, Ownership),
        _needs("roles and metadata settings of instances", "ec2:DescribeInstances"),
        "1 per page of reservations and region",
        "what runs inside an instance",
    ),
    _sees(
        "user_data",
        "start-up scripts of instances (on request)",
        (Credential, Placement),
        _needs("recognise secrets in start-up scripts", "ec2:DescribeInstanceAttribute", optional=True),
        "none unless asked for; then 1 per instance",
        "launch templates; secrets that are not assigned to a name",
    ),
)

_LOGS = (
    _sees(
        "events",
        "logged calls (keyrack usage ingest)",
        (Event,),
        (
            *_needs("the event history of 90 days: `keyrack usage ingest aws`", "cloudtrail:LookupEvents", optional=True),
            *_needs(
                "a trail's bucket: `keyrack usage ingest s3://...`", "s3:ListBucket", "s3:GetObject", "kms:Decrypt", optional=True
            ),
        ),
        "none in a scan; LookupEvents 1 per 50 events (2 a second), a bucket 1 per 1,000 objects + 1 per object",
        "data events (objects read, functions called...) unless the trail records them; the event history never does",
    ),
)

MANIFEST = Manifest(
    name="aws",
    title="Amazon Web Services",
    summary="One AWS account: IAM, credentials and their use, stores, certificates, workloads; or IAM from files, offline.",
    capabilities=(*_INVENTORY, *_REGIONAL, *_LOGS),
    options=(
        Option("endpoint_url", "--aws-endpoint-url", "endpoint of an emulator or a private link"),
        Option("profile", "--aws-profile", "profile of the AWS configuration"),
        Option("region", "--aws-region", "region of regional services"),
        Option("regions", "--aws-regions", "regions to look at: a comma list, or all"),
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
)
