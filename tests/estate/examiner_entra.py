"""Entra and Azure: what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from examiner_kit import ANNA, OLOF, Case, bad

from keyrack_estate import minting
from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.maker import App, Maker

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GITHUB = "https://token.actions.githubusercontent.com"
RBAC_ADMIN = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
RBAC_BLOCK = {
    "actions": ["Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete", "*/read"]
}
ENDED = "7d0c3f34-5a53-4a5a-a1f0-4c1f4f6a0e11"
SISTER = "0b0e8f0e-1f57-4a43-8f5c-26d3e0f3bd0d"
CONFIG = f"""[organisation]
accounts = ["{SISTER}"]
[vendors]
file = "vendors.csv"
"""
VENDORS = f"name,accounts,status\nCobalt Support,{ENDED},ended\nLumenwatch,5f4dcc3b-0000-4000-8000-00000000aaaa,active\n"


@dataclass
class Ground:
    """A tenant, its people and its two subscriptions."""

    maker: Maker = field(default_factory=lambda: Maker(Chance(4711, "examiner-entra"), NOW))
    chance: Chance = field(default_factory=lambda: Chance(4712, "examiner-entra-secrets"))
    tokens: tuple[str, str] = ("", "")
    anna: str = ""
    olof: str = ""
    prod: str = ""
    dev: str = ""

    def __post_init__(self) -> None:
        self.tokens = (self.chance.dense(40), self.chance.dense(40))
        self.anna = self.maker.user(ANNA, "Anna Berg", team="payments")
        self.olof = self.maker.user(OLOF, "Olof Ek", gone=True, team="payments")
        self.prod = self.maker.subscription("nordholm-production", {"environment": "production"})
        self.dev = self.maker.subscription("nordholm-development", {"environment": "development"})

    def uid(self, kind: str, object_id: str) -> str:
        return f"entra:{self.maker.directory.tenant}:{kind}/{object_id}"

    def sp(self, app: App) -> str:
        return self.uid("sp", app.sp)

    def app(self, name: str, *, used: float | None = 2, **more: Any) -> App:
        """An application of Anna's, in use by itself."""
        made = self.maker.app(name, owners=more.pop("owners", [self.anna]), **more)
        if used is not None:
            self.maker.signed_in(made.app_id, application=used)
        return made

    def mi(self, sub: str, group: str, name: str) -> tuple[dict[str, Any], str]:
        """A managed identity of Anna's and its uid."""
        made = self.maker.managed(sub, group, name, {"owner": ANNA})
        return made, self.uid("managed-identity", made["properties"]["principalId"])

    def directory_role(self, principal: str, role: str, title: str, scope: str = "/", **more: Any) -> None:
        """A directory role that the maker has no name for."""
        directory = self.maker.directory
        if all(one["id"] != role for one in directory.role_definitions):
            built_in = {"templateId": role, "isBuiltIn": True, "rolePermissions": []}
            directory.role_definitions.append({"id": role, "displayName": title, **built_in, **more})
        directory.role_assignments.append(
            {"id": self.maker.guid(), "principalId": principal, "roleDefinitionId": role, "directoryScopeId": scope}
        )


def wrong(g: Ground) -> Iterator[Case]:
    """Seed what is wrong."""
    for part in (
        _offboarding,
        _leaks,
        _third_parties,
        _sign_in,
        _rights,
        _more_rights,
        _federations,
        _old,
        _environments,
        _shared,
    ):
        yield from part(g)


