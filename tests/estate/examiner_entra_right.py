"""Entra and Azure: what looks wrong and is right."""

from __future__ import annotations

from collections.abc import Iterator

from examiner_entra import GITHUB, RBAC_ADMIN, SISTER, Ground
from examiner_kit import ANNA, Case, fine

from keyrack_estate.fakes.microsoft.maker import AZURE_ROLES, MICROSOFT_TENANT, ROLES

OTHER_MICROSOFT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
NONE = {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False}
ONLY_PULL = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
    "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{AZURE_ROLES['AcrPull'][0]}}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] "
    "ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'})) AND "
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR "
    "(@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{AZURE_ROLES['AcrPull'][0]}}}))"
)


def right(g: Ground) -> Iterator[Case]:
    """Seed what is right."""
    for part in (_offboarding, _principals, _leaks, _third_parties, _sign_in, _rights, _scoped, _federations, _old, _shared):
        yield from part(g)


def _offboarding(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("two-owners", owners=[g.olof, g.anna])
    m.secret(one, "s", age=20, life=90, used=2)
    yield fine("E51", "NHI1", g.sp(one), "One of two owners left; the other is here.", "Entra: at least one living owner")
    one = g.app("brand-new", used=None, age=6)
    m.secret(one, "s", age=6, life=90)
    yield fine("E52", "NHI1 NHI7", g.sp(one), "Six days old and not yet used.", "FIELD 1 NHI1: older than grace")
    one = g.app("burnt-out", enabled=False, used=None, age=900)
    m.secret(one, "s", age=900, life=730)
    yield fine(
        "E53",
        "NHI1 NHI4 NHI5 NHI7",
        g.sp(one),
        "Disabled, without rights, its secret expired: nothing left to offboard.",
        "OWASP NHI1: what is revoked is offboarded",
    )
    one = g.app(
        "people-portal", used=None, web={"redirectUris": ["https://p.nordholm.example/cb"], "implicitGrantSettings": NONE}
    )
    m.signed_in(one.app_id, delegated=1)
    yield fine(
        "E54",
        "NHI1 NHI4 NHI10",
        g.sp(one),
        "Never acts by itself, but people sign in through it every day.",
        "Graph: servicePrincipalSignInActivity, delegated client",
    )
    one = g.app("orders-api", used=None)
    m.directory.sign_ins.append(
        {"id": m.guid(), "appId": one.app_id, "applicationAuthenticationResourceSignInActivity": {"lastSignInDateTime": m.ago(1)}}
    )
    yield fine(
        "E55",
        "NHI1",
        g.sp(one),
        "An API: it never signs in, others call it daily, and it holds no credential.",
        "Graph: servicePrincipalSignInActivity, resource",
    )
    one = g.app("dr-failover", used=20)
    m.certificate(one, "c", age=100, life=365, used=20)
    m.secret(one, "old", age=600, life=180)
    yield fine(
        "E56",
        "NHI4 NHI7",
        g.sp(one),
        "A yearly certificate in use, and a secret that expired long ago.",
        "Entra: prefer certificates",
    )


def _principals(g: Ground) -> Iterator[Case]:
    m = g.maker
    sp = m.foreign("Office 365 Exchange Online", owner=MICROSOFT_TENANT, verified=None, age=2000)
    m.permit(sp, "Mail.ReadWrite")
    yield fine(
        "E57",
        "NHI1 NHI3 NHI5",
        g.uid("sp", sp),
        "Microsoft's own service: no owner, unverified, unused, and none of ours to clean.",
        "Verify first-party Microsoft applications in sign-in reports",
    )
    sp = m.foreign("Microsoft Assessment", owner=OTHER_MICROSOFT)
    m.permit(sp, "Directory.Read.All")
    yield fine(
        "E58",
        "NHI1 NHI3",
        g.uid("sp", sp),
        "Microsoft's other tenant (corp) owns first-party applications too.",
        "Verify first-party Microsoft applications: 72f988bf",
    )
    user = m.user("breakglass-1@nordholm.example", "Break glass 1")
    m.directory_role(user, "Global Administrator")
    yield fine(
        "E59",
        "NHI1 NHI5 NHI10",
        g.uid("user", user),
        "An emergency account of the directory: a human's, by design permanent.",
        "Entra: manage emergency access accounts",
    )
    machine = m.resource(g.prod, "rg-orders", "Microsoft.Compute/virtualMachines", "orders-vm", tags={"owner": ANNA})
    own = m.own_identity(machine)
    m.assign(
        own,
        "Key Vault Secrets User",
        f"/subscriptions/{g.prod}/resourceGroups/rg-orders/providers/Microsoft.KeyVault/vaults/kv-orders",
    )
    yield fine(
        "E60",
        "NHI1 NHI5 NHI8 NHI9",
        g.uid("managed-identity", own),
        "A machine's own identity: lives and dies with the machine, which has an owner; one vault, same environment.",
        "Managed identities: system-assigned life cycle",
    )
    blueprint = m.blueprint("triage agents", [g.anna], owners=[g.anna])
    agent = m.agent("triage agent 1", blueprint, [g.anna])
    yield fine(
        "E61",
        "NHI1 NHI5",
        g.uid("agent", agent),
        "An agent without owners, but with a living sponsor: what is asked of it.",
        "Entra Agent ID: owners, sponsors and managers",
    )
    off = m.agent("triage agent 0", blueprint, [g.olof], enabled=False)
    yield fine(
        "E62", "NHI1", g.uid("agent", off), "Its sponsor left and it was switched off: offboarded, holds nothing.", "OWASP NHI1"
    )


def _leaks(g: Ground) -> Iterator[Case]:
    m = g.maker
    site = m.resource(g.prod, "rg-web", "Microsoft.Web/sites", "careful-site")
    m.attach(site, g.mi(g.prod, "rg-web", "mi-careful-site")[0])
    m.cloud.settings[f"{site['id']}/appsettings".lower()] = {
        "DB_PASSWORD": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/db)",
        "SMTP_PASSWORD": "@Microsoft.KeyVault(VaultName=kv;SecretName=smtp)",
        "AzureWebJobsStorage__accountName": "nordcareful",
        "APPINSIGHTS_INSTRUMENTATIONKEY": m.guid(),
        "WEBSITE_AUTH_CLIENT_ID": m.guid(),
        "TOKEN_ENDPOINT": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "STRIPE_PUBLISHABLE_KEY": "pk_" + "live_" + g.chance.text(24),
        "ORDERS_DB": "Server=tcp:o.database.windows.net;Database=o;Authentication=Active Directory Managed Identity;",
    }
    yield fine(
        "E63",
        "NHI2",
        "~careful-site",
        "References to the vault, identifiers and a publishable key: nothing that authenticates.",
        "App Service Key Vault references; Stripe: publishable keys",
    )
    account = m.resource(g.prod, "rg-ops", "Microsoft.Automation/automationAccounts", "careful-runbooks")
    m.own_identity(account)
    m.cloud.children[f"{account['id']}/variables".lower()] = [
        {"name": "apiPassword", "properties": {"isEncrypted": True, "value": None}},
        {"name": "secretName", "properties": {"isEncrypted": False, "value": '"erp-password"'}},
    ]
    yield fine("E64", "NHI2", "~careful-runbooks", "Encrypted, or the name of a secret.", "Azure Automation: variable assets")
    site = m.resource(g.dev, "rg-web", "Microsoft.Web/sites", "sample-site")
    m.own_identity(site)
    m.cloud.settings[f"{site['id']}/appsettings".lower()] = {"API_KEY": "<your-api-key>", "DB_PASSWORD": "changeme-in-portal"}
    yield fine("E65", "NHI2", "~sample-site", "A template's placeholders.", "FIELD 4.6: verified that is not")
    environment = [{"name": "PAY_KEY", "secureValue": None}, {"name": "MODE", "value": "live"}]
    m.resource(
        g.prod, "rg-batch", "Microsoft.ContainerInstance/containerGroups", "careful-batch",
        properties={"containers": [{"name": "b", "properties": {"image": "b@sha256:0", "environmentVariables": environment}}]},
    )  # fmt: skip
    yield fine("E66", "NHI2", "~careful-batch", "A secure value, which nobody can read back.", "ACI: secure values")


