"""What moto lacks, planted into the front: Roles Anywhere, Access Analyzer, EKS access, identity pool roles, Bedrock keys."""

import uuid
from datetime import UTC, datetime, timedelta

from account_seed import OWN, certificate, policy, trust

from keyrack_estate.fakes.aws import State

REGION = "us-east-1"
NOW = datetime.now(UTC).replace(microsecond=0)
ANY_CERTIFICATE = f"arn:aws:iam::{OWN}:role/any-certificate"
BATCH = f"arn:aws:iam::{OWN}:role/batch"
POD = f"arn:aws:iam::{OWN}:role/pod"
SERVICE = {"Service": "rolesanywhere.amazonaws.com"}
ISSUER = f"oidc.eks.{REGION}.amazonaws.com/id/ABCDEF"


def ident(number):
    return str(uuid.UUID(int=number))


def anchor_arn(number=1):
    return f"arn:aws:rolesanywhere:{REGION}:{OWN}:trust-anchor/{ident(number)}"


def anchor(number, pem, *, enabled=True, name="batch-ca"):
    return {
        "trustAnchorId": ident(number), "trustAnchorArn": anchor_arn(number), "name": name, "enabled": enabled,
        "createdAt": NOW, "updatedAt": NOW, "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem}},
    }  # fmt: skip


def profile(number, *roles, enabled=True):
    return {
        "profileId": ident(number), "profileArn": f"arn:aws:rolesanywhere:{REGION}:{OWN}:profile/{ident(number)}", "name": f"p{number}",
        "enabled": enabled, "roleArns": list(roles), "createdAt": NOW, "updatedAt": NOW, "durationSeconds": 3600,
    }  # fmt: skip


def subject(number, name, seen):
    return {
        "subjectId": ident(number), "subjectArn": f"arn:aws:rolesanywhere:{REGION}:{OWN}:subject/{ident(number)}", "enabled": True,
        "x509Subject": name, "lastSeenAt": seen, "createdAt": NOW - timedelta(days=300), "updatedAt": NOW,
    }  # fmt: skip


def analyzer(name="outside", kind="ACCOUNT"):
    return {
        "arn": f"arn:aws:access-analyzer:{REGION}:{OWN}:analyzer/{name}",
        "name": name,
        "type": kind,
        "createdAt": NOW,
        "status": "ACTIVE",
    }


def finding(number, kind, on, details, *, status="ACTIVE", name="outside", on_type="AWS::IAM::Role"):
    return {
        "analyzerArn": f"arn:aws:access-analyzer:{REGION}:{OWN}:analyzer/{name}", "id": ident(number), "findingType": kind, "resource": on,
        "resourceType": on_type, "resourceOwnerAccount": OWN, "status": status, "analyzedAt": NOW, "createdAt": NOW, "updatedAt": NOW,
        "findingDetails": details,
    }  # fmt: skip


def association(number, namespace, account, role, cluster="main", **more):
    return {
        "clusterName": cluster, "namespace": namespace, "serviceAccount": account, "roleArn": role, "associationId": f"a-{number}",
        "associationArn": f"arn:aws:eks:{REGION}:{OWN}:podidentityassociation/{cluster}/a-{number}", "createdAt": NOW, **more,
    }  # fmt: skip


def seed_roles(moto):
    iam = moto.client("iam")
    iam.create_role(RoleName="any-certificate", AssumeRolePolicyDocument=trust(SERVICE))
    named = {"StringLike": {"aws:PrincipalTag/x509Subject/CN": "batch-*"}, "ArnEquals": {"aws:SourceArn": anchor_arn()}}
    iam.create_role(RoleName="batch", AssumeRolePolicyDocument=trust(SERVICE, **named))
    iam.create_role(RoleName="pod", AssumeRolePolicyDocument=trust({"Service": "pods.eks.amazonaws.com"}))
    iam.create_role(
        RoleName="visitor",
        AssumeRolePolicyDocument=trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity"),
    )
    iam.create_role(
        RoleName="AWSReservedSSO_Admins_0123456789abcdef", Path="/aws-reserved/sso.amazonaws.com/",
        AssumeRolePolicyDocument=trust({"Federated": f"arn:aws:iam::{OWN}:saml-provider/AWSSSO"}, "sts:AssumeRoleWithSAML"),
    )  # fmt: skip
    iam.create_user(UserName="mailer")
    iam.put_user_policy(UserName="mailer", PolicyName="send", PolicyDocument=policy(["ses:SendRawEmail"]))
    iam.create_user(UserName="mailer-and-more")
    iam.put_user_policy(
        UserName="mailer-and-more", PolicyName="send", PolicyDocument=policy(["ses:SendRawEmail", "s3:GetObject"])
    )


