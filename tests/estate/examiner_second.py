"""A second set of the examiner's, written after the first was repaired and run once: it tells whether repairs went beyond their cases."""

from __future__ import annotations

from collections.abc import Iterator

import examiner_entra
import examiner_gcp
import examiner_openbao
from examiner_kit import ANNA, Case, bad, fine

from keyrack_estate import minting

PUBLIC = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"


def entra(g: examiner_entra.Ground) -> Iterator[Case]:
    """Entra and Azure."""
    m, github = g.maker, examiner_entra.GITHUB
    role = m.definition(
        "Key Vault Administrator",
        {"dataActions": ["Microsoft.KeyVault/vaults/*"]},
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "BuiltInRole",
    )
    _, uid = g.mi(g.prod, "rg-core", "mi-vaults")
    m.assign(uid.rpartition("/")[2], role, f"/subscriptions/{g.prod}")
    yield bad("E101", "NHI5", uid, "Every secret of every vault of production.", "Azure built-in roles: Key Vault Administrator")
    one = g.app("pim-helper")
    m.roles["RoleAssignmentSchedule.ReadWrite.Directory"] = m.guid()
    m.directory.principals[m.graph]["appRoles"].append(
        {
            "id": m.roles["RoleAssignmentSchedule.ReadWrite.Directory"],
            "value": "RoleAssignmentSchedule.ReadWrite.Directory",
            "allowedMemberTypes": ["Application"],
            "isEnabled": True,
        }
    )
    m.permit(one.sp, "RoleAssignmentSchedule.ReadWrite.Directory")
    yield bad("E102", "NHI5", g.sp(one), "Assigns itself Global Administrator through PIM.", "Graph permissions reference")
    one = g.app("hr-reader")
    m.permit(one.sp, "User.Read.All")
    yield fine("E103", "NHI5", g.sp(one), "Reads users.", "Graph permissions reference")
    key = m.secret(g.app("fresh-long"), "s", age=10, life=730, used=1)
    yield bad(
        "E104", "NHI7", f"cred:azure:{key}", "Made last week for two years.", "Entra app management policy: secret lifetimes"
    )
    key = m.certificate(g.app("yearly-cert"), "c", age=200, life=365, used=1)
    yield fine("E105", "NHI7", f"cred:azure:{key}", "A certificate of a year.", "Entra app management policy")
    one = g.app("gitlab-any")
    m.federate(one, "f", "https://gitlab.com", like="claims['sub'] matches 'project_path:nordholm/*'")
    yield bad("E106", "NHI6", g.sp(one), "Every project of the group.", "Entra: flexible federated identity credentials")
    one = g.app("terraform-prod")
    m.federate(one, "f", "https://app.terraform.io", "organization:nordholm:project:core:workspace:prod:run_phase:apply")
    yield fine("E107", "NHI6 NHI9", g.sp(one), "One phase of one workspace.", "HCP Terraform: dynamic credentials for Azure")
    sp = m.foreign("Identity Concierge", verified="Concierge Inc")
    m.directory_role(sp, "Application Administrator")
    yield bad(
        "E108",
        "NHI3",
        g.uid("sp", sp),
        "A vendor that adds secrets to any application.",
        "Entra built-in roles: Application Administrator",
    )
    made = m.managed(g.prod, "rg-old", "mi-left-over")
    m.assign(made["properties"]["principalId"], "Contributor", f"/subscriptions/{g.prod}/resourceGroups/rg-old")
    yield bad(
        "E109",
        "NHI1",
        g.uid("managed-identity", made["properties"]["principalId"]),
        "Attached to nothing, owned by nobody, still a Contributor.",
        "OWASP NHI1: orphaned",
    )
    for name, settings in (
        (
            "plain-settings",
            {
                "PASSWORD_MIN_LENGTH": "12",
                "TOKEN_LIFETIME": "3600",
                "SECRET_ROTATION_URL": "https://kv.nordholm.example/rotate",
                "KEY_VAULT_NAME": "kv-prod",
                "JWT_PUBLIC_KEY": PUBLIC,
            },
        ),
        (
            "bus-settings",
            {
                "BUS": f"Endpoint=sb://nord.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={g.chance.text(43)}="
            },
        ),
    ):
        site = m.resource(g.prod, "rg-web", "Microsoft.Web/sites", name)
        m.own_identity(site)
        m.cloud.settings[f"{site['id']}/appsettings".lower()] = settings
    yield fine("E110", "NHI2", "~plain-settings", "Limits, names, an address and a public key.", "FIELD 4.6")
    yield bad("E111", "NHI2", "~bus-settings", "The root key of a service bus.", "Service Bus: shared access signatures")
    one = g.app("three-clusters")
    for name in ("payments", "storefront", "data"):
        m.federate(one, name, "https://swedencentral.oic.prod-aks.azure.com/t/c/", f"system:serviceaccount:{name}:api")
    yield bad("E112", "NHI9", g.sp(one), "Pods of three teams are one application.", "OWASP NHI9")
    one = g.app("ledger-prod", tags=["env:prod"])
    m.federate(one, "f", github, "repo:nordholm@81204733/ledger@61:environment:production")
    yield fine("E113", "NHI6 NHI8", g.sp(one), "Production's job signs in as production's application.", "OWASP NHI8")
    one = g.app("ledger-live", tags=["env:prod"])
    m.federate(one, "f", "https://swedencentral.oic.prod-aks.azure.com/t/c/", "system:serviceaccount:staging:ledger")
    yield bad("E114", "NHI8", g.sp(one), "Pods of staging are production's application.", "OWASP NHI8")


