"""A tenant with one of everything, for tests that read it, and the values planted in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from keyrack_estate import minting
from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.arm import Arm
from keyrack_estate.fakes.microsoft.both import Microsoft
from keyrack_estate.fakes.microsoft.graph import Graph
from keyrack_estate.fakes.microsoft.maker import MICROSOFT_TENANT, App, Maker

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GITHUB = "https://token.actions.githubusercontent.com"


@dataclass
class Tenant:
    """The maker, names of what it made, planted values, and a token each for both APIs."""

    maker: Maker
    ids: dict[str, str] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    planted: list[str] = field(default_factory=list)
    graph_token: str = ""
    arm_token: str = ""

    def uid(self, kind: str, name: str) -> str:
        """Uid of something made."""
        object_id = self.apps[name].sp if name in self.apps else self.ids[name]
        return f"entra:{self.maker.directory.tenant}:{kind}/{object_id}"

    def fakes(self, **graph: object) -> Microsoft:
        """Both APIs over this state."""
        tokens = {self.graph_token: "keyrack"}, {self.arm_token: "keyrack"}
        made = Graph(directory=self.maker.directory, tokens=tokens[0], **graph)  # type: ignore[arg-type]
        return Microsoft(graph=made, arm=Arm(cloud=self.maker.cloud, tokens=tokens[1]))


def small_tenant() -> Tenant:
    """Two people (one gone), eight applications, agents, managed identities, a vault, settings."""
    chance = Chance(11, "entra-test")
    maker = Maker(chance, NOW)
    made = Tenant(maker, graph_token=chance.dense(40), arm_token=chance.dense(40))
    made.planted += [made.graph_token, made.arm_token]
    _directory(made)
    _azure(made, chance)
    return made


def _directory(made: Tenant) -> None:
    maker, ids = made.maker, made.ids
    ids["anna"] = maker.user("anna@nordholm.example", "Anna Berg", team="payments")
    ids["olof"] = maker.user("olof@nordholm.example", "Olof Gone", gone=True, team="payments")
    ids["guest"] = maker.user("kim_partner.example#EXT#@nordholm.example", "Kim", kind="Guest")
    maker.manages(ids["anna"], ids["olof"])
    api = made.apps["api"] = maker.app("payments-api", owners=[ids["anna"]], tags=["env:prod"])
    maker.secret(api, "deploy", age=100, used=2)
    maker.secret(api, "old", age=900, life=365)
    maker.certificate(api, "cert", age=30, used=1)
    maker.federate(api, "github", GITHUB, "repo:nordholm/payments-api:environment:production")
    maker.federate(api, "flexible", GITHUB, like="claims['sub'] matches 'repo:nordholm/*' and claims['job_workflow_ref'] eq 'x'")
    maker.signed_in(api.app_id, application=2, delegated=5)
    maker.permit(api.sp, "RoleManagement.ReadWrite.Directory")
    maker.permit(api.sp, "User.Read.All")
    idle = made.apps["idle"] = maker.app("idle", owners=[ids["olof"]], enabled=False)
    maker.secret(idle, "never used", age=60)
    implicit = {"redirectUris": ["http://shop.example/cb"], "implicitGrantSettings": {"enableAccessTokenIssuance": True}}
    made.apps["spa"] = maker.app("spa", web=implicit, isFallbackPublicClient=True, notes="ask anna@nordholm.example")
    lone = maker.app("lone")
    del maker.directory.principals[lone.sp]
    ids["lone"] = lone.id
    ids["vendor"] = maker.foreign("Mail sync", verified=None)
    maker.consent(ids["vendor"], "Mail.ReadWrite User.Read", ids["anna"])
    maker.consent(ids["vendor"], "openid profile")
    ids["teams"] = maker.foreign("Microsoft Teams Services", owner=MICROSOFT_TENANT)
    maker.directory_role(api.sp, "Global Administrator")
    keeper, allowed = maker.guid(), ["microsoft.directory/applications/credentials/update"]
    blocks = [{"allowedResourceActions": allowed}]
    maker.directory.role_definitions.append(
        {"id": keeper, "displayName": "Key keeper", "isBuiltIn": False, "rolePermissions": blocks}
    )
    maker.directory.role_assignments.append({"principalId": api.sp, "roleDefinitionId": keeper, "directoryScopeId": "/"})
    maker.directory_role(ids["anna"], "Helpdesk Administrator", eligible=True)
    ids["group"] = maker.guid()
    maker.directory.members[ids["group"]] = [idle.sp]
    maker.directory_role(ids["group"], "Directory Readers")
    blueprint = made.apps["blueprint"] = maker.blueprint("support agents", [ids["anna"]])
    ids["agent"] = maker.agent("support agent 1", blueprint, [ids["anna"]])
    ids["orphan agent"] = maker.agent("support agent 2", blueprint, [])
    clients = {"clientApplications": {"includeServicePrincipals": [api.sp]}}
    maker.directory.policies.append(
        {"id": maker.guid(), "displayName": "only from Azure", "state": "enabled", "conditions": clients}
    )


def _azure(made: Tenant, chance: Chance) -> None:
    maker, ids = made.maker, made.ids
    prod = ids["prod"] = maker.subscription("nordholm-prod", {"environment": "production"})
    dev = ids["dev"] = maker.subscription("nordholm-dev")
    shared = maker.managed(prod, "rg-core", "mi-shared", {"owner": "anna@nordholm.example"})
    ids["mi"] = shared["properties"]["principalId"]
    path = f"{shared['id']}/federatedIdentityCredentials".lower()
    facts = {
        "issuer": "https://oidc.example/x/",
        "subject": "system:serviceaccount:payments:api",
        "audiences": ["api://AzureADTokenExchange"],
    }
    maker.cloud.children[path] = [{"id": f"{path}/k8s", "name": "k8s", "properties": facts}]
    site = maker.resource(prod, "rg-web", "Microsoft.Web/sites", "shop")
    maker.attach(site, shared)
    database = minting.postgres(chance, "db.nordholm.example", "payments_app", "payments")
    maker.cloud.settings[f"{site['id']}/appsettings".lower()] = {"WEBSITE_NODE": "22", "DATABASE_URL": database}
    strings = {"value": "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)", "type": "Custom"}
    maker.cloud.settings[f"{site['id']}/connectionstrings".lower()] = {"main": strings}
    made.planted.append(database.split(":")[2].split("@")[0])
    vm = maker.resource(dev, "rg-vm", "Microsoft.Compute/virtualMachines", "build-1", tags={"env": "dev"})
    ids["vm"] = maker.own_identity(vm)
    token = minting.stripe(chance)
    made.planted.append(token)
    env = [{"name": "STRIPE_SECRET_KEY", "value": token}, {"name": "LATER", "secretRef": "later"}]
    containers = {"template": {"containers": [{"name": "web", "env": env}]}}
    maker.resource(prod, "rg-web", "Microsoft.App/containerApps", "checkout", properties=containers)
    account = maker.resource(prod, "rg-ops", "Microsoft.Automation/automationAccounts", "ops")
    ids["automation"] = maker.own_identity(account)
    plain = minting.sendgrid(chance)
    made.planted.append(plain)
    maker.cloud.children[f"{account['id']}/variables".lower()] = [
        {"name": "SENDGRID_API_KEY", "properties": {"isEncrypted": False, "value": f'"{plain}"'}},
        {"name": "hidden", "properties": {"isEncrypted": True, "value": None}},
        {"name": "region", "properties": {"isEncrypted": False, "value": '"swedencentral"'}},
    ]
    policies = [{"objectId": made.apps["api"].sp, "permissions": {"secrets": ["get", "set"], "keys": ["all"]}}]
    vault = maker.resource(
        prod,
        "rg-core",
        "Microsoft.KeyVault/vaults",
        "nordholm-vault",
        properties={"enableRbacAuthorization": False, "accessPolicies": policies},
    )
    maker.vault_secret(vault, "stripe", age=400, end=None)
    maker.vault_secret(vault, "tls", age=20, end=70, kind="application/x-pkcs12")
    key = {
        "name": "sign",
        "id": f"{vault['id']}/keys/sign",
        "properties": {"attributes": {"exp": maker.epoch(30)}, "rotationPolicy": None},
    }
    maker.cloud.children[f"{vault['id']}/keys".lower()] = [key]
    maker.assign(made.apps["api"].sp, "Owner", f"/subscriptions/{prod}")
    maker.assign(ids["mi"], "Reader", f"/providers/Microsoft.Management/managementGroups/{maker.directory.tenant}")
    maker.assign(ids["group"], "Contributor", f"/subscriptions/{dev}/resourceGroups/rg-vm", kind="Group")
    custom = maker.definition("Restarter", {"actions": ["Microsoft.Web/sites/restart/action"]})
    maker.assign(ids["vm"], custom, f"/subscriptions/{prod}/resourceGroups/rg-web")
