"""Ways that look open and are not: each blocked by one thing, evaluated and not ignored. And the same ways, open.

Facts: "Policy evaluation logic", "Permissions boundaries", "Session policies" and "Global condition context keys" (IAM User
Guide); "SCP evaluation" (Organizations User Guide); "Passing a role to a service" (IAM User Guide).
"""

import pytest
from aws_inventory import ACCOUNT, ADMIN, OTHER, START, Inventory, allow, arn, deny, document, graph, mechanism, trust

from keyrack.graph.paths import paths_to

SELF = ("iam:PutUserPolicy",)
PASS = ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
LAMBDA = trust({"Service": "lambda.amazonaws.com"})
CORPORATE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
PASSED = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def own(*statements, **more):
    made = Inventory()
    made.user("start", *statements, **more)
    return made


def passing(*statements, trusts=LAMBDA, **more):
    made = own(*statements, **more)
    made.role("target", ADMIN, trusts=trusts)
    return made


def assuming(*statements, trusts, **more):
    made = own(*statements, **more)
    made.role("target", ADMIN, trusts=trusts)
    return made


def victim(*statements, **more):
    made = own(*statements, **more)
    made.user("target", ADMIN)
    return made


def controlled(made, *levels, kind="scp"):
    for level, statements in enumerate(levels):
        made.control(kind, level, *statements)
    return made


def running(*statements, workload=f"aws:lambda:eu-west-1:{ACCOUNT}:function:payments", kind="aws:lambda-function", **tags):
    made = passing(*statements)
    made.looked = {"aws.lambda", "aws.ec2", "aws.codebuild", "aws.ecs"}
    made.workload(kind, workload, "target", **tags)
    return made


def keyed(made, *statuses):
    made.keys("target", *statuses)
    return made


def session(made, *statements):
    made.session("user/start", *statements)
    return made


def joined(*statements, admins=(ADMIN,), groups=()):
    made = own(*statements, groups=groups)
    made.group("admins", *admins)
    return made


def attached(*statements, name="mine"):
    made = own()
    made.managed(name, *statements, to="start")
    return made


ROOT = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
NAMED = trust({"AWS": arn("user", "start")})
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:payments"

