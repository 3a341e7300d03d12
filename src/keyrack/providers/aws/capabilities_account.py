"""What is seen once for an account: IAM, its organisation, Identity Center, logs."""

from __future__ import annotations

from keyrack.providers.aws.capability import LAG, needs, sees
from keyrack.records import Credential, Event, Grant, Identity, Ownership, Person, Policy, Resource, Trust, Usage
from keyrack.sdk import Permission

ACCOUNT = (
    sees(
        "account",
        "account, root user, password policy",
        (Resource, Identity, Credential, Usage),
        needs(
            "name the account and judge its root user",
            "sts:GetCallerIdentity",
            "iam:GetAccountSummary",
            "iam:ListAccountAliases",
            "iam:GetAccountPasswordPolicy",
        ),
        "4",
        "the ids of the root user's access keys: AWS tells them to nobody but the root user",
    ),
    sees(
        "iam",
        "users, groups, roles, policies, trusts, role last used",
        (Identity, Grant, Policy, Trust, Resource, Ownership, Usage),
        (
            *needs("the whole of IAM in bulk", "iam:GetAccountAuthorizationDetails"),
            *needs("policies the bulk call leaves out", "iam:GetPolicy", "iam:GetPolicyVersion", optional=True),
        ),
        "pages of GetAccountAuthorizationDetails (up to 1,000 entities each) + 2 per attached policy left out of it",
        "session policies: they come with each sign-in and are stored nowhere",
        f"role last used reaches back 400 days, and {LAG}",
    ),
    sees(
        "credential_report",
        "passwords, MFA, use of keys",
        (Credential, Usage, Identity),
        needs(
            "password, MFA and last-used facts of all users at once", "iam:GenerateCredentialReport", "iam:GetCredentialReport"
        ),
        "2 to 10, whatever the number of users",
        "AWS makes a new report at most every four hours; a user changed since shows the older state",
    ),
    sees(
        "access_keys",
        "ids and states of access keys",
        (Credential, Usage),
        (
            *needs("ids of access keys, to match keys found in code", "iam:ListAccessKeys"),
            *needs("last use of keys that the report does not know", "iam:GetAccessKeyLastUsed", optional=True),
        ),
        "1 per user that has an access key (or is younger than the report) + 1 per key the report does not know",
        "a key made after the credential report for a user that had none; deleted keys",
    ),
    sees(
        "signing_certificates",
        "X.509 signing certificates of users",
        (Credential,),
        needs("ids and expiry of signing certificates", "iam:ListSigningCertificates"),
        "1 per user whose report shows a signing certificate",
        "AWS does not report their use",
    ),
    sees(
        "ssh_keys",
        "SSH public keys of users",
        (Credential,),
        needs("SSH keys for CodeCommit", "iam:ListSSHPublicKeys"),
        "1 per user that may use CodeCommit; with --aws-all-ssh-keys 1 per user",
        "AWS does not report their use; keys of users without CodeCommit permission are left out unless asked for",
    ),
    sees(
        "service_credentials",
        "service-specific credentials and Bedrock API keys",
        (Credential,),
        needs("passwords and API keys for single services", "iam:ListServiceSpecificCredentials"),
        "pages of ListServiceSpecificCredentials for all users",
        "AWS does not report their use; short-term Bedrock keys leave no trace in IAM",
    ),
    sees(
        "server_certificates",
        "server certificates kept in IAM",
        (Credential,),
        needs("expiry and strength of server certificates", "iam:ListServerCertificates", "iam:GetServerCertificate"),
        "1 + 1 per server certificate (default quota 20)",
        "which load balancer uses one",
    ),
    sees(
        "federation",
        "OIDC and SAML providers",
        (Resource,),
        needs(
            "who may sign in from outside",
            "iam:ListOpenIDConnectProviders",
            "iam:GetOpenIDConnectProvider",
            "iam:ListSAMLProviders",
        ),
        "2 + 1 per OIDC provider (default quota 100)",
        "how many sign-ins came through each",
    ),
    sees(
        "organization",
        "accounts of the organisation",
        (Resource,),
        (
            *needs(
                "tell own accounts from strangers', and look at each with --aws-organization",
                "organizations:ListAccounts",
                optional=True,
            ),
            Permission(
                "sts:AssumeRole",
                "become the role that looks at an account, with --aws-organization",
                optional=True,
                on="arn:aws:iam::*:role/KeyrackRead",
            ),
        ),
        "1 per 20 accounts; with --aws-organization 4 more for each account (its role and who we are, twice)",
        "works only in the management account or a delegated administrator's",
    ),
    sees(
        "control_policies",
        "service and resource control policies above the account",
        (Policy,),
        needs(
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
    sees(
        "identity_center",
        "IAM Identity Center: permission sets, assignments, applications, token issuers, people",
        (Resource, Identity, Grant, Trust, Person),
        (
            *needs(
                "who becomes what in which account",
                "sso:ListInstances",
                "sso:ListPermissionSets",
                "sso:DescribePermissionSet",
                "sso:ListManagedPoliciesInPermissionSet",
                "sso:GetInlinePolicyForPermissionSet",
                "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
                "sso:GetPermissionsBoundaryForPermissionSet",
                "sso:ListAccountsForProvisionedPermissionSet",
                "sso:ListAccountAssignments",
                "sso:ListApplications",
                "sso:ListApplicationAssignments",
                "sso:ListTrustedTokenIssuers",
                "sso:DescribeTrustedTokenIssuer",
            ),
            *needs(
                "the people behind the assignments",
                "identitystore:ListUsers",
                "identitystore:ListGroups",
                "identitystore:ListGroupMemberships",
            ),
            *needs("who administers it for the organisation", "organizations:ListDelegatedAdministrators", optional=True),
        ),
        "1 per region without an instance; else 5 + 6 per permission set + 1 per permission set and account + 1 per application "
        "+ 1 per token issuer + 1 per assigned group + users/100 + groups/100",
        "readable only in the management account or a delegated administrator's; elsewhere there seems to be no instance",
        "customer managed policies of a permission set in other accounts; sign-ins of people; access tokens of applications",
    ),
    sees(
        "service_last_accessed",
        "use by service (on request)",
        (Usage,),
        needs("unused services", "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails", optional=True),
        "none unless asked for; then 2 or more per user and role",
        f"denied attempts count as use; data reaches back 400 days; {LAG}",
    ),
)

LOGS = (
    sees(
        "events",
        "logged calls (keyrack usage ingest)",
        (Event,),
        (
            *needs("the event history of 90 days: `keyrack usage ingest aws`", "cloudtrail:LookupEvents", optional=True),
            *needs(
                "a trail's bucket: trail_bucket, or s3://...",
                "s3:ListBucket",
                "s3:GetObject",
                "kms:Decrypt",
                optional=True,
            ),
        ),
        "none in a scan; LookupEvents 1 per 50 events (2 a second); a bucket 1 per account + 1 per 1,000 objects + 1 per object",
        "data events (objects read, functions called...) unless the trail records them; the event history never does",
    ),
)
