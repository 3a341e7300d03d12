"""Plants Nordholm's Google Cloud: accounts with keys, owners and use; then trusts, secrets, workloads; each with its truth."""

from __future__ import annotations

from dataclasses import dataclass

from keyrack_estate.chance import HEX
from keyrack_estate.fakes.gcp_state import GcpState, Shape
from keyrack_estate.systems.gcp.stores import Stores
from keyrack_estate.systems.gcp.trusts import Trusts
from keyrack_estate.truth import Anchor, key, native
from keyrack_estate.world import World

PROD, DEV, DATA, TOOLS = "nordholm-prod", "nordholm-dev", "nordholm-data", "nordholm-tools"
NUMBERS = {PROD: "410000000001", DEV: "410000000002", DATA: "410000000003", TOOLS: "410000000004"}
RISKS = tuple(f"NHI{number}:2025" for number in (1, 3, 4, 5, 6, 7, 8, 9, 10))
_READS = {"roles/bigquery.dataViewer", "roles/storage.objectViewer", "roles/secretmanager.secretAccessor"}
"""Roles here that only read; every other one changes things."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its age; ``used``: days since its last use, ``None``: never."""

    age: int
    used: int | None = 1
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """A service account. ``owner``: ``living``, ``gone`` or nobody; ``used``: days since its last sign-in, ``None``: never."""

    project: str
    name: str
    roles: tuple[str, ...] = ()
    owner: str = "living"
    used: int | None = 1
    keys: tuple[Key, ...] = ()
    disabled: bool = False


ACCOUNTS = (
    Spec(PROD, "payments-api", ("roles/secretmanager.secretAccessor",)),
    Spec(PROD, "storefront", ("roles/pubsub.publisher",)),
    Spec(PROD, "legacy-sync", ("roles/pubsub.publisher",), owner="", used=None),
    Spec(PROD, "webhook", ("roles/storage.objectViewer",)),
    Spec(PROD, "mesh", ("roles/pubsub.publisher",)),
    Spec(PROD, "backup", ("roles/storage.objectViewer",)),
    Spec(PROD, "catalogue", ("roles/storage.objectViewer",)),
    Spec(PROD, "fleet", ("roles/logging.logWriter",)),
    Spec(PROD, "mailer", ("roles/pubsub.publisher",), owner="gone"),
    Spec(PROD, "old-exports", ("roles/storage.objectViewer",), used=40, keys=(Key(130, 45),)),
    Spec(PROD, "invoices", ("roles/pubsub.publisher",), owner="", keys=(Key(20),)),
    Spec(DATA, "etl", ("roles/bigquery.dataEditor",), keys=(Key(200, 150), Key(60))),
    Spec(DATA, "reporting", ("roles/bigquery.dataViewer",), used=200),
    Spec(DATA, "quarterly", ("roles/bigquery.dataViewer",), used=60),
    Spec(DATA, "batch", ("roles/bigquery.dataEditor",), used=120, keys=(Key(300, 120),), disabled=True),
    Spec(DATA, "loader", ("roles/bigquery.dataEditor",), keys=(Key(45, None), Key(300, 200, disabled=True))),
    Spec(DATA, "idle-empty", (), used=None),
    Spec(TOOLS, "terraform", (), owner="gone"),
    Spec(TOOLS, "ci", ()),
    Spec(TOOLS, "robot", ()),
    Spec(TOOLS, "registry", ("roles/storage.objectViewer",)),
    Spec(DEV, "importer", ()),
    Spec(DEV, "playground", ("roles/run.developer",)),
    Spec(DEV, "notify", ("roles/pubsub.publisher",)),
    Spec(DEV, "viewer", ()),
)


