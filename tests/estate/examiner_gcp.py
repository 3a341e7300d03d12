"""Google Cloud: what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from examiner_kit import ANNA, OLOF, Case, bad

from keyrack_estate import minting
from keyrack_estate.chance import Chance
from keyrack_estate.fakes.gcp_state import GcpState

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GITHUB = "https://token.actions.githubusercontent.com"
PROD, DEV, SHARED = "nordholm-prod", "nordholm-dev", "nordholm-artifacts"
NUMBER = "200000000001"
USER, TOKENS, FEDERATED = "roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator", "roles/iam.workloadIdentityUser"
VENDORS = "name,accounts,status\nLumenwatch,lumenwatch-collector,active\nCobalt Support,cobalt-remote,ended\n"
CONFIG = '[vendors]\nfile = "vendors.csv"\n'


@dataclass
class Ground:
    """An organisation with a production, a development and a shared project."""

    state: GcpState = field(default_factory=lambda: GcpState(domain="nordholm.example"))
    chance: Chance = field(default_factory=lambda: Chance(4713, "examiner-gcp"))
    numbers: int = 0

    def __post_init__(self) -> None:
        self.token = self.chance.dense(40)
        state = self.state
        state.open_organization()
        above = state.folder("300000000001", "engineering", f"organizations/{state.organization}")
        state.project(PROD, NUMBER, above, {"env": "prod"})
        state.project(DEV, "200000000002", above, {"env": "dev"})
        state.project(SHARED, "200000000003", above)

    def ago(self, days: float) -> datetime:
        return NOW - timedelta(days=days)

    def sa(
        self,
        local: str,
        project: str = PROD,
        owner: str | None = ANNA,
        *,
        used: float | None = 2,
        since: float = 400,
        disabled: bool = False,
    ) -> str:
        """A service account of Anna's, in use; its address. ``used`` below zero: Activity Analyzer says nothing."""
        self.numbers += 1
        text = f"Owner: {owner}" if owner else ""
        email = self.state.account(project, local, f"1110000000000000{self.numbers:05}", text, disabled=disabled)
        if used is None or used >= 0:
            self.state.used(email, self.ago(used) if used is not None else None, self.ago(since))
        return email

    def key(self, email: str, age: float, life: float | None = None, *, used: float | None = 1, **more: object) -> str:
        """A key; its id."""
        identifier = self.chance.bytes(20).hex()
        self.state.key(email, identifier, self.ago(age), self.ago(age - life) if life else None, **more)
        if used is not None:
            self.state.used(email, self.ago(used), self.ago(400), identifier)
        return identifier

    def role(self, name: str, title: str, *permissions: str) -> str:
        """A custom role of production; its name."""
        path = f"projects/{PROD}/roles/{name}"
        self.state.add(
            "role", PROD, path, {"name": path, "title": title, "stage": "GA", "includedPermissions": list(permissions)}
        )
        return path


def sa(email: str) -> str:
    """Uid of a service account."""
    return f"gcp:sa/{email}"


def member(email: str) -> str:
    return f"serviceAccount:{email}"


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
    s = g.state
    one = g.sa("quotes", used=300)
    g.key(one, 350, used=300)
    yield bad("G01", "NHI1", sa(one), "Last authentication 300 days ago, key still good.", "FIELD 1 NHI1 G")
    one = g.sa("pilot", used=None)
    g.key(one, 390, used=None)
    yield bad("G02", "NHI1", sa(one), "No authentication in 400 days of observation, key still good.", "FIELD 1 NHI1 G")
    s.on_project(
        PROD,
        "roles/storage.admin",
        f"deleted:serviceAccount:ghost-loader@{PROD}.iam.gserviceaccount.com?uid=999000000000000000099",
    )
    yield bad(
        "G03",
        "NHI1",
        "~ghost-loader@",
        "A deleted account still stands in the policy: undeleting it gives the role back.",
        "IAM: policies and deleted principals",
    )
    one = g.sa("retired-etl", used=-1, disabled=True)
    s.on_project(PROD, "roles/editor", member(one))
    yield bad("G04", "NHI1", sa(one), "Switched off, still Editor.", "FIELD 1 NHI1 G: disabled SA with bindings")
    one = g.sa("invoice-export", owner=OLOF)
    g.key(one, 30, 80)
    yield bad("G05", "NHI1", sa(one), "Its owner left in May.", "FIELD 1 NHI1 (b)")
    one = g.sa("mystery", owner=None)
    g.key(one, 30, 80)
    yield bad("G06", "NHI1", sa(one), "In use with a key, and nobody says whose it is.", "OWASP NHI1: orphaned")