BLOCKED = {
    "boundary without the action": own(allow(*SELF), boundary=[allow("s3:*")]),
    "boundary that leaves no administrator": own(allow(*SELF), boundary=[allow(*SELF, "s3:*")]),
    "boundary that nobody could read": own(allow(*SELF), PermissionsBoundary={"PermissionsBoundaryArn": arn("policy", "gone")}),
    "boundary with a deny": own(allow(*SELF), boundary=[ADMIN, deny("iam:Put*")]),
    "boundary against passing roles": passing(allow(*PASS), boundary=[allow("lambda:*")]),
    "boundary with NotAction": own(allow(*SELF), boundary=[{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    "boundary of a resource": own(allow(*SELF), boundary=[allow("iam:*", on=arn("user", "somebody"))]),
    "SCP at the root": controlled(own(allow(*SELF)), [ADMIN, deny("iam:PutUserPolicy")]),
    "SCP at a unit": controlled(own(allow(*SELF)), [ADMIN], [ADMIN, deny("iam:*")]),
    "SCP at the account": controlled(own(allow(*SELF)), [ADMIN], [ADMIN], [ADMIN, deny("*")]),
    "SCP that allows too little at one level": controlled(own(allow(*SELF)), [ADMIN], [allow("s3:*", "ec2:*")], [ADMIN]),
    "SCP with NotAction deny": controlled(own(allow(*SELF)), [ADMIN, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]),
    "SCP of a region": controlled(
        passing(allow("iam:PassRole"), allow(*PASS[1:], on=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:*")),
        [ADMIN, deny("lambda:*", when={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})],
    ),
    "SCP that lets in one role": controlled(
        own(allow(*SELF)), [ADMIN, deny("iam:*", when={"ArnNotLike": {"aws:PrincipalArn": arn("role", "Breakglass")}})]
    ),
    "SCP against passing roles": controlled(passing(allow(*PASS)), [ADMIN, deny("iam:PassRole")]),
    "RCP against assuming roles": controlled(
        assuming(allow("sts:AssumeRole"), trusts=ROOT), [ADMIN, {**deny("sts:AssumeRole"), "Principal": "*"}], kind="rcp"
    ),
    "explicit deny beside the allow": own(allow(*SELF), deny("iam:PutUserPolicy")),
    "explicit deny by wildcard": own(allow("iam:*"), deny("iam:*")),
    "explicit deny of everything but reading": own(allow(*SELF), {"Effect": "Deny", "NotAction": "iam:Get*", "Resource": "*"}),
    "explicit deny by NotResource": own(allow(*SELF), {"Effect": "Deny", "Action": "iam:*", "NotResource": arn("user", "x")}),
    "explicit deny on oneself": own(allow(*SELF), deny("iam:PutUserPolicy", on=arn("user", "${aws:username}"))),
    "explicit deny through a group": None,
    "explicit deny of the service": passing(allow(*PASS), deny("lambda:CreateFunction")),
    "explicit deny without MFA": own(allow(*SELF), deny("iam:*", when={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
                                    deny("iam:*", when={"Null": {"aws:MultiFactorAuthPresent": "true"}})),
    "condition: corporate network": own(allow(*SELF, when=CORPORATE)),
    "condition: deny outside the network": own(allow(*SELF), deny("*", when={"NotIpAddress": CORPORATE["IpAddress"]})),
    "condition: VPC endpoint": own(allow(*SELF, when={"StringEquals": {"aws:SourceVpce": "vpce-1"}})),
    "condition: VPC": own(allow(*SELF, when={"StringEquals": {"aws:SourceVpc": "vpc-1"}})),
    "condition: MFA for a machine": own(allow(*SELF, when=MFA)),
    "condition: MFA of an age": own(allow(*SELF, when={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})),
    "condition: another tag": own(allow(*SELF, when={"StringEquals": {"aws:PrincipalTag/team": "iam"}}),
                                  Tags=[{"Key": "team", "Value": "web"}]),
    "condition: no tag": own(allow(*SELF, when={"StringEquals": {"aws:PrincipalTag/team": "iam"}})),
    "condition: over": own(allow(*SELF, when={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})),
    "condition: not yet": own(allow(*SELF, when={"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}})),
    "condition: old token": own(allow(*SELF, when={"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}})),
    "condition: another account": own(allow(*SELF, when={"StringEquals": {"aws:PrincipalAccount": OTHER}})),
    "condition: through a service": own(allow(*SELF, when={"Bool": {"aws:ViaAWSService": "true"}})),
    "condition: called via": own(allow(*SELF, when={"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}})),
    "condition: another policy": own(allow("iam:AttachUserPolicy", when={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}})),
    "condition: policies with a boundary only": own(
        allow(*SELF, when={"StringEquals": {"iam:PermissionsBoundary": arn("policy", "fence")}})
    ),
    "condition: an organisation we cannot tell": own(allow(*SELF, when={"StringEquals": {"aws:PrincipalOrgID": "o-other"}})),
    "passing to another service": passing(allow("iam:PassRole", when=PASSED), allow(*PASS[1:])),
    "passing another role": passing(allow("iam:PassRole", on=arn("role", "small")), allow(*PASS[1:])),
    "passing roles of a path": passing(allow("iam:PassRole", on=arn("role", "apps/*")), allow(*PASS[1:])),
    "passing roles of another account": passing(allow("iam:PassRole", on=arn("role", "*", OTHER)), allow(*PASS[1:])),
    "passing what trusts another service": passing(allow(*PASS), trusts=trust({"Service": "ec2.amazonaws.com"})),
    "passing what trusts people": passing(allow(*PASS), trusts=trust({"AWS": arn("user", "boss")})),
    "passing what trusts the service elsewhere": passing(
        allow(*PASS), trusts=trust({"Service": "lambda.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": OTHER}})
    ),
    "passing with half of it": passing(allow("iam:PassRole", "lambda:InvokeFunction")),
    "passing a role by instance without a profile": None,
    "creating functions of another account": passing(
        allow("iam:PassRole"), allow(*PASS[1:], on=f"arn:aws:lambda:*:{OTHER}:function:*")
    ),
    "creating one name, invoking another": passing(
        allow("iam:PassRole"),
        allow("lambda:CreateFunction", on="arn:aws:lambda:*:*:function:a"),
        allow("lambda:InvokeFunction", on="arn:aws:lambda:*:*:function:b"),
    ),
    "an action without resources, on a resource": passing(
        allow("iam:PassRole"), allow("glue:CreateDevEndpoint", on="arn:aws:glue:*:*:devEndpoint/*"),
        trusts=trust({"Service": "glue.amazonaws.com"}),
    ),
    "session policy without the action": session(own(allow(*SELF)), allow("s3:*")),
    "session policy with a deny": session(own(allow(*SELF)), ADMIN, deny("iam:*")),
    "keys of somebody else": victim(allow("iam:CreateAccessKey", on=arn("user", "intern"))),
    "keys of users of a path": victim(allow("iam:CreateAccessKey", on=arn("user", "bots/*"))),
    "keys, on a role": victim(allow("iam:CreateAccessKey", on=arn("role", "*"))),
    "keys of users with a tag": victim(allow("iam:CreateAccessKey", when={"StringEquals": {"iam:ResourceTag/kind": "bot"}})),
    "trust of a role that only its organisation reaches": controlled(
        assuming(allow("iam:UpdateAssumeRolePolicy"), deny("sts:AssumeRole"), trusts=LAMBDA),
        [{**deny("sts:AssumeRole", when={"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}), "Principal": "*"}, {**ADMIN, "Principal": "*"}],
        kind="rcp",
    ),
    "keys of a user who has two": keyed(victim(allow("iam:CreateAccessKey")), "active", "inactive"),
    "rights of a service-linked role": None,
    "policy of AWS": attached(allow("iam:CreatePolicyVersion", on="arn:aws:iam::aws:policy/*")),
    "policy of somebody else": attached(allow("iam:CreatePolicyVersion", on=arn("policy", "theirs"))),
    "group of no rights": joined(allow("iam:AddUserToGroup"), admins=(allow("s3:GetObject"),)),
    "group that denies": joined(allow("iam:AddUserToGroup"), admins=(ADMIN, deny("iam:*"))),
    "another group": joined(allow("iam:AddUserToGroup", on=arn("group", "readers"))),
    "policy of a group one is not in": joined(allow("iam:PutGroupPolicy"), admins=()),
    "policy of a role, for a user": own(allow("iam:PutRolePolicy", "iam:AttachRolePolicy")),
    "trust of the account without permission": assuming(allow("s3:*"), trusts=ROOT),
    "trust of somebody else": assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": arn("user", "boss")})),
    "permission to assume another": assuming(allow("sts:AssumeRole", on=arn("role", "small")), trusts=ROOT),
    "trust with MFA": assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, MFA)),
    "trust from a network": assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": arn("user", "start")}, CORPORATE)),
    "trust with a deny": assuming(
        allow("sts:AssumeRole"),
        trusts=document(NAMED["Statement"][0], {"Effect": "Deny", "Action": "sts:*", "Principal": {"AWS": arn("user", "start")}}),
    ),
    "trust of another account": assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": OTHER})),
    "named by the trust, denied by itself": assuming(deny("sts:AssumeRole"), trusts=NAMED),
    "code of another function": running(allow("lambda:UpdateFunctionCode", on=f"{FUNCTION}-test")),
    "code of functions of another region": running(allow("lambda:UpdateFunctionCode", on=FUNCTION.replace("eu-west-1", "us-east-1"))),
    "code of functions with another tag": running(
        allow("lambda:UpdateFunctionCode", when={"StringEquals": {"aws:ResourceTag/env": "dev"}}), env="prod"
    ),
    "session on an instance with another tag": running(
        allow("ssm:StartSession", when={"StringEquals": {"ssm:resourceTag/env": "dev"}}),
        workload=f"aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1", kind="aws:ec2-instance", env="prod",
    ),
    "code of nothing that runs": None,
    "passing to things of another service": passing(
        allow("iam:PassRole", when={"ArnLike": {"iam:AssociatedResourceArn": "arn:aws:ec2:*:*:instance/*"}}), allow(*PASS[1:]),
        trusts=trust({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}),
    ),
    "a boundary it may replace by the same one only": own(
        ADMIN, boundary=[allow("iam:PutUserPermissionsBoundary", when={"StringEquals": {"iam:PermissionsBoundary": arn("policy", "fence")}})]
    ),
    "a boundary it may take off, and nothing else": own(
        allow("iam:DeleteUserPermissionsBoundary"), boundary=[allow("iam:DeleteUserPermissionsBoundary", "s3:*")]
    ),
    "trust of a role of Identity Center": None,
    "services of one cluster, task definitions of another account": passing(
        allow("iam:PassRole"), allow("ecs:CreateService", on=f"arn:aws:ecs:*:{ACCOUNT}:service/web/shop"),
        allow("ecs:RegisterTaskDefinition", on=f"arn:aws:ecs:*:{OTHER}:task-definition/*"),
        trusts=trust({"Service": "ecs-tasks.amazonaws.com"}),
    ),
    "new roles behind a boundary only": own(
        allow("iam:CreateRole", when={"StringEquals": {"iam:PermissionsBoundary": arn("policy", "fence")}}),
        allow("iam:AttachRolePolicy"),
    ),
}  # fmt: skip


def _special(name):
    if name == "explicit deny through a group":
        made = own(allow(*SELF), groups=("fenced",))
        made.group("fenced", deny("iam:*"))
    elif name == "passing a role by instance without a profile":
        made = own(allow("iam:PassRole", "ec2:RunInstances"))
        made.role("target", ADMIN, trusts=trust({"Service": "ec2.amazonaws.com"}), profile=False)
        made.role("other", trusts=trust({"Service": "ec2.amazonaws.com"}))
    elif name == "rights of a service-linked role":
        made = own()
        made.role(
            "Linked", allow("iam:CreateRole", "iam:AttachRolePolicy"), Arn=arn("role", "aws-service-role/x.amazonaws.com/Linked")
        )
    elif name == "trust of a role of Identity Center":
        made = own(allow("iam:UpdateAssumeRolePolicy"))
        made.role("AWSReservedSSO_Admin", ADMIN, Arn=arn("role", "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin"))
    else:
        made = passing(allow("lambda:UpdateFunctionCode"))
        made.looked = {"aws.lambda"}
    return made


@pytest.mark.parametrize("name", BLOCKED)
def test_a_blocked_way_is_no_path(name):
    assert paths_to(graph(BLOCKED[name] or _special(name)), "admin") == []


OPEN = {
    "boundary of an administrator": (own(allow(*SELF), boundary=[ADMIN]), "iam:PutUserPolicy"),
    "SCPs of everything": (controlled(own(allow(*SELF)), [ADMIN], [ADMIN]), "iam:PutUserPolicy"),
    "SCP against something else": (controlled(own(allow(*SELF)), [ADMIN, deny("organizations:*")]), "iam:PutUserPolicy"),
    "a network of everybody": (own(allow(*SELF, when={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), "iam:PutUserPolicy"),
    "a region of the caller's choice": (
        passing(allow(*PASS, when={"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}})),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "tags of the caller's choice": (
        passing(allow("iam:PassRole", "lambda:InvokeFunction"),
                allow("lambda:CreateFunction", when={"StringEquals": {"aws:RequestTag/team": "web"}})),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "names of the caller's choice": (
        passing(allow("iam:PassRole"), allow(*PASS[1:], on=f"arn:aws:lambda:*:{ACCOUNT}:function:sandbox-*")),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "its own tag": (
        own(allow(*SELF, when={"StringEquals": {"aws:PrincipalTag/team": "iam"}}), Tags=[{"Key": "team", "Value": "iam"}]),
        "iam:PutUserPolicy",
    ),
    "its own name": (own(allow(*SELF, on=arn("user", "${aws:username}"))), "iam:PutUserPolicy"),
    "passed to the service it trusts": (
        passing(allow("iam:PassRole", when={"StringLike": {"iam:PassedToService": "lambda.*"}}), allow(*PASS[1:])),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "a service of this account": (
        passing(allow(*PASS), trusts=trust({"Service": "lambda.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "a service in a cluster of its choice": (
        passing(allow("iam:PassRole"), allow("ecs:RegisterTaskDefinition"),
                allow("ecs:CreateService", on=f"arn:aws:ecs:*:{ACCOUNT}:service/web/shop"),
                trusts=trust({"Service": "ecs-tasks.amazonaws.com"})),
        "iam:PassRole+ecs:RegisterTaskDefinition+ecs:CreateService",
    ),
    "passing to things of the service": (
        passing(allow("iam:PassRole", when={"ArnLike": {"iam:AssociatedResourceArn": "arn:aws:lambda:*:*:function:*"}}),
                allow(*PASS[1:])),
        "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    "a boundary off, then a policy on": (
        own(allow(*SELF, "iam:DeleteUserPermissionsBoundary", on=arn("user", "start")),
            boundary=[allow(*SELF, "iam:DeleteUserPermissionsBoundary", "s3:*")]),
        "iam:DeleteUserPermissionsBoundary+iam:PutUserPolicy",
    ),
    "another boundary in place of its own": (
        own(ADMIN, boundary=[allow("iam:PutUserPermissionsBoundary", "s3:*")]), "iam:PutUserPermissionsBoundary",
    ),
    "keys of a user who has two, one of them to go": (
        keyed(victim(allow("iam:CreateAccessKey", "iam:DeleteAccessKey")), "active", "inactive"),
        "iam:CreateAccessKey+iam:DeleteAccessKey",
    ),
    "a key that is gone": (keyed(victim(allow("iam:CreateAccessKey")), "active", "revoked"), "iam:CreateAccessKey"),
    "a boundary off, then the keys of an administrator": (
        victim(allow("iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey"), boundary=[allow("iam:DeleteUserPermissionsBoundary")]),
        "iam:DeleteUserPermissionsBoundary+iam:CreateAccessKey",
    ),
    "a policy for a group, then into it": (
        joined(allow("iam:PutGroupPolicy", "iam:AddUserToGroup"), admins=(allow("s3:GetObject"),)),
        "iam:AddUserToGroup+iam:PutGroupPolicy",
    ),
    "a trust for an account outside": (
        assuming(allow("iam:UpdateAssumeRolePolicy"), deny("sts:AssumeRole"), trusts=LAMBDA), "iam:UpdateAssumeRolePolicy",
    ),
    "a new group": (
        own(allow("iam:CreateGroup", "iam:PutGroupPolicy", "iam:AddUserToGroup", on=arn("group", "mine-*"))),
        "iam:CreateGroup+iam:PutGroupPolicy+iam:AddUserToGroup",
    ),
    "named by the trust": (assuming(trusts=NAMED), "sts:AssumeRole"),
    "the account trusted, and permission": (assuming(allow("sts:AssumeRole"), trusts=ROOT), "sts:AssumeRole"),
    "everybody trusted": (assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": "*"})), "sts:AssumeRole"),
    "an external id, which is no secret": (
        assuming(allow("sts:AssumeRole"), trusts=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"StringEquals": {"sts:ExternalId": "x"}})),
        "sts:AssumeRole",
    ),
    "MFA missing is not MFA false, for a key": (
        own(allow(*SELF), deny("iam:*", when={"Bool": {"aws:MultiFactorAuthPresent": "false"}})), "iam:PutUserPolicy",
    ),
    "the function with the tag": (
        running(allow("lambda:UpdateFunctionCode", when={"StringEquals": {"aws:ResourceTag/env": "dev"}}), env="dev"),
        "lambda:UpdateFunctionCode",
    ),
    "an instance of the tag": (
        running(allow("ssm:StartSession", when={"StringEquals": {"ssm:resourceTag/env": "dev"}}),
                workload=f"aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1", kind="aws:ec2-instance", env="dev"),
        "ssm:StartSession",
    ),
}  # fmt: skip


def test_an_instance_profile_may_be_made_first():
    made = _special("passing a role by instance without a profile")
    made.user("maker", allow("iam:PassRole", "ec2:RunInstances", "iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"))
    found = mechanism(graph(made), START.replace("start", "maker"))
    assert found == "iam:PassRole+iam:CreateInstanceProfile+iam:AddRoleToInstanceProfile+ec2:RunInstances"


@pytest.mark.parametrize("name", OPEN)
def test_an_open_way_is_found(name):
    made, expected = OPEN[name]
    assert mechanism(graph(made)) == expected


def test_what_nobody_here_can_judge_is_shown_on_request_only():
    made = own(allow(*SELF, when={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
    assert mechanism(graph(made)) is None
    assert mechanism(graph(made), conditional=True) == "iam:PutUserPolicy"


def test_at_least_forty_blocked_ways():
    assert len(BLOCKED) >= 40
    assert START