def gcp(g: examiner_gcp.Ground) -> Iterator[Case]:
    """Google Cloud."""
    s, sa, member, prod = g.state, examiner_gcp.sa, examiner_gcp.member, examiner_gcp.PROD
    one = g.sa("function-factory")
    for role in (examiner_gcp.USER, "roles/cloudfunctions.admin"):
        s.on_project(prod, role, member(one))
    yield bad(
        "G101",
        "NHI5",
        sa(one),
        "Writes code that runs as any account of the project.",
        "GCP privilege escalation: cloudfunctions with actAs (Rhino)",
    )
    one = g.sa("key-smith")
    s.grant("//cloudresourcemanager.googleapis.com/folders/300000000001", "roles/iam.serviceAccountKeyAdmin", [member(one)])
    yield bad("G102", "NHI5", sa(one), "Makes keys of every account below the folder.", "IAM roles: Service Account Key Admin")
    one = g.sa("one-secret")
    s.secret(prod, "one-secret", g.ago(20))
    s.grant(
        f"//secretmanager.googleapis.com/projects/{examiner_gcp.NUMBER}/secrets/one-secret",
        "roles/secretmanager.secretAccessor",
        [member(one)],
    )
    yield fine(
        "G103", "NHI5 NHI8", sa(one), "Reads the one secret it needs.", "Secret Manager best practices: grant on the secret"
    )
    one = g.sa("secret-boss")
    s.grant(f"//cloudresourcemanager.googleapis.com/organizations/{s.organization}", "roles/secretmanager.admin", [member(one)])
    yield bad("G104", "NHI5", sa(one), "All secrets of the organisation, and who may read them.", "Secret Manager best practices")
    mapping = {"google.subject": "assertion.sub"}
    one, pool = g.sa("ci-prefix"), s.pool(prod, "ci-prefix")
    s.provider(prod, pool, "gh", examiner_gcp.GITHUB, mapping, attributeCondition="assertion.repository.startsWith('nordholm')")
    s.on_account(one, examiner_gcp.FEDERATED, f"principalSet://iam.googleapis.com/{pool}/*")
    yield bad("G105", "NHI6", sa(one), "nordholm-anything/evil starts so too.", "IAM: WIF best practices")
    one, pool = g.sa("ci-two"), s.pool(prod, "ci-two")
    s.provider(prod, pool, "gh", examiner_gcp.GITHUB, mapping, attributeCondition="assertion.repository_id == '5512'")
    s.on_account(one, examiner_gcp.FEDERATED, f"principalSet://iam.googleapis.com/{pool}/*")
    yield fine(
        "G106",
        "NHI6",
        sa(one),
        "All of the pool, and the provider lets one repository in by its number.",
        "IAM: WIF best practices",
    )
    s.secret(
        prod, "stuck-rotation", g.ago(600), rotation={"rotationPeriod": "2592000s", "nextRotationTime": "2025-06-01T00:00:00Z"}
    )
    yield bad(
        "G107",
        "NHI7",
        "~stuck-rotation",
        "Rotation is planned and never happened: it only sends messages.",
        "Secret Manager: rotation schedules",
    )
    s.instance(prod, "meta-vm", g.sa("meta-vm-sa"), {"db-password": minting.password(g.chance)})
    yield bad("G108", "NHI2", "~meta-vm", "A password as a metadata value.", "Compute: about metadata")
    s.run(prod, "verifier", g.sa("verifier-sa"), {"JWT_PUBLIC_KEY": PUBLIC, "TOKEN_AUDIENCE": "https://api.nordholm.example"})
    yield fine("G109", "NHI2", "~verifier", "A public key and an address.", "RFC 7517")
    one = g.sa("dev-peek", examiner_gcp.DEV)
    s.secret(prod, "prod-only", g.ago(20))
    s.grant(
        f"//secretmanager.googleapis.com/projects/{examiner_gcp.NUMBER}/secrets/prod-only",
        "roles/secretmanager.secretAccessor",
        [member(one)],
    )
    yield bad("G110", "NHI8", sa(one), "Development reads a secret of production.", "OWASP NHI8")
    one = g.sa("prod-watcher")
    s.on_project(examiner_gcp.DEV, "roles/monitoring.viewer", member(one))
    yield fine("G111", "NHI8", sa(one), "Production's monitoring looks at development.", "OWASP NHI8")
    one = g.sa("hand-keys")
    s.on_account(one, "roles/iam.serviceAccountKeyAdmin", f"user:{ANNA}")
    yield bad("G112", "NHI10", sa(one), "A person may make keys of it and work as it.", "FIELD 1 NHI10 G")
    s.run(prod, "public-web", g.sa("public-web-sa"))
    s.grant(
        f"//run.googleapis.com/projects/{prod}/locations/europe-north1/services/public-web", "roles/run.invoker", ["allUsers"]
    )
    yield fine("G113", "NHI3 NHI4 NHI6", "~public-web", "A public web site.", "Cloud Run: public access")


