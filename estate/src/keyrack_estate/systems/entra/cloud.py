"""Managed identities, roles, vaults and settings of the subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack_estate import minting
from keyrack_estate.fakes.microsoft.odata import Thing
from keyrack_estate.systems.entra.ground import Ground
from keyrack_estate.truth import native

CLUSTER = "https://oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMPROD"


class AzureCloud:
    """Plants Azure's part."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.maker = ground.maker
        self.chance = ground.chance.child("cloud")

    def plant(self) -> None:
        """All of it."""
        self._roles()
        self._identities()
        self._vaults()
        self._settings()
        self._containers()
        self._runbooks()

    def _roles(self) -> None:
        ground, maker = self.ground, self.maker
        app = ground.app("landing-zone")
        maker.assign(app.sp, "Owner", f"/providers/Microsoft.Management/managementGroups/{maker.directory.tenant}")
        ground.wrong("entra_subscription_ruler", app)
        app = ground.app("terraform-shared")
        maker.assign(app.sp, "Contributor", f"/subscriptions/{ground.shared}")
        ground.wrong("entra_subscription_ruler", app)
        vm = maker.resource(ground.shared, "rg-ops", "Microsoft.Compute/virtualMachines", "runner")
        runner = maker.own_identity(vm)
        custom = maker.definition("Role keeper", {"actions": ["Microsoft.Authorization/roleAssignments/*", "*/read"]})
        maker.assign(runner, custom, f"/subscriptions/{ground.shared}")
        ground.wrong("entra_subscription_ruler", runner, note="by a custom role")
        app = ground.app("terraform-team")
        maker.assign(app.sp, "Owner", f"/subscriptions/{ground.shared}/resourceGroups/rg-team")
        ground.right("NHI5:2025", app, "owns one resource group")
        app = ground.app("cost-reader")
        maker.assign(app.sp, "Reader", "/")
        ground.right("NHI5:2025", app, "reads everything, changes nothing")
        app = ground.app("aks-bootstrap")
        write = "ActionMatches{'Microsoft.Authorization/roleAssignments/write'}"
        condition = f"(!({write})) OR (@Request[x] ForAnyOfAnyValues:GuidEquals {{a}})"
        maker.assign(app.sp, "Owner", f"/subscriptions/{ground.shared}", condition=condition)
        ground.right("NHI5:2025", app, "a condition limits which roles it may give")
        app = ground.app("ci-dev")
        maker.assign(app.sp, "Contributor", f"/subscriptions/{ground.prod}/resourceGroups/rg-web")
        ground.wrong("entra_nonprod_in_prod", app)
        app = ground.app("viewer-dev")
        maker.assign(app.sp, "Reader", f"/subscriptions/{ground.prod}")
        ground.right("NHI8:2025", app, "a development identity that only looks at production")

    def _identities(self) -> None:
        ground, maker = self.ground, self.maker
        both = maker.managed(ground.shared, "rg-id", "mi-both", {"owner": ground.world.company.active[2].email})
        maker.attach(self._site(ground.prod, "orders", {}), both)
        maker.attach(
            maker.resource(ground.dev, "rg-vm", "Microsoft.Compute/virtualMachines", "sandbox-1", tags={"environment": "dev"}),
            both,
        )
        maker.assign(both["properties"]["principalId"], "Contributor", f"/subscriptions/{ground.shared}/resourceGroups/rg-orders")
        ground.wrong("entra_identity_two_environments", both["properties"]["principalId"])
        prod = maker.managed(ground.prod, "rg-id", "mi-two-places")
        maker.attach(self._site(ground.prod, "blog", {"app": "blog"}), prod)
        maker.attach(self._site(ground.shared, "blog-images", {"app": "blog"}), prod)
        ground.right("NHI8:2025", prod["properties"]["principalId"], "production, and a place of which nobody says more")
        many = maker.managed(ground.shared, "rg-id", "mi-everything")
        for name in ("mailer", "search", "export"):
            maker.attach(self._site(ground.shared, name, {}), many)
        ground.wrong("entra_identity_many_workloads", many["properties"]["principalId"])
        fleet = maker.managed(ground.shared, "rg-id", "mi-fleet")
        for number in range(4):
            maker.attach(maker.resource(ground.shared, "rg-fleet", "Microsoft.Compute/virtualMachines", f"web-{number}"), fleet)
        ground.right("NHI9:2025", fleet["properties"]["principalId"], "numbered machines of one group")
        slots = maker.managed(ground.shared, "rg-id", "mi-slots")
        site = self._site(ground.shared, "landing", {})
        maker.attach(site, slots)
        for slot in ("blue", "green", "canary"):
            thing = {**site, "id": f"{site['id']}/slots/{slot}", "name": slot, "type": "microsoft.web/sites/slots"}
            maker.attach(maker.cloud.add(thing), slots)
        ground.right("NHI9:2025", slots["properties"]["principalId"], "one app and its slots")
        cluster = maker.managed(ground.prod, "rg-id", "mi-payments-api")
        facts = {"issuer": CLUSTER, "subject": "system:serviceaccount:payments:api", "audiences": ["api://AzureADTokenExchange"]}
        path = f"{cluster['id']}/federatedIdentityCredentials".lower()
        maker.cloud.children[path] = [{"id": f"{path}/payments", "name": "payments", "properties": facts}]
        ground.right("NHI6:2025", cluster["properties"]["principalId"], "one service account of our own cluster")

    def _site(self, sub: str, name: str, tags: Mapping[str, str]) -> Thing:
        return self.maker.resource(sub, "rg-web", "Microsoft.Web/sites", name, tags=dict(tags))

    def _vaults(self) -> None:
        ground, maker = self.ground, self.maker
        vault = maker.resource(
            ground.shared, "rg-core", "Microsoft.KeyVault/vaults", "nordholm-core", properties={"enableRbacAuthorization": True}
        )
        for name, age, end in (("sendgrid", 400, 200), ("sftp-partner", 20, None), ("erp-login", 30, 900)):
            label = "entra_secret_far_end" if end == 900 else "entra_vault_secret_stale"
            ground.key_wrong(label, maker.vault_secret(vault, name, age=age, end=end))
        ground.key_right("NHI7:2025", maker.vault_secret(vault, "stripe", age=30, end=60), "set a month ago, ends in two")
        ground.key_right("NHI7:2025", maker.vault_secret(vault, "old-sms", age=500, end=None, enabled=False), "switched off")
        ground.key_right(
            "NHI7:2025",
            maker.vault_secret(vault, "tls-shop", age=30, end=60, kind="application/x-pkcs12"),
            "a certificate that is renewed",
        )
        rotating = [{"trigger": {"timeAfterCreate": "P1Y"}, "action": {"type": "rotate"}}]
        keys = [("signing", None, None), ("backup", rotating, None), ("session", None, 300)]
        listed = []
        for name, actions, end in keys:
            attributes: dict[str, Any] = {"enabled": True, **({"exp": maker.epoch(end)} if end else {})}
            listed.append(
                {
                    "id": f"{vault['id']}/keys/{name}", "name": name, "type": "Microsoft.KeyVault/vaults/keys",
                    "properties": {"attributes": attributes, "rotationPolicy": {"lifetimeActions": actions or []}},
                }
            )  # fmt: skip
        maker.cloud.children[f"{vault['id']}/keys".lower()] = listed
        ground.world.truth.planted("entra_vault_key_endless", native("azure", f"{vault['id']}/keys/signing".lower().lstrip("/")))
        for name, note in (("backup", "its policy rotates it"), ("session", "it ends")):
            ground.world.truth.decoy("NHI7:2025", native("azure", f"{vault['id']}/keys/{name}".lower().lstrip("/")), note)

    def _put(self, site: Thing, kind: str, values: Mapping[str, Any]) -> None:
        self.maker.cloud.settings[f"{site['id']}/{kind}".lower()] = dict(values)

    def _settings(self) -> None:
        ground, truth = self.ground, self.ground.world.truth
        site = self._site(ground.shared, "newsletter", {})
        self._put(site, "appsettings", {"SENDGRID_API_KEY": minting.sendgrid(self.chance), "WEBSITE_RUN_FROM_PACKAGE": "1"})
        truth.planted("entra_secret_in_setting", ground.spot(site))
        password = ground.world.share("payments-db")
        site = self._site(ground.shared, "payments-admin", {})
        self._put(
            site, "appsettings", {"PGHOST": "payments-db.nordholm.example", "PGUSER": "payments_app", "PGPASSWORD": password}
        )
        truth.planted("entra_secret_in_setting", ground.spot(site), note="the password of payments_app")
        ground.world.uses("payments-db", ground.spot(site))
        truth.debatable("NHI8:2025", ground.spot(site), "the same password lies in other systems, if they are there")
        key = minting.stripe(self.chance)
        left, right = self._site(ground.shared, "checkout-web", {}), self._site(ground.shared, "refunds", {})
        for one in (left, right):
            self._put(one, "appsettings", {"STRIPE_SECRET_KEY": key})
            truth.planted("entra_secret_in_setting", ground.spot(one))
        truth.planted("entra_secret_two_apps", ground.spot(left), ground.spot(right))
        key = minting.openai(self.chance)
        left = self._site(ground.prod, "assistant", {"environment": "production"})
        right = self._site(ground.dev, "assistant-next", {"environment": "test"})
        for one in (left, right):
            self._put(one, "appsettings", {"OPENAI_API_KEY": key})
            truth.planted("entra_secret_in_setting", ground.spot(one))
        truth.planted("entra_secret_two_environments", ground.spot(right), ground.spot(left))
        truth.planted("entra_secret_two_apps", ground.spot(right), ground.spot(left))
        site = self._site(ground.shared, "catalogue", {})
        reference = "@Microsoft.KeyVault(SecretUri=https://nordholm-core.vault.azure.net/secrets/stripe)"
        self._put(site, "appsettings", {"STRIPE_SECRET_KEY": reference, "PAYMENT_MODE": "live", "API_KEY_HEADER": "X-Api-Key"})
        self._put(
            site,
            "connectionstrings",
            {"main": {"value": "Server=db;Authentication=Active Directory Managed Identity", "type": "SQLAzure"}},
        )
        truth.decoy("NHI2:2025", ground.spot(site), "references to a vault, and settings that only sound secret")

    def _containers(self) -> None:
        ground, maker = self.ground, self.maker
        env = [{"name": "SLACK_BOT_TOKEN", "value": minting.slack_bot(self.chance)}, {"name": "LOG_LEVEL", "value": "info"}]
        facts = {"template": {"containers": [{"name": "bot", "env": env}]}}
        thing = maker.resource(ground.shared, "rg-bots", "Microsoft.App/containerApps", "standup-bot", properties=facts)
        ground.world.truth.planted("entra_secret_in_container", ground.spot(thing))
        env = [{"name": "SLACK_BOT_TOKEN", "secretRef": "slack"}, {"name": "SLACK_CHANNEL", "value": "#ops"}]
        facts = {"template": {"containers": [{"name": "bot", "env": env}]}}
        thing = maker.resource(ground.shared, "rg-bots", "Microsoft.App/containerApps", "alert-bot", properties=facts)
        ground.world.truth.decoy("NHI2:2025", ground.spot(thing), "the value lies in the app's secret store")

    def _runbooks(self) -> None:
        ground, maker = self.ground, self.maker
        account = maker.resource(ground.shared, "rg-ops", "Microsoft.Automation/automationAccounts", "nightly")
        maker.own_identity(account)
        maker.resource(ground.shared, "rg-ops", "Microsoft.Automation/automationAccounts/runbooks", "nightly/cleanup")
        plain = minting.datadog(self.chance)
        maker.cloud.children[f"{account['id']}/variables".lower()] = [
            {"name": "DATADOG_API_KEY", "properties": {"isEncrypted": False, "value": f'"{plain}"'}},
            {"name": "Region", "properties": {"isEncrypted": False, "value": '"swedencentral"'}},
        ]
        ground.world.truth.planted("entra_secret_in_setting", ground.spot(account))
        account = maker.resource(ground.shared, "rg-ops", "Microsoft.Automation/automationAccounts", "weekly")
        maker.own_identity(account)
        hidden = {"name": "SFTP_PASSWORD", "properties": {"isEncrypted": True, "value": None}}
        maker.cloud.children[f"{account['id']}/variables".lower()] = [hidden]
        ground.world.truth.decoy("NHI2:2025", ground.spot(account), "an encrypted variable")
