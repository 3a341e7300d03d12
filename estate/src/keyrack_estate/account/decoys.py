"""What looks wrong in an account and is right, beside the decoys that stand next to each planted trouble."""

from __future__ import annotations

from keyrack_estate.account.model import AccessKey, Document, Instance, User
from keyrack_estate.account.policies import ADMIN, allow, deny, modest, policy
from keyrack_estate.account.roles import Roles
from keyrack_estate.account.trusts import aws, service
from keyrack_estate.chance import HEX
from keyrack_estate.minting import access_key_id, aws_secret
from keyrack_estate.truth import Anchor, arn
from keyrack_estate.world import World

_SELF = "arn:aws:iam::*:user/${aws:username}"


def _harmless_policies() -> dict[str, tuple[Document, str]]:
    guard: Document = {"Effect": "Deny", "NotAction": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    return {
        "fenced-reader": (policy(allow(["*"], "*"), guard), "*:*, but everything save two S3 reads is denied"),
        "self-service": (policy(allow(["iam:CreateAccessKey", "iam:DeleteAccessKey"], _SELF)), "its own keys only"),
        "iam-reader": (policy(allow(["iam:Get*", "iam:List*"], "*")), "reads IAM"),
        "denied-pass": (
            policy(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "*"), deny(["iam:PassRole"], "*")),
            "PassRole denied again",
        ),
        "one-prefix": (policy(allow(["s3:*"], "arn:aws:s3:::nordholm-scratch/tmp/*")), "s3:* below one prefix"),
        "one-queue": (policy(allow(["sqs:*"], "arn:aws:sqs:eu-north-1:*:scratch")), "sqs:* on one queue"),
        "one-key": (policy(allow(["kms:*"], "arn:aws:kms:eu-north-1:*:key/0f3a9c1d")), "kms:* on one key"),
        "denied-policy": (
            policy(allow(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], "*"), deny(["iam:*"], "*")),
            "all of IAM denied",
        ),
    }


class Decoys:
    """Plants them."""

    def __init__(self, world: World, roles: Roles) -> None:
        self.world = world
        self.account = world.account
        self.truth = world.truth
        self.roles = roles
        self.chance = world.chance.child("decoys")

    def plant(self) -> None:
        """All of them."""
        for name, (document, note) in _harmless_policies().items():
            self.roles.add(name, service("lambda"), inline={"access": document})
            self.truth.decoy("NHI5:2025", self._role(name), note)
        self._single_sign_on()
        self._trusts()
        self._rotation_under_way()
        self._fleet()

    def _role(self, name: str) -> Anchor:
        return arn(self.account.role_arn(name))

    def _single_sign_on(self) -> None:
        """Roles that IAM Identity Center keeps for people: no tags, administrator, federated."""
        for name in ("AdministratorAccess", "PlatformAdmin"):
            title = f"AWSReservedSSO_{name}_{self.chance.text(16, HEX)}"
            provider = f"arn:aws:iam::{self.account.id}:saml-provider/AWSSSO_{self.chance.text(16, HEX)}_DO_NOT_DELETE"
            trust: Document = {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": provider},
                        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                    }
                ],
            }
            path = "/aws-reserved/sso.amazonaws.com/eu-north-1/"
            self.roles.add(title, trust, {}, path=path, managed=[ADMIN], inline={})
            for owasp in ("NHI1:2025", "NHI3:2025", "NHI5:2025", "NHI6:2025", "NHI10:2025"):
                self.truth.decoy(owasp, self._role(title), "permission set of single sign-on: people's, kept by AWS")
            self.truth.excuse(self._role(title))

    def _trusts(self) -> None:
        for number, vendor in enumerate(self.world.company.vendors[:4]):
            name = f"{vendor.slug}-reader"
            principal = f"arn:aws:iam::{vendor.accounts[0]}:role/{vendor.slug}-service"
            operator = ("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ForAnyValue:StringEquals")[number]
            self.roles.add(name, aws(principal, {operator: {"sts:ExternalId": self.chance.text(22)}}))
            self.truth.decoy("NHI3:2025", self._role(name), "known vendor's role with ExternalId")
        for number, sibling in enumerate(self.account.siblings.values()):
            name = f"deploy-target-{number + 1}"
            self.roles.add(
                name, aws(f"arn:aws:iam::{sibling}:role/deployer", {"StringEquals": {"aws:PrincipalOrgID": "o-nrd2f6k9x1"}})
            )
            self.truth.decoy("NHI3:2025", self._role(name), "role of our own organisation")
        for name, host in (("topic-relay", "events"), ("table-stream", "dynamodb")):
            trust = service(host)
            trust["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceAccount": self.account.id}}
            self.roles.add(name, trust)
            for owasp in ("NHI3:2025", "NHI8:2025"):
                self.truth.decoy(owasp, self._role(name), "AWS service, pinned to our account")

    def _rotation_under_way(self) -> None:
        """A second key that is a day old: this is what rotating looks like."""
        for name in ("meter-reader", "tag-writer", "price-puller"):
            tags = {"Type": "service", "Environment": "production", "Owner": self.chance.pick(self.world.company.active).email}
            user = User(
                f"svc-{name}", "/service/", self.world.days_ago(500), tags, inline={"access": modest(self.account.id, name)}
            )
            for age in (75.0, 0.9):
                made = self.world.days_ago(age)
                used = self.world.days_ago(0.5)
                user.keys.append(AccessKey(access_key_id(self.chance, self.account.id), aws_secret(self.chance), made, used))
            self.account.users[user.name] = user
            self.world.rotating.add(user.name)
            self.truth.decoy("NHI7:2025", arn(self.account.user_arn(user)), "rotation under way: the second key is a day old")

    def _fleet(self) -> None:
        """Four instances of one fleet on one role: one workload."""
        role = self.roles.add("fleet-web-role", service("ec2")).name
        owner = self.chance.pick(self.world.company.active).email
        for number in range(4):
            tags = {"Owner": owner, "Environment": "production", "service": "fleet-web"}
            self.account.instances.append(
                Instance("i-0" + self.chance.text(16, HEX), f"fleet-web-{number + 1}", tags, "required", role)
            )
        self.truth.decoy("NHI9:2025", self._role(role), "instances of one fleet")