def _leaks(g: Ground) -> Iterator[Case]:
    s = g.state
    s.function(PROD, "leaky-resize", g.sa("resize"), {"DB_PASSWORD": minting.password(g.chance)})
    yield bad(
        "G07", "NHI2", "~leaky-resize", "A password in clear in a function's settings.", "Cloud Functions: use Secret Manager"
    )
    script = f"#!/bin/sh\nexport PGPASSWORD='{minting.password(g.chance)}'\n"
    s.instance(PROD, "leaky-vm", g.sa("leaky-vm-sa"), {"startup-script": script})
    yield bad(
        "G08",
        "NHI2",
        "~leaky-vm",
        "A password in a start-up script: every project viewer reads metadata.",
        "Compute: about metadata",
    )
    s.run(PROD, "leaky-shop", g.sa("leaky-shop-sa"), {"STRIPE_KEY": minting.stripe(g.chance)})
    yield bad("G09", "NHI2", "~leaky-shop", "A live payment key in the environment of a service.", "Cloud Run: configure secrets")
    s.run(
        PROD,
        "leaky-nightly",
        g.sa("leaky-nightly-sa"),
        {"DATABASE_URL": minting.postgres(g.chance, "db.nordholm.example")},
        kind="job",
    )
    yield bad("G10", "NHI2", "~leaky-nightly", "A connection string with its password.", "Cloud Run: configure secrets")


def _third_parties(g: Ground) -> Iterator[Case]:
    s = g.state
    s.on_project(PROD, "roles/editor", "user:freelancer.kim@gmail.com")
    yield bad(
        "G11",
        "NHI3",
        "~freelancer.kim@gmail.com",
        "A private Google account is Editor of production.",
        "FIELD 1 NHI3 G: external member",
    )
    s.on_project(PROD, "roles/storage.admin", "serviceAccount:agent@unknown-vendor-7.iam.gserviceaccount.com")
    yield bad(
        "G12",
        "NHI3",
        "~agent@unknown-vendor-7",
        "An account of an unknown company's project may change and delete all buckets.",
        "FIELD 1 NHI3 G",
    )
    one = g.sa("open-door")
    s.on_account(one, TOKENS, "allAuthenticatedUsers")
    yield bad("G13", "NHI3 NHI6 NHI5", sa(one), "Everybody with a Google account mints its tokens.", "IAM: allAuthenticatedUsers")
    s.on_project(PROD, "roles/bigquery.dataEditor", "serviceAccount:remote@cobalt-remote.iam.gserviceaccount.com")
    yield bad(
        "G14",
        "NHI3 NHI1",
        "~remote@cobalt-remote",
        "The vendor's contract ended; its account still writes the warehouse.",
        "FIELD 1 NHI1 S: contract ended",
    )


def _sign_in(g: Ground) -> Iterator[Case]:
    s = g.state
    s.api_key(PROD, "10000000-0000-4000-8000-000000000001", "anything-goes", g.ago(30))
    yield bad("G15", "NHI4", "~anything-goes", "An API key without any restriction.", "Google Cloud: apply API key restrictions")
    s.api_key(
        PROD,
        "10000000-0000-4000-8000-000000000002",
        "any-api-from-browser",
        g.ago(30),
        restrictions={"browserKeyRestrictions": {"allowedReferrers": ["*.nordholm.example/*"]}},
    )
    yield bad(
        "G16",
        "NHI4",
        "~any-api-from-browser",
        "Any API (Gemini too), held back by a header that anybody writes.",
        "API keys best practices: add API restrictions",
    )
    one = g.sa("release")
    pool = s.pool(PROD, "release-pool")
    s.provider(
        PROD,
        pool,
        "gh",
        GITHUB,
        {"google.subject": "assertion.sub"},
        attributeCondition="assertion.repository_owner_id == '81204733'",
    )
    s.on_account(
        one, FEDERATED, f"principal://iam.googleapis.com/{pool}/subject/repo:nordholm@81204733/release@9:environment:production"
    )
    g.key(one, 40, 90)
    yield bad(
        "G17",
        "NHI4",
        sa(one),
        "Signs in by federation, and keeps a key beside it.",
        "FIELD 1 NHI4 G: SA keys where WIF available",
    )
    s.api_key(
        PROD,
        "10000000-0000-4000-8000-000000000003",
        "wide-open-referrer",
        g.ago(30),
        restrictions={"browserKeyRestrictions": {"allowedReferrers": ["*"]}},
    )
    yield bad(
        "G18",
        "NHI4",
        "~wide-open-referrer",
        "A restriction to all referrers is none.",
        "Google Cloud: apply API key restrictions",
    )


