"""The rarer troubles of an account: dead principals, vendors as administrators, groups, root, keys used by hand."""

from __future__ import annotations

from keyrack_estate.account.model import AccessKey, KmsKey, Root, SigningCertificate, User
from keyrack_estate.account.policies import ADMIN, allow, deny, modest, policy
from keyrack_estate.account.roles import BOUNDARY, Roles
from keyrack_estate.account.trusts import GITHUB, STS, aws, federated, service
from keyrack_estate.certificates import certificate
from keyrack_estate.chance import BASE32, HEX
from keyrack_estate.company import ORG, ORG_ID, REPO_ID
from keyrack_estate.minting import access_key_id, aws_secret
from keyrack_estate.truth import Anchor, arn
from keyrack_estate.world import World


class Extras:
    """Plants one or a few of each."""

    def __init__(self, world: World, roles: Roles) -> None:
        self.world = world
        self.account = world.account
        self.truth = world.truth
        self.roles = roles
        self.chance = world.chance.child("extras")

    def plant(self) -> None:
        """All of them."""
        self._trusts()
        self._oidc()
        self._grants()
        self._people()
        self._users()
        self._root()
        self._kms()

    def _role(self, name: str) -> Anchor:
        return arn(self.account.role_arn(name))

    def _trusts(self) -> None:
        for name in ("invoice-mover", "report-puller"):
            trust = aws("AROA" + self.chance.text(17, BASE32))
            trust["Statement"].append(service("lambda")["Statement"][0])
            self.roles.add(name, trust)
            self.truth.planted("deleted_principal_trusted", self._role(name))
        for vendor in self.world.company.vendors[:2]:
            pinned = {"StringEquals": {"sts:ExternalId": self.chance.text(20)}}
            name = f"{vendor.slug}-managed-service"
            self.roles.add(name, aws(f"arn:aws:iam::{vendor.accounts[0]}:root", pinned), managed=[ADMIN])
            self.truth.planted("third_party_admin", self._role(name), note=vendor.name)
            self.truth.planted("admin_grant", self._role(name), note="AdministratorAccess attached")

    def _oidc(self) -> None:
        web, api = f"repo:{ORG}@{ORG_ID}/web@{REPO_ID}", f"repo:{ORG}@{ORG_ID}/api@{REPO_ID + 1}"
        cases = (
            ("gha-preview", [f"{web}:pull_request"], "oidc_pull_request"),
            ("gha-api-checks", [f"{api}:pull_request"], "oidc_pull_request"),
            ("gha-stage-deploy", [f"{web}:environment:staging"], "prod_role_trusts_nonprod_jobs"),
            ("gha-api-stage", [f"{api}:environment:staging"], "prod_role_trusts_nonprod_jobs"),
            ("gha-release-both", [f"{web}:ref:refs/heads/main", f"{api}:ref:refs/heads/main"], "role_many_repositories"),
        )
        for name, subs, label in cases:
            condition = {"StringEquals": {f"{GITHUB}:aud": STS, f"{GITHUB}:sub": subs if len(subs) > 1 else subs[0]}}
            self.roles.add(name, federated(self.account.id, GITHUB, condition))
            self.truth.planted(label, self._role(name))
            self.truth.decoy("NHI6:2025", self._role(name), "pinned by immutable ids")

    def _grants(self) -> None:
        """Ways to be an administrator that a look at inline policies misses, and denies that do not help."""
        self.account.groups = {"developers": [], "automation-admins": [ADMIN]}
        self.account.policies["queue-all"] = policy(allow(["sqs:*"], "*"))
        self.roles.add("queue-drainer", service("lambda"), managed=[self.account.policy_arn("queue-all")])
        self.truth.planted("service_wildcard", self._role("queue-drainer"), note="sqs:* on * by a customer-managed policy")
        partly = policy(allow(["*"], "*"), deny(["s3:DeleteBucket"], "*"))
        self.roles.add("almost-denied", service("codebuild"), inline={"most": partly})
        self.truth.planted("admin_grant", self._role("almost-denied"), note="deny of one action")
        self.roles.add("widely-bounded", service("codebuild"), inline={"all": policy(allow(["*"], "*"))}, boundary=ADMIN)
        self.truth.planted("admin_grant", self._role("widely-bounded"), note="boundary that bounds nothing")
        self.roles.add("bounded-admin", service("codebuild"), managed=[ADMIN], boundary=self.account.policy_arn(BOUNDARY))
        self.truth.decoy("NHI5:2025", self._role("bounded-admin"), "AdministratorAccess under a read-only boundary")

    def _people(self) -> None:
        """Workload roles that a person may become."""
        functions = [f for f in self.account.functions if f.name.endswith("-worker")][:3]
        for number, function in enumerate(functions):
            role = self.account.roles[function.role.rsplit("/", maxsplit=1)[-1]]
            person = self.account.users[self.world.company.active[number].login]
            role.trust["Statement"].append(aws(self.account.user_arn(person))["Statement"][0])
            self.truth.planted("human_may_use_workload_role", arn(function.role), note=person.name)

    def _service(self, name: str, **more: object) -> User:
        tags = {"Type": "service", "Environment": "production", "Owner": self.chance.pick(self.world.company.active).email}
        inline = {"access": modest(self.account.id, name)}
        user = User(f"svc-{name}", "/service/", self.chance.ago(self.world.now, 400, 900), tags, inline=inline)
        for field, value in more.items():
            setattr(user, field, value)
        created, used = self.chance.ago(self.world.now, 10, 80), self.chance.ago(self.world.now, 0, 8)
        user.keys.append(AccessKey(access_key_id(self.chance, self.account.id), aws_secret(self.chance), created, used))
        self.account.users[user.name] = user
        return user

    def _users(self) -> None:
        for name in ("printer-bridge", "fax-gateway"):
            user = self._service(name)
            user.keys[0].service = "signin"
            self.truth.planted("key_used_for_console", arn(self.account.user_arn(user)), Anchor(public_id=user.keys[0].id))
        for name in ("intercom", "door-opener"):
            user = self._service(name, console=True, mfa=True)
            self.truth.planted("service_with_mfa", arn(self.account.user_arn(user)))
        for name in ("label-maker", "badge-printer"):
            user = self._service(name, groups=["automation-admins"])
            self.truth.planted("admin_grant", arn(self.account.user_arn(user)), note="AdministratorAccess by a group")
        for name in ("edi-signer", "soap-client"):
            user = self._service(name)
            made = certificate(self.chance.child(name), name, self.world.days_ago(300), 800, ca=True)
            user.certificate = SigningCertificate(made.text, self.world.days_ago(299))
            self.truth.planted("old_user_credential", arn(self.account.user_arn(user)), note="signing certificate of 299 days")

    def _root(self) -> None:
        now = self.world
        self.account.root = Root(
            now.days_ago(2200), now.days_ago(12), mfa=True, key_rotated=now.days_ago(700), key_used=now.days_ago(5)
        )
        anchor = arn(f"arn:aws:iam::{self.account.id}:root")
        self.truth.planted("root_access_key", anchor)
        self.truth.planted("root_used", anchor)
        self.truth.planted("key_unrotated", anchor, note="key of the root user, 700 days")
        for owasp in ("NHI5:2025", "NHI1:2025"):
            self.truth.debatable(owasp, anchor, "the account's root user")

    def _kms(self) -> None:
        for number, name in enumerate(("ledger", "exports", "archive", "orders", "cards", "sessions")):
            parts = (self.chance.text(length, HEX) for length in (8, 4, 4, 4, 12))
            key = KmsKey("-".join(parts), f"{name} data key", self.chance.ago(self.world.now, 500, 900), rotated=number >= 3)
            self.account.kms.append(key)
            anchor = arn(self.account.arn("kms", f"key/{key.id}"))
            if key.rotated:
                self.truth.decoy("NHI7:2025", anchor, "rotates every year")
            else:
                self.truth.planted("kms_not_rotated", anchor)
