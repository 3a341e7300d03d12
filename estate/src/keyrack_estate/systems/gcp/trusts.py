"""Who may become whom: federation, people, strangers, roles that reach too far; wrong ones, and right ones that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack_estate.truth import native

if TYPE_CHECKING:
    from keyrack_estate.systems.gcp.plant import Planter

GITHUB, EKS = "https://token.actions.githubusercontent.com", "https://oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMPROD"
_MAPPING = {
    "google.subject": "assertion.sub",
    "attribute.repository": "assertion.repository",
    "attribute.repository_owner_id": "assertion.repository_owner_id",
}
_OWNER = "81204733"
_PROD, _DEV, _DATA, _TOOLS = "nordholm-prod", "nordholm-dev", "nordholm-data", "nordholm-tools"
_USER, _MINT, _KEYS = "roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountKeyAdmin"


class Trusts:
    """Plants them into the state of a planter."""

    def __init__(self, planter: Planter) -> None:
        self.it, self.state, self.truth = planter, planter.state, planter.truth

    def plant(self) -> None:
        """Everything."""
        self._pipelines()
        self._clusters()
        self._anybody()
        self._people()
        self._reach()
        self._strangers()
        self._dead()

    def _pipelines(self) -> None:
        state, truth = self.state, self.truth
        closed, open_ = state.pool(_PROD, "github"), state.pool(_TOOLS, "actions")
        state.provider(
            _PROD, closed, "actions", GITHUB, _MAPPING, attributeCondition=f"assertion.repository_owner_id == '{_OWNER}'"
        )
        truth.decoy("NHI6:2025", native("gcp", f"{_PROD}/github/actions"), "the organisation's id is required")
        state.provider(_TOOLS, open_, "anyone", GITHUB, _MAPPING)
        truth.planted("gcp_provider_open", native("gcp", f"{_TOOLS}/actions/anyone"))
        repository = f"principalSet://iam.googleapis.com/{closed}/attribute.repository"
        state.on_account(self.it.emails["deployer"], _USER, f"{repository}/nordholm/infra-live")
        state.on_account(self.it.emails["ci"], _USER, f"principalSet://iam.googleapis.com/{open_}/*")
        truth.planted("gcp_pool_open", self.it.anchor("ci"), note="everybody at GitHub")
        state.on_account(self.it.emails["registry"], _USER, f"principalSet://iam.googleapis.com/{closed}/*")
        truth.planted("gcp_pool_open", self.it.anchor("registry"), note="every repository of the organisation")
        owner = f"principalSet://iam.googleapis.com/{open_}/attribute.repository_owner_id/{_OWNER}"
        state.on_account(self.it.emails["catalogue"], _USER, owner)
        truth.planted("gcp_pool_open", self.it.anchor("catalogue"), note="every repository of the owner")
        subject = f"principal://iam.googleapis.com/{closed}/subject/repo:nordholm/web:ref:refs/heads/main"
        state.on_account(self.it.emails["storefront"], _USER, subject)

    def _clusters(self) -> None:
        """The EKS cluster by its issuer, the GKE cluster by the project's own pool."""
        pool = self.state.pool(_PROD, "eks")
        self.state.provider(_PROD, pool, "prod-eu", EKS, {"google.subject": "assertion.sub"})
        self.truth.decoy("NHI6:2025", native("gcp", f"{_PROD}/eks/prod-eu"), "serves our cluster alone")
        subject = f"principal://iam.googleapis.com/{pool}/subject/system:serviceaccount:payments:api"
        self.state.on_account(self.it.emails["payments-api"], _USER, subject)
        for name in ("storefront/web", "data/loader"):
            self.state.on_account(self.it.emails["mesh"], _USER, f"serviceAccount:{_PROD}.svc.id.goog[{name}]")
        self.truth.planted("gcp_shared", self.it.anchor("mesh"), note="two Kubernetes service accounts")

    def _anybody(self) -> None:
        self.state.on_account(self.it.emails["webhook"], _MINT, "allAuthenticatedUsers")
        self.truth.planted("gcp_anyone", self.it.anchor("webhook"))
        self.state.on_account(self.it.emails["notify"], _KEYS, "allUsers")
        self.truth.planted("gcp_anyone", self.it.anchor("notify"))

    def _people(self) -> None:
        state, truth = self.state, self.truth
        state.on_account(self.it.emails["payments-api"], _MINT, f"user:{self.it.person(3)}")
        truth.planted("gcp_person", self.it.anchor("payments-api"))
        state.on_account(self.it.emails["backup"], _KEYS, f"user:{self.it.person(5)}")
        truth.planted("gcp_person", self.it.anchor("backup"), note="may make keys")
        state.on_account(self.it.emails["quarterly"], _MINT, f"user:{self.it.person(9)}", f"user:{self.it.person(10)}")
        truth.planted("gcp_person", self.it.anchor("quarterly"), note="two people")
        email = self.it.emails["mesh"]
        hour = {"title": "incident", "expression": 'request.time < timestamp("2026-11-24T14:00:00Z")'}
        state.grant(f"//iam.googleapis.com/projects/{_PROD}/serviceAccounts/{email}", _MINT, [f"user:{self.it.person(6)}"], hour)
        state.on_account(self.it.emails["playground"], _MINT, f"user:{self.it.person(7)}")
        state.on_project(_PROD, "roles/owner", f"user:{self.it.person(0)}")
        state.on_project(_PROD, "roles/viewer", "group:engineering@nordholm.example", f"user:{self.it.person(8)}")

    def _reach(self) -> None:
        """Roles that reach too far, or into production from outside of it."""
        state, truth = self.state, self.truth
        state.on_project(_PROD, "roles/owner", self.it.member("terraform"))
        truth.planted("gcp_basic_role", self.it.anchor("terraform"), note="Owner of production")
        state.on_project(_PROD, _MINT, self.it.member("ci"))
        truth.planted("gcp_impersonation", self.it.anchor("ci"))
        role = f"projects/{_PROD}/roles/minter"
        permissions = ["iam.serviceAccounts.getAccessToken", "run.services.get"]
        state.add("role", _PROD, role, {"name": role, "title": "Minter", "stage": "GA", "includedPermissions": permissions})
        state.on_project(_PROD, role, self.it.member("robot"))
        truth.planted("gcp_impersonation", self.it.anchor("robot"), note="by a custom role")
        state.on_account(self.it.emails["fleet"], _MINT, self.it.member("deployer"))
        state.on_project(_PROD, "roles/run.admin", self.it.member("importer"))
        truth.planted("gcp_nonprod_reaches_prod", self.it.anchor("importer"), note="run.admin on production")
        state.on_project(_PROD, "roles/storage.objectViewer", self.it.member("viewer"))

    def _strangers(self) -> None:
        state, truth = self.state, self.truth
        writer, reader = "sync@lumenwatch-collect.iam.gserviceaccount.com", "cost@brightcost-eu.iam.gserviceaccount.com"
        state.on_project(_DATA, "roles/bigquery.dataEditor", f"serviceAccount:{writer}")
        truth.planted("gcp_stranger", native("gcp", writer))
        state.on_project(_DATA, "roles/bigquery.dataViewer", f"serviceAccount:{reader}")
        truth.decoy("NHI3:2025", native("gcp", reader), "a vendor that reads")

    def _dead(self) -> None:
        gone = f"deleted:serviceAccount:old-billing@{_PROD}.iam.gserviceaccount.com?uid=119000000000000000001"
        self.state.on_project(_PROD, "roles/storage.admin", gone)
        self.truth.planted("gcp_dead_bound", native("gcp", f"old-billing@{_PROD}.iam.gserviceaccount.com"), note="deleted")
        left = self.it.person(2, gone=True)
        self.state.on_project(_DATA, "roles/bigquery.dataViewer", f"deleted:user:{left}?uid=119000000000000000002")
        self.truth.planted("gcp_dead_bound", native("gcp", left), note="deleted user")
        ghost = f"deleted:serviceAccount:relay@{_DATA}.iam.gserviceaccount.com?uid=119000000000000000003"
        self.state.on_account(self.it.emails["payments-api"], _MINT, ghost)
        relay = native("gcp", f"relay@{_DATA}.iam.gserviceaccount.com")
        self.truth.planted("gcp_dead_bound", relay, self.it.anchor("payments-api"))
        self.truth.debatable("NHI1:2025", self.it.anchor("payments-api"), "its policy names an account that is gone")
