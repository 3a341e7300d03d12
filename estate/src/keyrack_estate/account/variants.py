"""The same troubles spelt less plainly: split over policies, by wildcard, by NotAction, in lists, from other issuers."""

from __future__ import annotations

from keyrack_estate.account.model import Document
from keyrack_estate.account.policies import allow, policy
from keyrack_estate.account.roles import Roles
from keyrack_estate.account.trusts import GITHUB, STS, aws, federated, service
from keyrack_estate.company import ORG, ORG_ID, REPO_ID
from keyrack_estate.truth import arn
from keyrack_estate.world import World

TERRAFORM = "app.terraform.io"


class Variants:
    """Plants them."""

    def __init__(self, world: World, roles: Roles) -> None:
        self.world = world
        self.account = world.account
        self.truth = world.truth
        self.roles = roles
        self.chance = world.chance.child("variants")

    def plant(self) -> None:
        """All of them."""
        self._grants()
        self._trusts()
        self._oidc()

    def _planted(self, label: str, name: str, note: str) -> None:
        self.truth.planted(label, arn(self.account.role_arn(name)), note=note)

    def _grants(self) -> None:
        but_billing: Document = {"Effect": "Allow", "NotAction": ["aws-portal:*"], "Resource": "*"}
        cases: tuple[tuple[str, str, str, dict[str, Document]], ...] = (
            (
                "two-halves",
                "privilege_escalation",
                "PassRole and CreateFunction in two policies",
                {
                    "pass": policy(allow(["iam:PassRole"], "*")),
                    "make": policy(allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")),
                },
            ),
            ("put-anything", "privilege_escalation", "iam:Put*", {"put": policy(allow(["iam:Put*"], "*"))}),
            ("odd-case", "privilege_escalation", "IAM:attachRolePolicy", {"odd": policy(allow(["IAM:attachRolePolicy"], "*"))}),
            (
                "one-statement",
                "admin_grant",
                "a single statement, not a list",
                {
                    "one": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
                },
            ),
            ("all-but-billing", "admin_grant", "NotAction aws-portal:*", {"most": policy(but_billing)}),
            ("star-colon-star", "admin_grant", "*:*", {"all": policy(allow(["*:*"], "*"))}),
        )
        for name, label, note, inline in cases:
            self.roles.add(name, service("codebuild"), inline=inline)
            self._planted(label, name, note)

    def _trusts(self) -> None:
        company = self.world.company
        stranger, known = company.strangers[0], company.vendors[0].accounts[0]
        self.roles.add(
            "mixed-company", aws([f"arn:aws:iam::{self.account.id}:role/catalog-worker", f"arn:aws:iam::{stranger}:root"])
        )
        self._planted("unknown_account", "mixed-company", "a stranger in a list")
        self.roles.add("bare-number", aws(known))
        self._planted("no_external_id", "bare-number", "account by its bare number")
        self.roles.add("one-stranger", aws(f"arn:aws:iam::{company.strangers[1]}:user/alex"))
        self._planted("unknown_account", "one-stranger", "a user of a strange account")
        denied = aws("*")
        denied["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalAccount": self.account.id}}
        self.roles.add("everyone-of-ours", denied)
        self.truth.decoy("NHI3:2025", arn(self.account.role_arn("everyone-of-ours")), "Principal * held to our own account")

    def _oidc(self) -> None:
        web = f"repo:{ORG}@{ORG_ID}/web@{REPO_ID}:ref:refs/heads/main"
        aud = {f"{GITHUB}:aud": STS}
        listed = {"StringEquals": aud, "StringLike": {f"{GITHUB}:sub": [web, "repo:*"]}}
        self.roles.add("gha-listed", federated(self.account.id, GITHUB, listed))
        self._planted("oidc_wildcard_sub", "gha-listed", "one bad pattern in a list")
        if_there = {"StringEquals": aud, "StringEqualsIfExists": {f"{GITHUB}:sub": web}}
        self.roles.add("gha-if-exists", federated(self.account.id, GITHUB, if_there))
        self._planted("oidc_no_sub", "gha-if-exists", "IfExists holds when sub is missing")
        self.account.oidc[TERRAFORM] = ["aws.workload.identity"]
        wide = {
            "StringEquals": {f"{TERRAFORM}:aud": "aws.workload.identity"},
            "StringLike": {f"{TERRAFORM}:sub": "organization:*"},
        }
        self.roles.add("tfc-any", federated(self.account.id, TERRAFORM, wide))
        self._planted("oidc_wildcard_sub", "tfc-any", "any organisation of Terraform Cloud")
        sub = f"organization:{ORG}:project:core:workspace:network:run_phase:apply"
        tight = {"StringEquals": {f"{TERRAFORM}:aud": "aws.workload.identity", f"{TERRAFORM}:sub": sub}}
        self.roles.add("tfc-network", federated(self.account.id, TERRAFORM, tight))
        self.truth.decoy("NHI6:2025", arn(self.account.role_arn("tfc-network")), "one workspace and phase")