def seed_center(moto, state):
    """One permission set for a person directly, one for a group, over two accounts; people in the identity store."""
    sso, store = moto.client("sso-admin"), moto.client("identitystore")
    found = sso.list_instances()["Instances"][0]
    instance, where = found["InstanceArn"], found["IdentityStoreId"]
    users = {}
    for name in ("anna", "ben"):
        users[name] = store.create_user(
            IdentityStoreId=where, UserName=name, DisplayName=name.title(), Name={"GivenName": name, "FamilyName": "Berg"},
            Emails=[{"Value": f"{name}@acme.example", "Type": "work", "Primary": True}],
        )["UserId"]  # fmt: skip
    group = store.create_group(IdentityStoreId=where, DisplayName="Platform")["GroupId"]
    store.create_group_membership(IdentityStoreId=where, GroupId=group, MemberId={"UserId": users["ben"]})
    sets = {}
    for name in ("Admins", "Readers"):
        sets[name] = sso.create_permission_set(InstanceArn=instance, Name=name, SessionDuration="PT8H")["PermissionSet"][
            "PermissionSetArn"
        ]
    sso.attach_managed_policy_to_permission_set(
        InstanceArn=instance, PermissionSetArn=sets["Admins"], ManagedPolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    sso.put_inline_policy_to_permission_set(
        InstanceArn=instance, PermissionSetArn=sets["Readers"], InlinePolicy=policy("s3:GetObject")
    )
    for account, name, kind, principal in (
        (OWN, "Admins", "GROUP", group),
        ("222233334444", "Admins", "GROUP", group),
        (OWN, "Readers", "USER", users["anna"]),
    ):
        sso.create_account_assignment(
            InstanceArn=instance, TargetId=account, TargetType="AWS_ACCOUNT", PermissionSetArn=sets[name], PrincipalType=kind,
            PrincipalId=principal,
        )  # fmt: skip
        state.add("sso-admin.ListAccountsForProvisionedPermissionSet", {"PermissionSetArn": sets[name], "AccountId": account})
    return users, sets, instance


def seed_front(moto):
    """State of the front, with moto holding the roles, clusters and pools it speaks of."""
    state = State(OWN, REGION)
    pem, _ = certificate(20)
    state.add("rolesanywhere.ListTrustAnchors", anchor(1, pem), anchor(2, pem, enabled=False, name="old-ca"))
    state.add("rolesanywhere.ListProfiles", profile(3, ANY_CERTIFICATE, BATCH), profile(4, POD, enabled=False))
    state.add(
        "rolesanywhere.ListSubjects",
        subject(5, "CN=batch-7,O=Acme", NOW - timedelta(days=2)),
        subject(6, "CN=odd,O=Acme", NOW - timedelta(days=200)),
    )
    state.add(
        "accessanalyzer.ListAnalyzers",
        analyzer(),
        {**analyzer("unused", "ACCOUNT_UNUSED_ACCESS"), "configuration": {"unusedAccess": {"unusedAccessAge": 60}}},
    )
    outside = {"externalAccessDetails": {"isPublic": False, "principal": {"AWS": "999988887777"}, "condition": {}}}
    state.add(
        "accessanalyzer.ListFindingsV2",
        finding(20, "ExternalAccess", BATCH, [outside]),
        finding(21, "ExternalAccess", BATCH, [outside], status="ARCHIVED"),
        finding(22, "UnusedIAMRole", POD, [{"unusedIamRoleDetails": {}}], name="unused"),
        finding(23, "UnusedPermission", ANY_CERTIFICATE, [{"unusedPermissionDetails": {
            "serviceNamespace": "s3", "actions": [{"action": "DeleteObject"}, {"action": "GetObject", "lastAccessed": NOW - timedelta(days=80)}]}}], name="unused"),
    )  # fmt: skip
    eks, cognito = moto.client("eks"), moto.client("cognito-idp")
    eks.create_cluster(name="main", roleArn=POD, resourcesVpcConfig={"subnetIds": []}, tags={"env": "prod"})
    state.add("eks.ListPodIdentityAssociations", association(1, "payments", "api", POD), association(2, "web", "api", POD))
    state.add(
        "eks.ListAccessEntries",
        {"clusterName": "main", "principalArn": BATCH, "type": "STANDARD", "kubernetesGroups": ["ops"], "createdAt": NOW},
        {"clusterName": "main", "principalArn": POD, "type": "EC2_LINUX", "kubernetesGroups": [], "createdAt": NOW},
    )
    state.add(
        "eks.ListAssociatedAccessPolicies",
        {
            "clusterName": "main",
            "principalArn": BATCH,
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            "accessScope": {"type": "cluster"},
        },
    )
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]["Id"]
    cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="old-spa", AllowedOAuthFlows=["implicit"], AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid"], CallbackURLs=["http://shop.acme.example/cb"],
    )  # fmt: skip
    made = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="batch", GenerateSecret=True, AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthScopes=["orders/write"], RefreshTokenValidity=30,
    )["UserPoolClient"]  # fmt: skip
    identity = moto.client("cognito-identity").create_identity_pool(
        IdentityPoolName="visitors", AllowUnauthenticatedIdentities=True
    )["IdentityPoolId"]
    state.roles[identity] = {"Roles": {"unauthenticated": f"arn:aws:iam::{OWN}:role/visitor"}}
    state.add("iam.ListServiceSpecificCredentials", {
        "UserName": "mailer", "Status": "Active", "ServiceCredentialAlias": "BedrockAPIKey", "CreateDate": NOW, "ServiceSpecificCredentialId": "ACCA" + "Q" * 17,
        "ServiceName": "bedrock.amazonaws.com"})  # fmt: skip
    return state, made["ClientSecret"]