def _third_parties(g: Ground) -> Iterator[Case]:
    m = g.maker
    sp = m.foreign("Travel Booker", verified="Travel Booker AB")
    m.consent(sp, "openid profile email User.Read")
    yield fine("E67", "NHI3 NHI5", g.uid("sp", sp), "Verified, for sign-in only.", "Entra: low-impact permissions for consent")
    sp = m.foreign("Lunch Poll")
    m.consent(sp, "openid profile email", g.anna)
    yield fine(
        "E68",
        "NHI3 NHI5",
        g.uid("sp", sp),
        "Unverified, but learns a name and an address: sign-in scopes.",
        "Entra: permissions classified low impact",
    )
    sp = m.foreign("Group Finance Sync", owner=SISTER, notes=f"owner: {ANNA}")
    m.permit(sp, "User.Read.All")
    yield fine(
        "E69",
        "NHI3",
        g.uid("sp", sp),
        "Another tenant of our own group, listed as ours: such apps cannot even be publisher-verified for us.",
        "keyrack configuration: [organisation] accounts",
    )
    sp = m.foreign("Old Survey Tool", accountEnabled=False)
    m.consent(sp, "Mail.ReadWrite", g.anna)
    yield fine(
        "E70",
        "NHI3",
        g.uid("sp", sp),
        "Switched off in our tenant: no token is issued to it.",
        "Entra: disable user sign-in for an application",
    )
    sp = m.foreign("Translate Addin")
    m.permit(sp, "Sites.Selected")
    yield fine("E71", "NHI5", g.uid("sp", sp), "Sites.Selected alone opens no site.", "Graph: Overview of Selected permissions")


