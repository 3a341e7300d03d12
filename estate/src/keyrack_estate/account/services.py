"""Troubles of the services that let others in: certificates, pods, guests, application clients, mail users, rotation."""

from __future__ import annotations

import uuid
from datetime import timedelta

from keyrack_estate.account.model import AccessKey, AppClient, Document, EksCluster, IdentityPool, User, UserPool, VaultSecret
from keyrack_estate.account.policies import allow, policy
from keyrack_estate.account.roles import Roles
from keyrack_estate.account.trusts import service
from keyrack_estate.certificates import certificate
from keyrack_estate.chance import HEX
from keyrack_estate.minting import access_key_id, aws_secret, password
from keyrack_estate.truth import Anchor, arn, key
from keyrack_estate.world import World

ISSUER = "oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLM"


class Services:
    """Plants several of each, with the same thing done right beside them."""

    def __init__(self, world: World, roles: Roles) -> None:
        self.world, self.account, self.truth, self.roles = world, world.account, world.truth, roles
        self.chance = world.chance.child("services")

    def plant(self) -> None:
        """All of them."""
        self._certificates()
        self._pods()
        self._guests()
        self._clients()
        self._mail()
        self._rotation()
        self._analyzer()

    def _add(self, operation: str, *rows: Document) -> None:
        self.account.front.setdefault(operation, []).extend(rows)

    def _id(self) -> str:
        return str(uuid.UUID(hex=self.chance.text(32, HEX)))

    def _role(self, name: str, trust: Document, **more: object) -> str:
        """A role of our own; returns its ARN."""
        owner = self.chance.pick(self.world.company.active).email
        self.roles.add(name, trust, {"Owner": owner, "Environment": "production"}, **more)
        return self.account.role_arn(name)

    def _certificates(self) -> None:
        now = self.world.now.isoformat()
        anchors = {}
        for name in ("factory-ca", "office-ca"):
            made = certificate(self.chance.child(name), name, self.world.days_ago(200), 3000, ca=True)
            identifier = self._id()
            anchors[name] = self.account.arn("rolesanywhere", f"trust-anchor/{identifier}")
            source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": made.text}}
            self._add("rolesanywhere.ListTrustAnchors", {
                "trustAnchorId": identifier, "trustAnchorArn": anchors[name], "name": name, "enabled": True, "createdAt": now,
                "updatedAt": now, "source": source,
            })  # fmt: skip
        crl = self._id()
        self._add("rolesanywhere.ListCrls", {
            "crlId": crl, "crlArn": self.account.arn("rolesanywhere", f"crl/{crl}"), "name": "office", "enabled": True,
            "trustAnchorArn": anchors["office-ca"], "createdAt": now, "updatedAt": now,
        })  # fmt: skip
        offered = []
        for name, anchor, subject in (
            ("press-telemetry", "office-ca", None), ("till-uploader", "office-ca", None), ("archive-courier", "office-ca", None),
            ("batch-onprem", "office-ca", "batch-*"), ("scale-reader", "office-ca", "scale-reader"),
            ("oven-logger", "factory-ca", "oven-*"),
        ):  # fmt: skip
            trust = service("rolesanywhere")
            condition: Document = {"ArnEquals": {"aws:SourceArn": anchors[anchor]}}
            if subject:
                condition["StringLike"] = {"aws:PrincipalTag/x509Subject/CN": subject}
            trust["Statement"][0]["Condition"] = condition
            role = self._role(name, trust)
            offered.append(role)
            if subject:
                self.truth.decoy("NHI6:2025", arn(role), "only certificates of that name")
            else:
                self.truth.planted("certificates_all_admitted", arn(role), note=anchor)
            if anchor == "factory-ca":
                self.truth.planted("no_revocation", arn(role), note="no revocation list for factory-ca")
        profile = self._id()
        self._add("rolesanywhere.ListProfiles", {
            "profileId": profile, "profileArn": self.account.arn("rolesanywhere", f"profile/{profile}"), "name": "machines",
            "enabled": True, "roleArns": offered, "createdAt": now, "updatedAt": now, "durationSeconds": 3600,
        })  # fmt: skip

    def _pods(self) -> None:
        for name, environment in (("prod-eu", "production"), ("prod-us", "production"), ("stage-eu", "staging")):
            issuer = ISSUER + name.replace("-", "").upper()
            self.account.clusters.append(EksCluster(name, issuer, {"Environment": environment}))
        cases: tuple[tuple[str, str | None, tuple[tuple[str, str, str], ...]], ...] = (
            ("pods-everything", "pod_role_shared", (("prod-eu", "shop", "cart"), ("prod-eu", "billing", "invoices"))),
            ("pods-readers", "pod_role_shared", (("prod-eu", "a", "b"), ("prod-us", "ads", "bids"), ("prod-us", "map", "web"))),
            ("pods-catalogue", "pod_role_two_environments", (("prod-eu", "catalogue", "api"), ("stage-eu", "catalogue", "api"))),
            ("pods-returns", "pod_role_two_environments", (("prod-us", "returns", "api"), ("stage-eu", "returns", "api"))),
            ("pods-orders", None, (("prod-eu", "orders", "api"), ("prod-us", "orders", "api"))),
            ("pods-ledger", None, (("prod-eu", "ledger", "api"), ("prod-eu", "ledger", "worker"))),
        )  # fmt: skip
        for name, label, places in cases:
            role = self._role(name, service("pods.eks"))
            for cluster, namespace, account in places:
                number = f"a-{self.chance.text(12, HEX)}"
                self._add("eks.ListPodIdentityAssociations", {
                    "clusterName": cluster, "namespace": namespace, "serviceAccount": account, "roleArn": role,
                    "associationId": number,
                    "associationArn": self.account.arn("eks", f"podidentityassociation/{cluster}/{number}"),
                    "createdAt": self.world.days_ago(90).isoformat(),
                })  # fmt: skip
            for other, owasp in (("pod_role_shared", "NHI9:2025"), ("pod_role_two_environments", "NHI8:2025")):
                if label == other:
                    self.truth.planted(label, arn(role))
                else:
                    self.truth.decoy(owasp, arn(role), "one program, or one environment")

    def _guests(self) -> None:
        table = [f"arn:aws:dynamodb:{self.account.region}:{self.account.id}:table/carts"]
        writes, reads = policy(allow(["dynamodb:PutItem"], table[0])), policy(allow(["s3:GetObject"], "arn:aws:s3:::catalogue/*"))
        cases = (
            ("guest-carts", True, False, writes, True), ("guest-reviews", True, True, writes, True),
            ("guest-catalogue", True, False, reads, False),
            ("signed-in-carts", False, False, writes, False),
        )  # fmt: skip
        for name, guests, classic, document, bad in cases:
            pool = f"{self.account.region}:{self._id()}"
            audience = "unauthenticated" if guests else "authenticated"
            claims = {"cognito-identity.amazonaws.com:aud": pool, "cognito-identity.amazonaws.com:amr": audience}
            trust: Document = {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": claims},
            }]}  # fmt: skip
            role = self._role(name, trust, inline={"access": document})
            self.account.identity_pools.append(IdentityPool(pool, name.replace("-", "_"), guests, classic, {audience: role}))
            if bad:
                self.truth.planted("guests_may_write", arn(role))
            else:
                self.truth.decoy("NHI6:2025", arn(role), "guests read a catalogue, or people signed in")

    def _clients(self) -> None:
        pool = UserPool(f"{self.account.region}_{self.chance.text(9)}", "customers", [])
        code = {"AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthScopes": ["openid"]}
        cases = (
            ("old-spa", {**code, "AllowedOAuthFlows": ["implicit"], "CallbackURLs": ["https://shop.nordholm.example/cb"]}, True),
            ("kiosk", {**code, "CallbackURLs": ["http://kiosk.nordholm.internal/cb"]}, True),
            ("mobile-v1", {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}, True),
            ("web", {**code, "CallbackURLs": ["https://shop.nordholm.example/cb"]}, False),
            ("developers", {**code, "CallbackURLs": ["http://localhost:3000/cb"]}, False),
            ("back-office", {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "GenerateSecret": True}, False),
        )  # fmt: skip
        for name, settings, bad in cases:
            client = AppClient(self.chance.text(26).lower(), name, settings)
            pool.clients.append(client)
            anchor = arn(self.account.arn("cognito-idp", f"userpool/{pool.id}/client/{client.id}"))
            if bad:
                self.truth.planted("client_flow", anchor)
            else:
                self.truth.decoy("NHI4:2025", anchor, "code over https, this machine, or a server with its secret")
        self.account.user_pools.append(pool)

    def _mail(self) -> None:
        own = f"arn:aws:ses:{self.account.region}:{self.account.id}:identity/mail.nordholm.example"
        sender = {"StringLike": {"ses:FromAddress": "shop@mail.nordholm.example"}}
        cases = (("newsletter", "*", None), ("invoices", "*", None), ("alerts", own, None), ("receipts", "*", sender))
        for name, resource, condition in cases:
            statement = allow(["ses:SendRawEmail"], resource)
            if condition:
                statement["Condition"] = condition
            owner = self.chance.pick(self.world.company.active).email
            tags = {"Type": "service", "Environment": "production", "Owner": owner}
            user = User(
                f"smtp-{name}", "/service/", self.chance.ago(self.world.now, 100, 300), tags, inline={"send": policy(statement)}
            )
            created, used = self.chance.ago(self.world.now, 10, 60), self.chance.ago(self.world.now, 0, 5)
            made = AccessKey(access_key_id(self.chance, self.account.id), aws_secret(self.chance), created, used, service="ses")
            user.keys.append(made)
            self.account.users[user.name] = user
            anchor = arn(self.account.user_arn(user))
            if resource == "*" and not condition:
                self.truth.planted("mail_as_anyone", anchor, key(made.id))
            else:
                self.truth.decoy("NHI5:2025", anchor, "one domain, or one sender")

    def _rotation(self) -> None:
        now = self.world.now
        for name, late in (("club/ledger-login", 25), ("gift-cards/ledger-login", 12), ("vouchers/ledger-login", 0)):
            changed = self.world.days_ago(30 + late if late else 10)
            secret = VaultSecret(
                name, password(self.chance), self.world.days_ago(300), changed, {"Environment": "production"}, 30
            )
            secret.next_rotation = changed + timedelta(days=31) if late else now + timedelta(days=20)
            self.account.secrets.append(secret)
            anchor = Anchor(arn=self.account.arn("secretsmanager", f"secret:{name}"))
            if late:
                self.truth.planted("rotation_overdue", anchor, note=f"{late} days late")
            else:
                self.truth.decoy("NHI7:2025", anchor, "rotates in time")
            self.truth.decoy("NHI2:2025", anchor, "in the vault, where it belongs")

    def _analyzer(self) -> None:
        now = self.world.now.isoformat()
        analyzer = self.account.arn("access-analyzer", "analyzer/outside")
        self._add(
            "accessanalyzer.ListAnalyzers",
            {"arn": analyzer, "name": "outside", "type": "ACCOUNT", "createdAt": now, "status": "ACTIVE"},
        )
        for name, ours in (("quiet-courier", False), ("silent-porter", False), ("batch-onprem", True)):
            role = self.account.role_arn(name) if ours else self._role(name, service("lambda"))
            outside = {"isPublic": False, "principal": {"AWS": self.world.company.strangers[0]}, "condition": {}}
            self._add("accessanalyzer.ListFindingsV2", {
                "analyzerArn": analyzer, "id": self._id(), "findingType": "UnusedIAMRole" if ours else "ExternalAccess",
                "resource": role, "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": self.account.id, "status": "ACTIVE",
                "analyzedAt": now,
                "createdAt": now, "updatedAt": now, "findingDetails": [] if ours else [{"externalAccessDetails": outside}],
            })  # fmt: skip
            if ours:
                self.truth.decoy("NHI3:2025", arn(role), "a finding of another kind")
            else:
                self.truth.planted("analyzer_disagrees", arn(role))