def openbao(g: examiner_openbao.Ground) -> Iterator[Case]:
    """OpenBao."""
    uid = g.approle(
        "role-maker",
        g.policy(
            "role-maker",
            'path "auth/token/roles/*" { capabilities = ["create", "update"] }\npath "auth/token/create/*" { capabilities = ["update"] }',
        ),
    )
    yield bad(
        "B101", "NHI5", uid, "Makes a token role with any allowed policy, and a token by it.", "Token auth API: token roles"
    )
    uid = g.approle("reporter", g.policy("reporter", 'path "database/creds/reporting" { capabilities = ["read"] }'))
    yield fine("B102", "NHI5", uid, "One kind of dynamic login.", "Database engine")
    uid = g.approle("all-values", g.policy("all-values", 'path "secret/data/*" { capabilities = ["read"] }'))
    yield bad("B103", "NHI5", uid, "Reads every application's secrets.", "FIELD 1 NHI5 V")
    uid = g.approle("shared-reader", g.policy("shared-reader", 'path "secret/data/shared/*" { capabilities = ["read"] }'))
    yield fine("B104", "NHI5", uid, "One shared folder.", "OpenBao: policies")
    uid = g.jwt("any-workflow", bound_claims={"job_workflow_ref": "nordholm/*"}, bound_claims_type="glob")
    yield bad("B105", "NHI6", uid, "Any workflow of any repository of the organisation.", "GitHub: OIDC claims, job_workflow_ref")
    uid = g.jwt(
        "one-workflow",
        bound_claims={"job_workflow_ref": "nordholm/infra/.github/workflows/deploy.yml@refs/heads/main", "repository_id": "42"},
    )
    yield fine("B106", "NHI6", uid, "One workflow at one branch of one repository.", "GitHub: OIDC with reusable workflows")
    uid = g.kubernetes("api-anywhere", ["api*"], ["*"])
    yield bad("B107", "NHI6", uid, "Whoever may make an account named api-x in a namespace of his own.", "Kubernetes auth")
    g.secret("legacy/ftp", meta={"password": secrets_of(g)}, note="see metadata")
    yield bad(
        "B111",
        "NHI2",
        "~legacy/ftp",
        "A password in the metadata, which whoever lists may read and the audit log shows.",
        "KV v2: custom metadata is not secret",
    )
    g.secret("legacy/sftp", meta={"owner": ANNA, "rotation": "manual", "password_policy": "strong-20"}, password=secrets_of(g))
    yield fine("B112", "NHI2", "~legacy/sftp", "Words about the secret.", "KV v2: custom metadata")
    uid = g.jwt("four-repositories", bound_claims={"repository_id": ["11", "12", "13", "14"], "environment": "production"})
    yield bad("B114", "NHI9", uid, "Four repositories are one role.", "OWASP NHI9")
    uid = g.jwt(
        "one-repository",
        bound_claims={"repository_id": "71", "ref": ["refs/heads/main", "refs/heads/release", "refs/heads/hotfix"]},
    )
    yield fine("B115", "NHI6 NHI9", uid, "Three branches of one repository.", "OWASP NHI9")


def secrets_of(g: examiner_openbao.Ground) -> str:
    """A password made up now."""
    import secrets

    return f"Qv7{secrets.token_urlsafe(15)}"