def _sign_in(g: Ground) -> Iterator[Case]:
    m = g.maker
    native = {"redirectUris": ["http://localhost:8400", "http://127.0.0.1/cb", "myapp://auth"]}
    one = g.app("cli-tool", used=None, publicClient=native, isFallbackPublicClient=True)
    m.signed_in(one.app_id, delegated=1)
    yield fine(
        "E72",
        "NHI1 NHI4 NHI10",
        g.sp(one),
        "A native client without secret on loopback redirects, as it should be.",
        "RFC 8252 7.3",
    )
    local = {
        "redirectUris": ["http://localhost:5000/signin-oidc", "https://s.nordholm.example/cb"],
        "implicitGrantSettings": NONE,
    }
    yield fine(
        "E73",
        "NHI4",
        g.sp(g.app("web-with-localhost", web=local)),
        "http only to localhost, for developers.",
        "Entra: localhost exceptions",
    )
    one = g.app("moved-to-wif")
    m.federate(one, "f", GITHUB, "repo:nordholm@81204733/moved@31:environment:production")
    m.secret(one, "old", age=400, life=180)
    yield fine(
        "E74",
        "NHI4 NHI6 NHI7",
        g.sp(one),
        "Federation, immutable ids, and the secret it replaced has expired.",
        "GitHub changelog 2026-04-23: immutable subject claims",
    )
    one = g.app("saml-portal", tags=["WindowsAzureActiveDirectoryIntegratedApp"])
    m.directory.principals[one.sp]["keyCredentials"].append(
        {
            "keyId": m.guid(),
            "type": "X509CertAndPassword",
            "usage": "Sign",
            "startDateTime": m.ago(30),
            "endDateTime": m.ago(30 - 365),
            "displayName": "CN=SAML",
        }
    )
    yield fine(
        "E75",
        "NHI4 NHI7",
        g.sp(one),
        "A token-signing certificate of one year, a month old.",
        "Entra: manage federation certificates",
    )


