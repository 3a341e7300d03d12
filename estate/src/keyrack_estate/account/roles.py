"""IAM roles: workloads, vendors, pipelines, and those with too much, too few owners or too many friends."""

from __future__ import annotations

from datetime import datetime

from keyrack_estate.account.model import Document, Role, Tags
from keyrack_estate.account.policies import EXCESSES, LOOKALIKES, allow, modest, policy
from keyrack_estate.account.trusts import EKS, GITHUB, GITLAB, OIDC, aws, federated, service
from keyrack_estate.account.users import WORKLOADS
from keyrack_estate.truth import arn
from keyrack_estate.world import World

LINKED = {
    "autoscaling": "AutoScaling",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "support": "Support",
    "trustedadvisor": "TrustedAdvisor",
    "ecs": "ECS",
    "rds": "RDS",
}
BOUNDARY = "ReadOnlyBoundary"


class Roles:
    """Plants the roles that no workload model owns (workloads bring their own)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("roles")

    def plant(self) -> None:
        """All of them."""
        read = ["s3:GetObject", "s3:ListBucket", "dynamodb:GetItem", "ecs:DescribeTasks"]
        self.world.account.policies[BOUNDARY] = policy(allow(read, "*"))
        self._excesses()
        self._stale()
        self._owners()
        self._vendors()
        self._strangers()
        self._oidc()
        self._environments()
        self._linked()

    def add(self, name: str, trust: Document, tags: Tags | None = None, **more: object) -> Role:
        """A role with an owner, a modest policy and a recent use unless told otherwise."""
        owner = self.chance.pick(self.world.company.active)
        base = {"Owner": owner.email, "Environment": "production"} if tags is None else tags
        role = Role(name, self.chance.ago(self.world.now, 200, 1400), trust, base)
        role.last_used = self.chance.ago(self.world.now, 0, 10)
        role.inline = {"access": modest(self.world.account.id, self.chance.pick(WORKLOADS))}
        for field, value in more.items():
            setattr(role, field, value)
        self.world.account.roles[name] = role
        return role

    def _owner(self) -> Tags:
        return {"Owner": self.chance.pick(self.world.company.active).email}

    def _anchor(self, name: str) -> str:
        return self.world.account.role_arn(name)

    def _excesses(self) -> None:
        for excess in (*EXCESSES, *LOOKALIKES):
            role = self.add(excess.name, service(self.chance.pick(["lambda", "ecs-tasks", "codebuild"])))
            role.managed = list(excess.managed)
            if excess.document is not None:
                role.inline[excess.name] = excess.document
            if excess.boundary:
                role.boundary = self.world.account.policy_arn(BOUNDARY)
            if excess.label:
                self.world.truth.planted(excess.label, arn(self._anchor(excess.name)), note=excess.note)
            else:
                self.world.truth.decoy("NHI5:2025", arn(self._anchor(excess.name)), excess.note)

    def _stale(self) -> None:
        now = self.world.now
        for work in WORKLOADS[:8]:
            self.add(f"{work}-prototype", service("lambda"), last_used=None)
        for work in WORKLOADS[8:14]:
            used = self.chance.ago(now, 110, 190)
            self.add(f"{work}-migration", service("ecs-tasks"), last_used=used)
        for work in WORKLOADS[14:18]:
            self.add(f"{work}-quarterly", service("ecs-tasks"), last_used=self.chance.ago(now, 40, 70))
        for number, work in enumerate(WORKLOADS[18:26]):
            made: datetime = self.chance.ago(now, 2, 12)
            recent = self.world.days_ago(0.5) if number < 3 else None
            self.add(f"{work}-next", service("lambda"), last_used=recent, created=made)

    def _owners(self) -> None:
        gone = self.world.company.gone
        for work in WORKLOADS[26:34]:
            self.add(f"{work}-relic", service("lambda"), {"Environment": "production"})
        for number, work in enumerate(WORKLOADS[34:40]):
            self.add(f"{work}-inherited", service("lambda"), {"Owner": gone[number].email, "Environment": "production"})

    def _vendors(self) -> None:
        truth = self.world.truth
        for vendor in self.world.company.vendors:
            root = f"arn:aws:iam::{vendor.accounts[0]}:root"
            pinned = {"StringEquals": {"sts:ExternalId": self.chance.text(20)}}
            anchors = [f"{vendor.slug}-metrics", f"{vendor.slug}-export"]
            for name in anchors:
                self.add(name, aws(root, pinned))
            if vendor.status == "ended":
                for name in anchors:
                    truth.planted("vendor_ended", arn(self._anchor(name)), note=f"{vendor.name}: contract ended")
                    truth.debatable("NHI3:2025", arn(self._anchor(name)), "vendor known, contract ended")
                continue
            for name in anchors:
                truth.decoy("NHI3:2025", arn(self._anchor(name)), "known vendor with ExternalId")
            for suffix in ("collector", "bridge"):
                self.add(f"{vendor.slug}-{suffix}", aws(root))
                truth.planted("no_external_id", arn(self._anchor(f"{vendor.slug}-{suffix}")), note=vendor.name)

    def _strangers(self) -> None:
        truth, company = self.world.truth, self.world.company
        for number, account in enumerate(company.strangers):
            condition = {"StringEquals": {"sts:ExternalId": self.chance.text(16)}} if number < 3 else None
            name = f"partner-access-{number + 1}"
            self.add(name, aws(f"arn:aws:iam::{account}:root", condition))
            truth.planted("unknown_account", arn(self._anchor(name)), note="account in no list of ours")
        for number in range(2):
            self.add(f"public-reader-{number + 1}", aws("*"))
            truth.planted("anyone_trusted", arn(self._anchor(f"public-reader-{number + 1}")), note="Principal *")
        own_org = {"StringEquals": {"aws:PrincipalOrgID": "o-nrd" + self.chance.text(7).lower()}}
        for number in range(2):
            self.add(f"org-reader-{number + 1}", aws("*", own_org))
            truth.decoy("NHI3:2025", arn(self._anchor(f"org-reader-{number + 1}")), "Principal * held to our organisation")
        for alias, account in company.siblings.items():
            for suffix in ("inventory", "backup-reader"):
                name = f"{alias.removeprefix('nordholm-')}-{suffix}"
                self.add(name, aws(f"arn:aws:iam::{account}:root"), {**self._owner(), "Environment": "staging"})
                truth.decoy("NHI3:2025", arn(self._anchor(name)), "account of our own organisation")

    def _oidc(self) -> None:
        account = self.world.account
        account.oidc = {
            GITHUB: ["sts.amazonaws.com"],
            GITLAB: ["https://gitlab.com", "sts.amazonaws.com"],
            EKS: ["sts.amazonaws.com"],
        }
        for case in OIDC:
            self.add(case.name, federated(account.id, case.issuer, case.conditions))
            anchor = arn(self._anchor(case.name))
            if case.label:
                self.world.truth.planted(case.label, anchor, note=case.note)
            elif case.debatable:
                self.world.truth.debatable("NHI6:2025", anchor, case.note)
            else:
                self.world.truth.decoy("NHI6:2025", anchor, case.note)

    def _environments(self) -> None:
        """Who may become a production role: a staging role (wrong) or another production role (fine)."""
        truth = self.world.truth
        for number, work in enumerate(WORKLOADS[40:48]):
            self.add(f"{work}-runner-staging", service("ecs-tasks"), {**self._owner(), "Environment": "staging"})
            self.add(f"{work}-runner", service("ecs-tasks"))
            source = f"{work}-runner-staging" if number < 7 else f"{work}-runner"
            name = f"{work}-operator"
            self.add(name, aws(self._anchor(source)))
            if number < 7:
                truth.planted("nonprod_becomes_prod", arn(self._anchor(name)), note=f"trusts {source}")
            else:
                truth.decoy("NHI8:2025", arn(self._anchor(name)), "trusts another production role")
        for work in WORKLOADS[48:54]:
            self.add(f"{work}-runner", service("ecs-tasks"))
            self.add(f"{work}-operator", aws(self._anchor(f"{work}-runner")))
            truth.decoy("NHI8:2025", arn(self._anchor(f"{work}-operator")), "trusts another production role")

    def _linked(self) -> None:
        for name, spelt in LINKED.items():
            title = f"AWSServiceRoleFor{spelt}"
            path = f"/aws-service-role/{name}.amazonaws.com/"
            host = f"{name}.amazonaws.com"
            role = self.add(title, service(name), {}, path=path, linked_service=host, last_used=None, inline={})
            role.created = self.world.days_ago(1500)
            for owasp in ("NHI1:2025", "NHI5:2025", "NHI7:2025"):
                self.world.truth.decoy(owasp, arn(self._anchor(title)), "service-linked role: AWS owns it")