class Planter:
    """One planting: ``anchors`` by account name, so that the parts can speak of each other's accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.chance = world.chance.child("gcp")
        self.state = GcpState(domain="nordholm.example")
        self.emails: dict[str, str] = {}
        self.since = world.days_ago(420)

    def plant(self) -> GcpState:
        """Everything."""
        self._hierarchy()
        for spec in ACCOUNTS:
            self.account(spec)
        self._deployer()
        self._defaults()
        Trusts(self).plant()
        Stores(self).plant()
        for email in self.emails.values():
            self._fine(native("gcp", email))
        return self.state

    def anchor(self, name: str) -> Anchor:
        """Anchor of an account by its short name."""
        return native("gcp", self.emails[name])

    def person(self, number: int, *, gone: bool = False) -> str:
        """Address of a colleague, or of somebody who left."""
        people = self.world.company.gone if gone else self.world.company.active
        return people[number % len(people)].email

    def member(self, name: str) -> str:
        """An account as policies name it."""
        return f"serviceAccount:{self.emails[name]}"

    def account(self, spec: Spec) -> str:
        """An account with its roles, keys and use, and the truth that follows from these alone."""
        number = len(self.emails)
        owners = {"living": self.person(number), "gone": self.person(number, gone=True)}
        description = f"Owner: {owners[spec.owner]}. {spec.name}." if spec.owner else f"{spec.name}."
        email = self.state.account(spec.project, spec.name, str(117 * 10**18 + number), description, disabled=spec.disabled)
        self.emails[spec.name] = email
        for role in spec.roles:
            self.state.on_project(spec.project, role, f"serviceAccount:{email}")
        self.state.used(email, self.world.days_ago(spec.used) if spec.used is not None else None, self.since)
        for held in spec.keys:
            self.add_key(email, held, self.chance.text(40, HEX), alive=not spec.disabled)
        self._owner(spec, email)
        self._use(spec, email)
        return email

    def add_key(self, email: str, held: Key, identifier: str, *, alive: bool = True) -> None:
        """A key, its use, and the truth of its age and use."""
        more: Shape = (
            {"disabled": True, "disableReason": "SERVICE_ACCOUNT_KEY_DISABLE_REASON_USER_INITIATED"} if held.disabled else {}
        )
        self.state.key(email, identifier, self.world.days_ago(held.age), **more)
        self.state.used(email, self.world.days_ago(held.used) if held.used is not None else None, self.since, identifier)
        anchor = key(identifier)
        if held.disabled:
            for owasp in ("NHI1:2025", "NHI4:2025", "NHI7:2025"):
                self.truth.decoy(owasp, anchor, "switched off")
            return
        if held.age > 90:
            self.truth.planted("gcp_key_old", anchor, note=f"{held.age} days")
        else:
            self.truth.debatable("NHI7:2025", anchor, "in date; but no such key expires by itself")
        if held.used is None and held.age > 30:
            self.truth.planted("never_used", anchor)
        elif held.used is not None and held.used > 30:
            self.truth.planted("idle", anchor, note=f"{held.used} days")
        if not alive:
            self.truth.planted("gcp_disabled_with_key", anchor, native("gcp", email))

    def _owner(self, spec: Spec, email: str) -> None:
        anchor = native("gcp", email)
        team = spec.project == DEV
        if spec.owner == "gone" and not team:
            self.truth.planted("owner_gone", anchor)
        writes = any(role not in _READS for role in spec.roles)
        if not spec.owner and not team and not spec.disabled and (writes or any(not held.disabled for held in spec.keys)):
            self.truth.planted("gcp_no_owner", anchor)

    def _use(self, spec: Spec, email: str) -> None:
        anchor = native("gcp", email)
        keyless = all(held.disabled for held in spec.keys)
        if spec.disabled and spec.roles:
            self.truth.planted("gcp_dead_bound", anchor, note="disabled")
        elif spec.roles and keyless and (spec.used is None or spec.used > 90):
            self.truth.planted("gcp_idle", anchor, note=f"{spec.used} days")

    def _hierarchy(self) -> None:
        state = self.state
        state.open_organization()
        root = f"organizations/{state.organization}"
        live, lab = state.folder("420000000001", "live", root), state.folder("420000000002", "lab", root)
        state.project(PROD, NUMBERS[PROD], live, {"env": "prod"})
        state.project(DATA, NUMBERS[DATA], live, {"environment": "production"})
        state.project(DEV, NUMBERS[DEV], lab, {"env": "dev", "team": "platform"})
        state.project(TOOLS, NUMBERS[TOOLS], root)

    def _deployer(self) -> None:
        """The account of the pipeline, federated, with a key besides: the one that lies elsewhere in the company too."""
        email = self.account(Spec(PROD, "deployer", ("roles/run.developer",)))
        identifier = self.world.shared.setdefault("gcp-key", self.chance.child("gcp-key").text(40, HEX))
        self.add_key(email, Key(420, 2), identifier)
        self.truth.planted("gcp_key_beside_federation", key(identifier), native("gcp", email))

    def _defaults(self) -> None:
        """The accounts Google makes: Editor as they come, or with that taken away."""
        for project, editor in ((PROD, True), (DEV, True), (DATA, False)):
            name = f"default-{project}"
            email = self.state.account(
                project,
                f"{NUMBERS[project]}-compute@developer.gserviceaccount.com",
                str(118 * 10**18 + int(NUMBERS[project]) % 1000),
            )
            self.emails[name] = email
            self.state.used(email, self.world.days_ago(3), self.since)
            if editor:
                self.state.on_project(project, "roles/editor", f"serviceAccount:{email}")
                self.truth.planted("gcp_basic_role", native("gcp", email), note="default account of Compute Engine")
        agent = f"{NUMBERS[PROD]}@cloudservices.gserviceaccount.com"
        self.state.on_project(PROD, "roles/editor", f"serviceAccount:{agent}")
        self._fine(native("gcp", agent))

    def _fine(self, anchor: Anchor) -> None:
        """Whatever nobody planted here is right: a finding of any risk is false. What is planted outranks it."""
        for owasp in RISKS:
            self.truth.decoy(owasp, anchor, "nothing wrong of this kind")