def _rights(g: Ground) -> Iterator[Case]:
    m = g.maker
    scary = m.definition("Production Super Admin", {"actions": ["Microsoft.Web/sites/read"]})
    one = g.app("status-page")
    m.assign(one.sp, scary, f"/subscriptions/{g.prod}/resourceGroups/rg-web")
    yield fine("E76", "NHI5", g.sp(one), "A frightening name over one read.", "Azure custom roles")
    one = g.app("web-deployer")
    m.assign(one.sp, "Contributor", f"/subscriptions/{g.prod}/resourceGroups/rg-web")
    yield fine(
        "E77",
        "NHI5",
        g.sp(one),
        "Contributor of one resource group: the documented scope for a deployment.",
        "Azure: deploy with GitHub Actions, scope to a resource group",
    )
    one = g.app("aks-landing")
    m.assign(one.sp, RBAC_ADMIN, f"/subscriptions/{g.prod}", condition=ONLY_PULL)
    yield fine(
        "E78",
        "NHI5",
        g.sp(one),
        "May assign AcrPull to service principals, and no more.",
        "Azure: delegate role assignment management with conditions",
    )
    one = g.app("posture-scanner")
    m.permit(one.sp, "Directory.Read.All")
    m.directory_role(one.sp, "Global Reader")
    m.assign(one.sp, "Reader", f"/providers/Microsoft.Management/managementGroups/{m.directory.tenant}")
    yield fine(
        "E79",
        "NHI5",
        g.sp(one),
        "A security scanner reads everything and changes nothing.",
        "Entra built-in roles: Global Reader",
    )
    dotted = m.definition(
        "Almost owner",
        {
            "actions": ["Microsoft.Web/sites/*"],
            "notActions": ["Microsoft.Web/sites/*/write", "Microsoft.Web/sites/*/delete", "Microsoft.Web/sites/write"],
        },
    )
    one = g.app("restart-bot")
    m.assign(one.sp, dotted, f"/subscriptions/{g.prod}/resourceGroups/rg-web")
    yield fine("E80", "NHI5", g.sp(one), "What notActions leave is restart and reading.", "Azure role definitions: NotActions")