def _offboarding(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("freight-quotes", owners=[g.olof])
    m.secret(one, "s", age=40, used=5)
    yield bad("E01", "NHI1", g.sp(one), "Its only owner's account is disabled; the secret still signs in.", "FIELD 1 NHI1 (b)")
    one = g.app("returns-mailer", owners=[], notes=f"Contact: {OLOF}")
    m.secret(one, "s", age=40, used=5)
    yield bad("E02", "NHI1", g.sp(one), "The only contact that anybody wrote down has left.", "OWASP NHI1: orphaned")
    one = g.app("stock-sync", used=400)
    m.secret(one, "s", age=500, life=900, used=400)
    m.permit(one.sp, "Directory.Read.All")
    yield bad(
        "E03", "NHI1", g.sp(one), "Last sign-in 400 days ago, live secret, right to read the directory.", "FIELD 1 NHI1 (a)"
    )
    one = g.app("pilot-forecast", used=None, age=300)
    m.secret(one, "s", age=150, life=365)
    yield bad(
        "E04",
        "NHI1",
        g.sp(one),
        "300 days old, never in the sign-in report, live secret.",
        "FIELD 1 NHI1: never used and older than grace",
    )
    blueprint = m.blueprint("claims agents", [g.anna], owners=[g.anna])
    agent = m.agent("claims agent 7", blueprint, [g.olof])
    yield bad(
        "E05",
        "NHI1",
        g.uid("agent", agent),
        "Its one sponsor has left: nobody answers for the agent.",
        "Entra Agent ID: owners, sponsors and managers",
    )
    one = g.app("old-deployer", enabled=False, used=200)
    m.assign(one.sp, "Owner", f"/subscriptions/{g.prod}")
    yield bad(
        "E06",
        "NHI1",
        g.sp(one),
        "Switched off, and still Owner of production: one click from coming back.",
        "FIELD 1 NHI1 E: disabled SP still holding role assignments",
    )
    sp = m.foreign("Cobalt remote helper", owner=ENDED, verified="Cobalt Support")
    m.permit(sp, "Mail.ReadWrite")
    yield bad(
        "E07",
        "NHI1 NHI3",
        g.uid("sp", sp),
        "The contract with the vendor has ended; its tenant still reads all mail.",
        "FIELD 1 NHI1 S: contract ended",
    )


def _leaks(g: Ground) -> Iterator[Case]:
    m = g.maker
    site = m.resource(g.prod, "rg-web", "Microsoft.Web/sites", "leaky-orders")
    m.attach(site, g.mi(g.prod, "rg-web", "mi-leaky-orders")[0])
    m.cloud.settings[f"{site['id']}/appsettings".lower()] = {
        "ORDERS_DB": f"Server=tcp:o.database.windows.net;Database=o;User ID=orders;Password={minting.password(g.chance)};"
    }
    yield bad(
        "E08", "NHI2", "~leaky-orders", "A SQL password in clear among the app settings.", "App Service: use Key Vault references"
    )
    site = m.resource(g.prod, "rg-web", "Microsoft.Web/sites", "leaky-functions")
    m.attach(site, g.mi(g.prod, "rg-web", "mi-leaky-functions")[0])
    key = g.chance.text(86) + "=="
    m.cloud.settings[f"{site['id']}/appsettings".lower()] = {
        "AzureWebJobsStorage": f"DefaultEndpointsProtocol=https;AccountName=nordfunc;AccountKey={key};EndpointSuffix=core.windows.net"
    }
    yield bad(
        "E09",
        "NHI2",
        "~leaky-functions",
        "The account key of a storage account in clear: full data rights, no end.",
        "Functions: identity-based connections",
    )
    account = m.resource(g.prod, "rg-ops", "Microsoft.Automation/automationAccounts", "leaky-runbooks")
    m.own_identity(account)
    m.cloud.children[f"{account['id']}/variables".lower()] = [
        {"name": "mailKey", "properties": {"isEncrypted": False, "value": f'"{minting.sendgrid(g.chance)}"'}}
    ]
    yield bad(
        "E10",
        "NHI2",
        "~leaky-runbooks",
        "An API key in an automation variable that is not encrypted.",
        "Azure Automation: variable assets",
    )
    environment = [{"name": "PAY_KEY", "value": minting.stripe(g.chance)}]
    m.resource(
        g.prod, "rg-batch", "Microsoft.ContainerInstance/containerGroups", "leaky-batch",
        properties={"containers": [{"name": "b", "properties": {"image": "b@sha256:0", "environmentVariables": environment}}]},
    )  # fmt: skip
    yield bad(
        "E11",
        "NHI2",
        "~leaky-batch",
        "A key in `value` instead of `secureValue`: every Reader sees it.",
        "ACI: set environment variables",
    )


def _third_parties(g: Ground) -> Iterator[Case]:
    m = g.maker
    sp = m.foreign("Inbox Insights")
    m.permit(sp, "Mail.ReadWrite")
    yield bad("E12", "NHI3", g.uid("sp", sp), "Unverified publisher with every mailbox of the company.", "FIELD 1 NHI3 E")
    sp = m.foreign("Directory Autopilot", verified="Autopilot Inc")
    m.permit(sp, "RoleManagement.ReadWrite.Directory")
    yield bad(
        "E13",
        "NHI3",
        g.uid("sp", sp),
        "A vendor, verified or not, that can make itself Global Administrator.",
        "Graph permissions reference: RoleManagement.ReadWrite.Directory",
    )
    sp = m.foreign("Free PDF Tools")
    m.consent(sp, "Mail.ReadWrite Files.ReadWrite.All offline_access", g.anna)
    yield bad(
        "E14",
        "NHI3",
        g.uid("sp", sp),
        "Illicit consent: one user gave an unverified app her mail and files, for ever.",
        "Defender: investigate risky OAuth apps; illicit consent grant",
    )
    sp = m.foreign("Backup Everywhere", verified="Backup Everywhere Ltd")
    m.assign(sp, "Contributor", f"/subscriptions/{g.prod}")
    yield bad(
        "E15",
        "NHI3",
        g.uid("sp", sp),
        "Another tenant's application may change all of production in Azure.",
        "FIELD 1 NHI3: third party x scope",
    )


def _sign_in(g: Ground) -> Iterator[Case]:
    m = g.maker
    implicit = {
        "redirectUris": ["https://a.nordholm.example/cb"],
        "implicitGrantSettings": {"enableAccessTokenIssuance": True, "enableIdTokenIssuance": False},
    }
    yield bad(
        "E16", "NHI4", g.sp(g.app("catalogue-admin", web=implicit)), "Access tokens by the implicit grant.", "RFC 9700 2.1.2"
    )
    none = {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False}
    plain = {"redirectUris": ["http://intranet.nordholm.example/cb"], "implicitGrantSettings": none}
    yield bad(
        "E17",
        "NHI4",
        g.sp(g.app("intranet", web=plain)),
        "Codes travel over plain http to another machine.",
        "RFC 9700 4.1; Entra redirect URI restrictions",
    )
    star = {"redirectUris": ["https://*.nordholm.example/cb"], "implicitGrantSettings": none}
    yield bad(
        "E18",
        "NHI4",
        g.sp(g.app("tenant-portal", web=star)),
        "A wildcard host: one forgotten subdomain receives tokens.",
        "Entra: restrictions on wildcards in redirect URIs",
    )
    one = g.app("release-bot")
    m.federate(one, "gh", GITHUB, "repo:nordholm@81204733/release@88:environment:production")
    m.secret(one, "s", age=20, life=90, used=3)
    yield bad(
        "E19",
        "NHI4",
        g.sp(one),
        "Federation works, and a secret that signs in as the same stands beside it.",
        "FIELD 1 NHI4 E: password creds where WIF possible",
    )
    one = g.app("field-tablet", isFallbackPublicClient=True, publicClient={"redirectUris": ["msal123://auth"]})
    m.secret(one, "s", age=20, life=90, used=3)
    yield bad(
        "E20",
        "NHI4",
        g.sp(one),
        "A public client with a secret: it ships to every tablet, and ROPC is open.",
        "FIELD 1 NHI4 E: public-client secrets; RFC 6749 2.1",
    )


def _rights(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("onboarding-flow")
    m.permit(one.sp, "AppRoleAssignment.ReadWrite.All")
    yield bad(
        "E21",
        "NHI5",
        g.sp(one),
        "May grant itself any permission: the same as all of them.",
        "Graph permissions reference: AppRoleAssignment.ReadWrite.All",
    )
    harmless = m.definition(
        "Log reader", {"actions": ["Microsoft.Insights/*/read", "Microsoft.Authorization/roleAssignments/write"]}
    )
    one = g.app("log-shipper")
    m.assign(one.sp, harmless, f"/subscriptions/{g.prod}")
    yield bad(
        "E22",
        "NHI5",
        g.sp(one),
        "A harmless name over roleAssignments/write: it makes itself Owner.",
        "Azure permissions: Microsoft.Authorization",
    )
    _, uid = g.mi(g.prod, "rg-core", "mi-bootstrap")
    m.assign(uid.rpartition("/")[2], "Owner", f"/providers/Microsoft.Management/managementGroups/{m.directory.tenant}")
    yield bad("E23", "NHI5", uid, "Owner of the root management group.", "Azure RBAC best practices: limit Owner")
    one, group = g.app("queue-drainer"), m.guid()
    m.directory.members[group] = [one.sp]
    m.assign(group, "Contributor", f"/subscriptions/{g.prod}", kind="Group")
    yield bad(
        "E24",
        "NHI5",
        g.sp(one),
        "Contributor of a whole subscription through a (nested) group.",
        "FIELD 1 NHI5 E: subscription Contributor",
    )
    role = m.definition("Role Based Access Control Administrator", RBAC_BLOCK, RBAC_ADMIN, "BuiltInRole")
    one = g.app("landing-zone")
    m.assign(one.sp, role, f"/subscriptions/{g.prod}")
    yield bad(
        "E25",
        "NHI5",
        g.sp(one),
        "May assign any role to anybody, no condition.",
        "Azure built-in roles: Role Based Access Control Administrator",
    )


def _more_rights(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("sso-helper")
    g.directory_role(one.sp, "158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator")
    yield bad(
        "E26",
        "NHI5",
        g.sp(one),
        "Adds a secret to any application, and so becomes the strongest.",
        "Entra built-in roles: Cloud Application Administrator (privileged)",
    )
    one = g.app("ticket-helper")
    allowed = [{"allowedResourceActions": ["microsoft.directory/applications/credentials/update"]}]
    g.directory_role(one.sp, m.guid(), "Ticket helper", isBuiltIn=False, rolePermissions=allowed)
    yield bad(
        "E27",
        "NHI5",
        g.sp(one),
        "A custom directory role with a harmless name that renews anybody's secrets.",
        "Entra custom roles: application permissions",
    )
    one = g.app("hr-import")
    g.directory_role(one.sp, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator")
    yield bad(
        "E28",
        "NHI5",
        g.sp(one),
        "May reset the password of a Global Administrator.",
        "Entra built-in roles: Privileged Authentication Administrator",
    )
    wide = m.definition("Patch operator", {"actions": ["*/read", "Microsoft.Compute/virtualMachines/*"]})
    one = g.app("patcher")
    m.assign(one.sp, wide, f"/subscriptions/{g.prod}")
    yield bad(
        "E29",
        "NHI5",
        g.sp(one),
        "runCommand on every machine: it becomes each machine's identity.",
        "Azure: virtualMachines/runCommand/action; NHI5 escalation",
    )


def _federations(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("any-repo-deploy")
    m.federate(one, "f", GITHUB, like="claims['sub'] matches 'repo:nordholm/*'")
    yield bad(
        "E30",
        "NHI6",
        g.sp(one),
        "Every repository, branch and pull request of the organisation.",
        "Entra: flexible federated identity credentials",
    )
    one = g.app("pr-preview")
    m.federate(one, "f", GITHUB, "repo:nordholm@81204733/preview@91:pull_request")
    m.assign(one.sp, "Contributor", f"/subscriptions/{g.prod}")
    yield bad(
        "E31",
        "NHI6",
        g.sp(one),
        "Code of an unreviewed pull request signs in as a Contributor of production.",
        "GitHub: OIDC subject of pull_request events",
    )
    one = g.app("odd-audience")
    m.federate(one, "f", GITHUB, "repo:nordholm@81204733/odd@92:environment:production", audience="https://github.com/nordholm")
    yield bad(
        "E32",
        "NHI6",
        g.sp(one),
        "GitHub's default audience: a token meant for anybody else is accepted here.",
        "Entra: federated credentials, recommended audience",
    )
    one = g.app("cluster-wide")
    m.federate(
        one, "f", "https://swedencentral.oic.prod-aks.azure.com/t/c/", like="claims['sub'] matches 'system:serviceaccount:*:*'"
    )
    yield bad(
        "E33", "NHI6", g.sp(one), "Every service account of the cluster.", "FIELD 1 NHI6 K8s: wildcard system:serviceaccount:*:*"
    )


def _old(g: Ground) -> Iterator[Case]:
    m = g.maker
    key = m.secret(g.app("century"), "s", age=30, life=36_000, used=1)
    yield bad(
        "E34", "NHI7", f"cred:azure:{key}", "A secret that ends in a hundred years.", "FIELD 1 NHI7 E: custom 99-yr secrets"
    )
    key = m.secret(g.app("two-years"), "s", age=500, life=730, used=1)
    yield bad(
        "E35", "NHI7", f"cred:azure:{key}", "500 days without rotation, in daily use.", "FIELD 1 NHI7: age since last rotation"
    )
    key = m.certificate(g.app("ten-year-cert"), "c", age=800, life=3650, used=1)
    yield bad(
        "E36",
        "NHI7",
        f"cred:azure:{key}",
        "A ten-year certificate, 800 days old.",
        "Entra app management policy: certificate lifetimes",
    )
    vault = m.resource(g.prod, "rg-core", "Microsoft.KeyVault/vaults", "kv-old", properties={"enableRbacAuthorization": True})
    m.vault_secret(vault, "erp-password", age=700, end=None)
    yield bad(
        "E37",
        "NHI7",
        "~kv-old/secrets/erp-password",
        "No end date, 700 days old.",
        "Azure Policy: Key Vault secrets should have an expiration date",
    )
    m.cloud.children[f"{vault['id']}/keys".lower()] = [
        {
            "name": "forever",
            "id": f"{vault['id']}/keys/forever",
            "properties": {"attributes": {"enabled": True, "created": m.epoch(-900)}, "rotationPolicy": None},
        }
    ]
    yield bad(
        "E38",
        "NHI7",
        "~kv-old/keys/forever",
        "A key without end and without rotation.",
        "Azure Policy: keys should have a rotation policy",
    )


def _environments(g: Ground) -> Iterator[Case]:
    m = g.maker
    made, uid = g.mi(g.prod, "rg-core", "mi-ledger")
    m.attach(m.resource(g.prod, "rg-ledger", "Microsoft.Web/sites", "ledger"), made)
    m.attach(m.resource(g.dev, "rg-ledger", "Microsoft.Web/sites", "ledger-dev"), made)
    yield bad(
        "E39",
        "NHI8",
        uid,
        "One managed identity attached in production and in development.",
        "OWASP NHI8: the example with managed identities",
    )
    machine = m.resource(g.dev, "rg-build", "Microsoft.Compute/virtualMachines", "build-9", tags={"owner": ANNA})
    own = m.own_identity(machine)
    m.assign(own, "Contributor", f"/subscriptions/{g.prod}/resourceGroups/rg-ledger")
    yield bad("E40", "NHI8", g.uid("managed-identity", own), "A development machine changes production.", "OWASP NHI8")
    one = g.app("settlement", tags=["env:prod"])
    m.federate(one, "f", GITHUB, "repo:nordholm@81204733/settlement@93:environment:staging")
    yield bad(
        "E41",
        "NHI8",
        g.sp(one),
        "Jobs of staging sign in as the production application.",
        "FIELD 1 NHI8: trust edge crosses prod/non-prod",
    )


def _shared(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("shared-deployer")
    for number, repo in enumerate(("storefront", "ledger", "ml-train", "hr-portal")):
        m.federate(one, repo, GITHUB, f"repo:nordholm@81204733/{repo}@{number + 60}:environment:production")
    yield bad("E42", "NHI9", g.sp(one), "Four unrelated repositories sign in as one application.", "OWASP NHI9")
    made, uid = g.mi(g.prod, "rg-core", "mi-everybody")
    for name in ("payroll", "newsletter", "warehouse", "chatbot"):
        m.attach(m.resource(g.prod, f"rg-{name}", "Microsoft.Web/sites", name), made)
    yield bad("E43", "NHI9", uid, "Four unrelated apps run as one identity.", "OWASP NHI9")
    one = g.app("night-automation", used=None, publicClient={"redirectUris": ["http://localhost"]}, isFallbackPublicClient=True)
    m.permit(one.sp, "Group.ReadWrite.All")
    m.secret(one, "s", age=20, life=90, used=1)
    m.signed_in(one.app_id, application=1, delegated=1)
    yield bad(
        "E44",
        "NHI10",
        g.sp(one),
        "People sign in through the automation's own registration, with localhost redirects and its secret.",
        "OWASP NHI10; RFC 8252",
    )