def _rights(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("thumbnailer")
    s.on_project(PROD, "roles/editor", member(one))
    yield bad("G19", "NHI5", sa(one), "Editor of production to make thumbnails.", "IAM: basic roles, avoid in production")
    one = g.sa("scheduler")
    s.on_project(PROD, TOKENS, member(one))
    yield bad("G20", "NHI5", sa(one), "Mints tokens of every account of the project.", "FIELD 1 NHI5 G")
    one = g.sa("log-helper")
    s.on_project(
        PROD, g.role("logHelper", "Log helper", "logging.logEntries.list", "resourcemanager.projects.setIamPolicy"), member(one)
    )
    yield bad(
        "G21",
        "NHI5",
        sa(one),
        "A harmless role name over setIamPolicy of the project.",
        "GCP privilege escalation: setIamPolicy (Rhino)",
    )
    one = g.sa("key-keeper")
    s.on_project(PROD, g.role("inventory", "Inventory", "iam.serviceAccounts.list", "iam.serviceAccountKeys.create"), member(one))
    yield bad(
        "G22",
        "NHI5",
        sa(one),
        "Makes keys of every account of the project.",
        "GCP privilege escalation: serviceAccountKeys.create (Rhino)",
    )
    one = g.sa("folder-bot")
    s.grant("//cloudresourcemanager.googleapis.com/folders/300000000001", "roles/resourcemanager.folderAdmin", [member(one)])
    yield bad(
        "G23",
        "NHI5",
        sa(one),
        "Sets the policy of a folder, and of every project in it.",
        "Resource Manager roles: folderAdmin has setIamPolicy",
    )
    one = g.sa("vm-factory")
    for role in (USER, "roles/compute.admin"):
        s.on_project(PROD, role, member(one))
    yield bad(
        "G24",
        "NHI5",
        sa(one),
        "Starts a machine as any account of the project.",
        "GCP privilege escalation: actAs with instances.create",
    )


def _more_rights(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("role-editor")
    s.on_project(PROD, "roles/iam.roleAdmin", member(one))
    s.on_project(PROD, g.role("ownRole", "Own role", "run.services.get"), member(one))
    yield bad(
        "G25", "NHI5", sa(one), "May rewrite the custom role it holds.", "GCP privilege escalation: iam.roles.update (Rhino)"
    )
    default = g.sa(f"{NUMBER}-compute@developer.gserviceaccount.com", owner=None)
    s.on_project(PROD, "roles/editor", member(default))
    s.instance(PROD, "plain-vm", default)
    yield bad(
        "G26",
        "NHI5",
        sa(default),
        "The default account of Compute Engine is Editor, and machines run as it.",
        "IAM: default service accounts, disable automatic grants",
    )
    one = g.sa("org-janitor")
    s.grant(
        f"//cloudresourcemanager.googleapis.com/organizations/{s.organization}", "roles/iam.organizationRoleAdmin", [member(one)]
    )
    yield bad(
        "G27", "NHI5", sa(one), "Rewrites any custom role of the organisation.", "IAM roles: Organization Role Administrator"
    )
    one = g.sa("secret-sweeper")
    s.grant(f"//cloudresourcemanager.googleapis.com/organizations/{s.organization}", "roles/owner", [member(one)])
    yield bad("G28", "NHI5", sa(one), "Owner of the whole organisation.", "IAM: basic roles")


def _federations(g: Ground) -> Iterator[Case]:
    s = g.state
    one, pool = g.sa("ci-any"), s.pool(PROD, "ci-any")
    s.provider(PROD, pool, "gh", GITHUB, {"google.subject": "assertion.sub"})
    s.on_account(one, FEDERATED, f"principalSet://iam.googleapis.com/{pool}/*")
    yield bad(
        "G29",
        "NHI6",
        sa(one),
        "Every repository of GitHub signs in.",
        "FIELD 1 NHI6 G; IAM: WIF best practices, attribute conditions",
    )
    one, pool = g.sa("ci-tautology"), s.pool(PROD, "ci-tautology")
    s.provider(
        PROD,
        pool,
        "gh",
        GITHUB,
        {"google.subject": "assertion.sub", "attribute.owner": "assertion.repository_owner"},
        attributeCondition="assertion.repository_owner != ''",
    )
    s.on_account(one, FEDERATED, f"principalSet://iam.googleapis.com/{pool}/*")
    yield bad(
        "G30", "NHI6", sa(one), "A condition that every token of GitHub fulfils.", "IAM: WIF best practices, attribute conditions"
    )
    one, pool = g.sa("ci-org"), s.pool(PROD, "ci-org")
    s.provider(
        PROD,
        pool,
        "gh",
        GITHUB,
        {"google.subject": "assertion.sub", "attribute.repository_owner": "assertion.repository_owner"},
        attributeCondition="assertion.repository_owner_id == '81204733'",
    )
    s.on_account(one, FEDERATED, f"principalSet://iam.googleapis.com/{pool}/attribute.repository_owner/nordholm")
    s.on_project(PROD, "roles/run.admin", member(one))
    yield bad(
        "G31",
        "NHI6",
        sa(one),
        "Every repository and every pull request of the organisation deploys to production.",
        "FIELD 1 NHI6: subject too broad",
    )


def _old(g: Ground) -> Iterator[Case]:
    s = g.state
    key = g.key(g.sa("warehouse"), 400)
    yield bad("G32", "NHI7", f"cred:gcp:{key}", "A key of 400 days without end.", "FIELD 1 NHI7 G: validBeforeTime 9999")
    email = g.sa("legacy-s3")
    s.hmac_key(email, "GOOG1" + "H" * 56, g.ago(500))
    yield bad("G33", "NHI7", "cred:gcp:GOOG1" + "H" * 56, "An HMAC key of 500 days.", "Cloud Storage: HMAC keys, rotation")
    s.secret(PROD, "erp-password", g.ago(600))
    yield bad("G34", "NHI7", "~erp-password", "One version, 600 days old, no rotation.", "Secret Manager best practices: rotate")


def _environments(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("dev-loader", DEV)
    s.on_project(PROD, "roles/bigquery.dataEditor", member(one))
    yield bad("G35", "NHI8", sa(one), "An account of development writes the production warehouse.", "OWASP NHI8")
    one, other = g.sa("dev-tester", DEV), g.sa("prod-billing")
    s.on_account(other, TOKENS, member(one))
    yield bad("G36", "NHI8", f"~{other}", "An account of development becomes one of production.", "OWASP NHI8")
    one = g.sa("prod-reporting")
    s.function(DEV, "try-report", one)
    yield bad("G37", "NHI8", f"~{one}", "A function of development runs as an account of production.", "OWASP NHI8")


def _shared(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("everything")
    for name in ("payroll", "newsletter", "stock", "chatbot"):
        s.run(PROD, name, one)
    yield bad(
        "G38", "NHI9", sa(one), "Four unrelated services run as one account.", "OWASP NHI9; IAM: single-purpose service accounts"
    )
    one = g.sa("three-namespaces")
    for space in ("payments", "storefront", "data"):
        s.on_account(one, FEDERATED, f"serviceAccount:{PROD}.svc.id.goog[{space}/api]")
    yield bad("G39", "NHI9", sa(one), "Three namespaces' pods are one account.", "FIELD 1 NHI9: one GSA bound to n KSAs")
    one = g.sa("prod-deployer")
    s.on_account(one, TOKENS, f"user:{ANNA}")
    yield bad(
        "G40",
        "NHI10",
        sa(one),
        "A person may act as the production deployer at any time, without a time limit.",
        "FIELD 1 NHI10 G: impersonation by a human principal",
    )