def _scoped(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("secret-rotator")
    target = g.app("rotated-app")
    g.directory_role(one.sp, ROLES["Application Administrator"], "Application Administrator", scope=f"/{target.id}")
    yield fine(
        "E81", "NHI5", g.sp(one), "Application Administrator of one application only.", "Entra: assign roles at application scope"
    )
    one = g.app("branch-helpdesk")
    m.directory_role(one.sp, "Helpdesk Administrator", scope=f"/administrativeUnits/{m.guid()}")
    yield fine("E82", "NHI5", g.sp(one), "Helpdesk of one administrative unit.", "Entra: administrative units")
    one = g.app("own-app-editor")
    m.roles["Application.ReadWrite.OwnedBy"] = m.guid()
    listed = m.directory.principals[m.graph]["appRoles"]
    listed.append(
        {
            "id": m.roles["Application.ReadWrite.OwnedBy"],
            "value": "Application.ReadWrite.OwnedBy",
            "allowedMemberTypes": ["Application"],
            "isEnabled": True,
        }
    )
    m.permit(one.sp, "Application.ReadWrite.OwnedBy")
    yield fine(
        "E83",
        "NHI5",
        g.sp(one),
        "May manage the applications it owns, and it owns none.",
        "Graph permissions reference: Application.ReadWrite.OwnedBy",
    )


def _federations(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("gov-audience")
    m.federate(
        one, "f", GITHUB, "repo:nordholm@81204733/gov@41:environment:production", audience="api://AzureADTokenExchangeUSGov"
    )
    yield fine(
        "E84",
        "NHI6",
        g.sp(one),
        "The documented audience of the US Government cloud.",
        "Entra: federated credential audiences of sovereign clouds",
    )
    one = g.app("aks-pod")
    m.federate(one, "f", "https://swedencentral.oic.prod-aks.azure.com/t/c/", "system:serviceaccount:payments:api")
    yield fine("E85", "NHI6 NHI9", g.sp(one), "One service account of one cluster.", "AKS: workload identity")
    one = g.app("reusable-release")
    claims = "claims['sub'] matches 'repo:nordholm@81204733/infra@42:ref:refs/heads/release/*' and claims['job_workflow_ref'] eq 'nordholm/infra/.github/workflows/release.yml@refs/heads/main'"
    m.federate(one, "f", GITHUB, like=claims)
    yield fine(
        "E86",
        "NHI6",
        g.sp(one),
        "A pattern within one repository's release branches, and one exact workflow.",
        "Entra: flexible federated identity credentials",
    )


def _old(g: Ground) -> Iterator[Case]:
    m = g.maker
    key = m.secret(g.app("quarterly"), "s", age=20, life=90, used=1)
    yield fine("E87", "NHI7", f"cred:azure:{key}", "90 days, 20 of them gone.", "Entra app management policy: secret lifetimes")
    vault = m.resource(g.prod, "rg-core", "Microsoft.KeyVault/vaults", "kv-good", properties={"enableRbacAuthorization": True})
    m.vault_secret(vault, "retired-password", age=800, end=None, enabled=False)
    yield fine("E88", "NHI7", "~kv-good/secrets/retired-password", "Disabled in the vault.", "Key Vault: secret attributes")
    m.vault_secret(vault, "web-tls", age=20, end=70, kind="application/x-pkcs12")
    yield fine("E89", "NHI7", "~kv-good/secrets/web-tls", "A certificate of 90 days, renewed.", "Key Vault: certificates")
    policy = {"lifetimeActions": [{"trigger": {"timeAfterCreate": "P90D"}, "action": {"type": "rotate"}}], "attributes": {}}
    m.cloud.children[f"{vault['id']}/keys".lower()] = [
        {
            "name": "rotating",
            "id": f"{vault['id']}/keys/rotating",
            "properties": {"attributes": {"enabled": True, "created": m.epoch(-900)}, "rotationPolicy": policy},
        }
    ]
    yield fine(
        "E90",
        "NHI7",
        "~kv-good/keys/rotating",
        "No end, but a new version every 90 days by itself.",
        "Key Vault: key auto-rotation",
    )


def _shared(g: Ground) -> Iterator[Case]:
    m = g.maker
    one = g.app("one-repo-many-branches")
    for name in ("environment:production", "ref:refs/heads/main", "ref:refs/tags/v1", "environment:production-eu"):
        m.federate(one, name, GITHUB, f"repo:nordholm@81204733/web@71:{name}")
    yield fine(
        "E91", "NHI9", g.sp(one), "Four subjects of one repository: one consumer.", "OWASP NHI9: one identity per application"
    )
    made, uid = g.mi(g.prod, "rg-slots", "mi-slotted")
    m.attach(m.resource(g.prod, "rg-slots", "Microsoft.Web/sites", "slotted"), made)
    for slot in ("staging", "last-known-good"):
        where = f"/subscriptions/{g.prod}/resourceGroups/rg-slots/providers/Microsoft.Web/sites/slotted/slots/{slot}"
        m.attach(m.resource(g.prod, "rg-slots", "Microsoft.Web/sites/slots", f"slotted/{slot}", id=where), made)
    yield fine("E92", "NHI9", uid, "An app and its deployment slots are one app.", "App Service: staging environments")
    made, uid = g.mi(g.dev, "rg-product-images", "mi-product-images")
    machine = m.resource(g.dev, "rg-product-images", "Microsoft.Compute/virtualMachines", "product-images")
    m.attach(machine, made)
    m.assign(uid.rpartition("/")[2], "Reader", f"/subscriptions/{g.dev}/resourceGroups/rg-product-images")
    yield fine(
        "E93", "NHI8", uid, "`product` is no `prod`: all of it is in development.", "FIELD 1 NHI8: environment with confidence"
    )
    sub = m.subscription("nordholm-connectivity")
    own = m.own_identity(m.resource(g.dev, "rg-build", "Microsoft.Compute/virtualMachines", "build-2", tags={"owner": ANNA}))
    m.assign(own, "AcrPull", f"/subscriptions/{sub}/resourceGroups/rg-registry")
    yield fine(
        "E94",
        "NHI5 NHI8",
        g.uid("managed-identity", own),
        "Development pulls images from the shared registry.",
        "Azure landing zones: shared platform subscriptions",
    )
    one = g.app("customer-web", used=None, web={"redirectUris": ["https://c.nordholm.example/cb"], "implicitGrantSettings": NONE})
    m.permit(one.sp, "Mail.Send")
    m.certificate(one, "c", age=20, life=365, used=1)
    m.signed_in(one.app_id, application=1, delegated=1)
    yield fine(
        "E95",
        "NHI10",
        g.sp(one),
        "An ordinary confidential web app: people sign in to it, and its backend calls Graph itself.",
        "Microsoft identity platform: web app that calls web APIs and daemon",
    )
