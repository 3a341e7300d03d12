"""A small organisation in the fake: one of everything the provider reads. Secrets are made here, at run time."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from keyrack_estate.fakes.gcp import GcpFake, deny_policy
from keyrack_estate.fakes.gcp_state import GcpState

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TOKEN_ENV = "GCP_TEST_TOKEN"
PROD, DEV, PROD_NUMBER = "acme-prod", "acme-dev", "200000000001"
GITHUB = "https://token.actions.githubusercontent.com"
DEPLOYER = f"deployer@{PROD}.iam.gserviceaccount.com"
DEFAULT = f"{PROD_NUMBER}-compute@developer.gserviceaccount.com"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class Seed:
    """The state, the fake on it, and the secret values that must never come out."""

    def __init__(self) -> None:
        self.state = GcpState(domain="acme.example")
        self.password = "Pq7-" + secrets.token_urlsafe(18)
        self.stripe = "sk_" + "live_" + secrets.token_hex(16)
        self.stored = "vT9x" + secrets.token_urlsafe(20)
        self.token = "ya29." + secrets.token_urlsafe(32)
        self.key_id, self.old_key = secrets.token_hex(20), secrets.token_hex(20)
        self._hierarchy()
        self._accounts()
        self._federation()
        self._grants()
        self._stores()
        self._workloads()

    @property
    def planted(self) -> list[str]:
        return [self.password, self.stripe, self.stored, self.token]

    def fake(self, **more: object) -> GcpFake:
        return GcpFake(state=self.state, tokens={self.token: "keyrack"}, **more)

    def _hierarchy(self) -> None:
        state = self.state
        state.open_organization()
        folder = state.folder("300000000001", "engineering", f"organizations/{state.organization}")
        state.project(PROD, PROD_NUMBER, folder, {"env": "prod", "team": "platform"})
        state.project(DEV, "200000000002", folder, {"env": "dev"})

    def _accounts(self) -> None:
        state = self.state
        state.account(PROD, "deployer", "111000000000000000001", "Deploys. Owner: Ada.Lovelace@acme.example")
        state.account(PROD, DEFAULT, "111000000000000000002")
        state.account(PROD, "reporting", "111000000000000000003", disabled=True)
        state.account(DEV, "playground", "111000000000000000004")
        state.key(DEPLOYER, self.key_id, ago(400))
        state.key(DEPLOYER, self.old_key, ago(100), ago(10))
        state.key(
            f"reporting@{PROD}.iam.gserviceaccount.com", secrets.token_hex(20), ago(50), NOW + timedelta(days=30), disabled=True
        )
        state.hmac_key(DEPLOYER, "GOOG1E" + "A" * 55, ago(500))
        state.used(DEPLOYER, ago(3), ago(400))
        state.used(DEPLOYER, ago(200), ago(400), self.key_id)
        state.used(f"playground@{DEV}.iam.gserviceaccount.com", None, ago(400))
        state.api_key(PROD, "11111111-aaaa-bbbb-cccc-000000000001", "maps", ago(300), restrictions={"browserKeyRestrictions": {"allowedReferrers": ["shop.acme.example/*"]}, "apiTargets": [{"service": "maps-backend.googleapis.com"}]})  # fmt: skip
        state.api_key(PROD, "11111111-aaaa-bbbb-cccc-000000000002", "open", ago(300))

    def _federation(self) -> None:
        state = self.state
        pool = state.pool(PROD, "github")
        mapping = {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"}
        state.provider(PROD, pool, "actions", GITHUB, mapping, attributeCondition="assertion.repository_owner_id == '81204733'")
        state.on_account(
            DEPLOYER,
            "roles/iam.workloadIdentityUser",
            f"principalSet://iam.googleapis.com/{pool}/attribute.repository/acme/infra",
        )
        state.on_account(DEPLOYER, "roles/iam.workloadIdentityUser", f"serviceAccount:{PROD}.svc.id.goog[payments/api]")

    def _grants(self) -> None:
        state = self.state
        state.on_project(PROD, "roles/editor", f"serviceAccount:{DEFAULT}", "user:ada.lovelace@acme.example")
        state.on_project(PROD, "roles/run.admin", f"serviceAccount:{DEPLOYER}", "group:platform@acme.example")
        state.on_project(
            PROD, "roles/viewer", f"serviceAccount:playground@{DEV}.iam.gserviceaccount.com", "user:eve@stranger.example"
        )
        state.on_project(
            PROD, "roles/storage.admin", f"deleted:serviceAccount:gone@{PROD}.iam.gserviceaccount.com?uid=111000000000000000099"
        )
        state.on_project(PROD, "roles/logging.viewer", f"serviceAccount:{DEPLOYER}", condition={"title": "until", "expression": 'request.time < timestamp("2027-01-01T00:00:00Z")'})  # fmt: skip
        state.on_account(
            DEPLOYER, "roles/iam.serviceAccountTokenCreator", "user:ada.lovelace@acme.example", "allAuthenticatedUsers"
        )
        state.grant(
            f"//cloudresourcemanager.googleapis.com/organizations/{state.organization}",
            "roles/browser",
            ["user:ada.lovelace@acme.example"],
        )
        state.grant(
            "//cloudresourcemanager.googleapis.com/folders/300000000001",
            "roles/iam.securityReviewer",
            [f"serviceAccount:{DEPLOYER}"],
        )
        state.add("role", PROD, f"projects/{PROD}/roles/minter", {"name": f"projects/{PROD}/roles/minter", "title": "Minter", "stage": "GA", "includedPermissions": ["iam.serviceAccounts.getAccessToken", "run.services.get"]})  # fmt: skip
        state.on_project(PROD, f"projects/{PROD}/roles/minter", f"serviceAccount:playground@{DEV}.iam.gserviceaccount.com")
        state.deny[f"projects/{PROD}"] = [
            deny_policy(f"projects/{PROD}", "no-keys", {
                "deniedPrincipals": [f"principal://iam.googleapis.com/projects/-/serviceAccounts/{DEPLOYER}", "principalSet://goog/public:all"],
                "deniedPermissions": ["iam.googleapis.com/serviceAccountKeys.create"],
            })
        ]  # fmt: skip

    def _stores(self) -> None:
        state = self.state
        state.secret(PROD, "payments-db", ago(600), self.stored, labels={"owner": "platform"})
        state.secret(
            PROD, "rotating", ago(600), rotation={"rotationPeriod": "2592000s", "nextRotationTime": "2026-12-01T00:00:00Z"}
        )
        state.version(PROD, "rotating", 2, ago(5))
        state.secret(PROD, "empty", ago(600))
        state.things["version"][-1].data["state"] = "DESTROYED"

    def _workloads(self) -> None:
        state = self.state
        state.run(PROD, "storefront", None, {"STRIPE_API_KEY": self.stripe, "LOG_LEVEL": "info"}, service="storefront")
        state.run(PROD, "nightly", DEPLOYER, kind="job")
        state.function(PROD, "resize", DEPLOYER, {"DB_PASSWORD": self.password})
        state.instance(PROD, "vm-1", DEFAULT, {"startup-script": f"#!/bin/sh\nexport DB_PASSWORD='{self.password}'\n"})
        state.instance(PROD, "vm-2", None)
        state.cluster(PROD, "main", {"default-pool": "default"}, workload_pool=False)
