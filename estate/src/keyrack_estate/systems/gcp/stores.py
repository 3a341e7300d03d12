"""Secrets, API keys, HMAC keys and workloads, with what lies in their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack_estate.chance import HEX
from keyrack_estate.fakes.gcp_state import Shape
from keyrack_estate.truth import Anchor, key, native, place

if TYPE_CHECKING:
    from keyrack_estate.systems.gcp.plant import Planter

_PROD, _DEV, _DATA, _TOOLS = "nordholm-prod", "nordholm-dev", "nordholm-data", "nordholm-tools"
_REGION = "locations/europe-north1"


class Stores:
    """Plants them into the state of a planter."""

    def __init__(self, planter: Planter) -> None:
        self.it, self.state, self.truth, self.world = planter, planter.state, planter.truth, planter.world

    def plant(self) -> None:
        """Everything."""
        self._secrets()
        self._api_keys()
        self._hmac()
        self._workloads()
        self._leaks()

    def _secrets(self) -> None:
        ago, chance = self.world.days_ago, self.it.chance.child("secrets")
        payments = self.world.share("payments-db")
        self.state.secret(_PROD, "payments-db", ago(400), payments)
        self.state.secret(_PROD, "webshop-session", ago(300), chance.dense(32), rotation={"rotationPeriod": "2592000s"})
        self.state.secret(_DATA, "warehouse", ago(500), chance.dense(30))
        self.state.version(_DATA, "warehouse", 2, ago(12))
        self.state.secret(_PROD, "smtp", ago(20), chance.dense(26))
        self.state.secret(_PROD, "retired", ago(700))
        self.state.things["version"][-1].data["state"] = "DESTROYED"
        for project, name, old in (
            (_PROD, "payments-db", True), (_PROD, "webshop-session", True), (_DATA, "warehouse", False), (_PROD, "smtp", False),
            (_PROD, "retired", False),
        ):  # fmt: skip
            anchor = self.stored(project, name)
            if old:
                self.truth.planted("secret_not_rotated", anchor, note="400 or 300 days")
            else:
                self.truth.decoy("NHI7:2025", anchor, "changed lately, or destroyed")
            for owasp in ("NHI2:2025", "NHI4:2025"):
                self.truth.decoy(owasp, anchor, "where secrets belong")

    def stored(self, project: str, name: str) -> Anchor:
        """Anchor of a stored secret: the place it lies in."""
        return place(project, f"//secretmanager.googleapis.com/projects/{self.state.numbers[project]}/secrets/{name}")

    def _api_keys(self) -> None:
        ago, truth = self.world.days_ago, self.truth
        web = {"browserKeyRestrictions": {"allowedReferrers": ["shop.nordholm.example/*"]}}
        maps, translate = [{"service": "maps-backend.googleapis.com"}], [{"service": "translate.googleapis.com"}]
        made: tuple[tuple[str, str, Shape, bool], ...] = (
            ("open", _PROD, {}, True),
            ("website-only", _PROD, {"restrictions": web}, True),
            ("maps", _PROD, {"restrictions": {**web, "apiTargets": maps}}, False),
            ("translate", _TOOLS, {"restrictions": {"apiTargets": translate}}, False),
            (
                "bound",
                _DATA,
                {"serviceAccountEmail": self.it.emails["quarterly"], "restrictions": {"apiTargets": translate}},
                False,
            ),
        )
        for number, (title, project, more, wide) in enumerate(made):
            identifier = f"{self.it.chance.child(title).text(8, HEX)}-0000-4000-8000-{number:012}"
            self.state.api_key(project, identifier, title, ago(200 + number), **more)
            anchors = (key(identifier), native("gcp", identifier))
            truth.planted("gcp_api_key_forever", *anchors)
            if wide:
                truth.planted("gcp_api_key_open", *anchors)
            else:
                truth.decoy("NHI4:2025", anchors[0], "limited to the API it is for")

    def _hmac(self) -> None:
        for name, age, state in (("backup", 500, "ACTIVE"), ("backup", 40, "ACTIVE"), ("catalogue", 600, "INACTIVE")):
            identifier = "GOOG1E" + self.it.chance.child(f"hmac {name} {age}").text(55, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            self.state.hmac_key(self.it.emails[name], identifier, self.world.days_ago(age), state)
            if age > 90 and state == "ACTIVE":
                self.truth.planted("gcp_key_old", key(identifier))
            elif state == "ACTIVE":
                self.truth.debatable("NHI7:2025", key(identifier), "young; but no HMAC key expires by itself")
            else:
                self.truth.decoy("NHI7:2025", key(identifier), "switched off")

    def _workloads(self) -> None:
        state, truth, of = self.state, self.truth, self.it.emails
        default = of[f"default-{_PROD}"]
        state.run(_PROD, "payments-api", of["payments-api"], {"LOG_LEVEL": "info", "DB_PASSWORD_FILE": "/run/secrets/db"})
        state.run(_PROD, "catalogue", of["catalogue"], app="catalogue")
        state.run(_PROD, "catalogue-nightly", of["catalogue"], kind="job", app="catalogue")
        state.function(_PROD, "mail-digest", of["storefront"])
        state.run(_PROD, "stock-alerts", of["storefront"])
        truth.planted("gcp_shared", self.it.anchor("storefront"))
        for number in (1, 2, 3):
            state.instance(_PROD, f"edge-{number}", of["fleet"], scope="https://www.googleapis.com/auth/logging.write")
        state.instance(_PROD, "legacy-app", default)
        state.cluster(_PROD, "edge", {"system": "default"}, workload_pool=False)
        truth.planted("gcp_shared", self.it.anchor(f"default-{_PROD}"), note="a machine and a cluster")
        state.instance(_DATA, "nobody", None)
        state.function(_DEV, "price-check", of["backup"])
        truth.planted("gcp_nonprod_reaches_prod", self.it.anchor("backup"), note="a function of the test project runs as it")
        for owasp in ("NHI9:2025", "NHI8:2025"):
            truth.debatable(owasp, native("gcp", f"{_PROD}/edge"), "node pools")
        self._beside("backup")

    def _beside(self, name: str) -> None:
        """Accounts that workloads run as, or that are federated, need no key: each that is usable is the weaker way in."""
        email = self.it.emails[name]
        for row in self.state.hmac:
            if row["serviceAccountEmail"] == email and row["state"] == "ACTIVE":
                self.truth.planted("gcp_key_beside_federation", key(row["accessId"]), self.it.anchor(name))

    def _leaks(self) -> None:
        """Secrets in plain settings: one of its own, one that is also production's database password."""
        of, chance = self.it.emails, self.it.chance.child("leaks")
        stripe = "sk_" + "live_" + chance.dense(24)
        self.state.run(_PROD, "checkout", of["mailer"], {"STRIPE_API_KEY": stripe, "CURRENCY": "SEK"})
        self._leak(place(_PROD, f"//run.googleapis.com/projects/{_PROD}/{_REGION}/services/checkout"), stripe, "mailer", "prod")
        password = self.world.shared["payments-db"]
        self.state.function(_DEV, "replay", of["playground"], {"PAYMENTS_DB_PASSWORD": password, "TOPIC": "replay"})
        spot = place(_DEV, f"//cloudfunctions.googleapis.com/projects/{_DEV}/{_REGION}/functions/replay")
        self._leak(spot, password, "playground", "nonprod")
        self.world.uses("payments-db", spot)
        self.truth.planted("same_secret_two_environments", spot, self.stored(_PROD, "payments-db"), self.it.anchor("playground"))
        script = f"#!/bin/sh\nexport METRICS_API_TOKEN='{(token := chance.dense(40))}'\nexec /opt/agent\n"
        self.state.instance(_DATA, "collector", of["quarterly"], {"startup-script": script, "enable-oslogin": "TRUE"})
        self._leak(
            place(_DATA, f"//compute.googleapis.com/projects/{_DATA}/zones/europe-north1-a/instances/collector"),
            token,
            "quarterly",
            "prod",
        )

    def _leak(self, spot: Anchor, value: str, name: str, environment: str) -> None:
        self.truth.planted("secret_in_workload", spot, self.it.anchor(name))
        self.world.hold(spot, value, kind="workload", environment="prod" if environment == "prod" else "nonprod")
        self.truth.debatable("NHI2:2025", self.it.anchor(name), "its workload's settings hold a secret")
