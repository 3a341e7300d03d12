"""Secrets, variables and secret-scanning alerts: where they lie, how old they are, who gets them."""

from __future__ import annotations

from typing import Any

from keyrack_estate.company import ORG
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.minting import sendgrid, slack_bot, stripe
from keyrack_estate.systems.github.ground import Ground, secret
from keyrack_estate.truth import place

CLOUD = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class Stores:
    """Plants them."""

    def __init__(self, ground: Ground) -> None:
        self.it = ground

    def plant(self) -> None:
        """All of them."""
        self._shared()
        self._own()
        self._variables()
        self._alerts()

    def _shared(self) -> None:
        it, lists = self.it, self.it.org.lists
        cases = (
            ("SHARED_DEPLOY_TOKEN", "all", 300, True), ("AWS_SECRET_ACCESS_KEY", "private", 60, True),
            ("NPM_READ_TOKEN", "private", 200, False), ("SIGNING_KEY", "selected", 500, False),
            ("SONAR_TOKEN", "selected", 100, False), ("BUILD_REGION", "private", 900, False),
        )  # fmt: skip
        lists["actions/secrets"] = []
        for name, visibility, age, wide in cases:
            written = it.world.days_ago(age)
            lists["actions/secrets"].append(shapes.stored(name, it.world.days_ago(age + 200), written, visibility, ORG))
            anchor = secret("", name)
            if wide:
                it.wrong("github_secret_for_all", anchor)
            if age > 365 and name != "BUILD_REGION":
                it.wrong("github_secret_unrotated", anchor, note=f"{age} days")
            it.fine(anchor)
        it.org.chosen = {("actions", "SIGNING_KEY"): ["mobile", "web"], ("actions", "SONAR_TOKEN"): ["api", "payments"]}
        lists["dependabot/secrets"] = [
            shapes.stored("REGISTRY_PASSWORD", it.world.days_ago(700), it.world.days_ago(600), "selected", ORG)
        ]
        it.org.chosen["dependabot", "REGISTRY_PASSWORD"] = ["web"]
        it.wrong("github_secret_unrotated", secret("", "REGISTRY_PASSWORD", store="dependabot"))
        it.fine(secret("", "REGISTRY_PASSWORD", store="dependabot"))
        lists["codespaces/secrets"] = []

    def _own(self) -> None:
        """Those that the workflows of the company's repositories name, and a few more."""
        self._stored("api", *((name, 200) for name in CLOUD))
        self._stored("ops-tools", *((name, 30) for name in CLOUD))
        self._stored("infra-live", *((name, 80) for name in CLOUD))
        self._stored("legacy-billing", *((name, 1200) for name in CLOUD))
        self._stored("web", ("DEPLOY_TOKEN", 40), ("BOT_TOKEN", 420), ("CDN_HOST", 800))
        self._stored("ml-agents", ("DEPLOY_TOKEN", 100), ("MODEL_NAME", 500))
        self._stored("docs-site", ("BOT_TOKEN", 20))
        self._stored("charts", ("REGISTRY_TOKEN", 370))
        self._stored("payments", ("DEPLOY_TOKEN", 10), ("SSH_KNOWN_HOSTS", 900))
        self._stored("payments", *((name, 50) for name in CLOUD), environment="production")
        self._stored("payments", *((name, 50) for name in CLOUD), environment="staging")
        self._stored("web", ("CDN_KEY", 20), environment="production")
        self._stored("api", ("DB_PASSWORD", 30), environment="production")
        self._stored("mobile", ("STORE_PASSWORD", 30), environment="production")
        self._stored("charts", ("CLUSTER_TOKEN", 30), environment="staging")
        for name in CLOUD:
            for repository in ("api", "infra-live"):
                self.it.wrong("github_key_two_environments", secret(repository, name))

    def _stored(self, repository: str, *items: tuple[str, int], environment: str = "") -> None:
        it, repo = self.it, self.it.repository(repository)
        shelf = repo.inside.setdefault((environment, "secrets"), []) if environment else repo.secrets.setdefault("actions", [])
        for name, age in items:
            shelf.append(shapes.stored(name, it.world.days_ago(age + 300), it.world.days_ago(age)))
            anchor = secret(repository, name, environment=environment)
            plain = name in {"CDN_HOST", "MODEL_NAME", "SSH_KNOWN_HOSTS"}
            if age > (90 if name in CLOUD else 365) and not plain:
                it.wrong("github_secret_unrotated", anchor, note=f"{age} days")
            it.fine(anchor)

    def _variables(self) -> None:
        it = self.it
        it.org.lists["actions/variables"] = []
        self._variable("", "STRIPE_SECRET_KEY", stripe(it.chance.child("stripe")))
        for name, value in (("LOG_LEVEL", "debug"), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/deploy")):
            self._variable("", name, value, leaks=False)
        webhook = it.chance.child("chat")
        self._variable("docs-site", "SLACK_BOT_TOKEN", slack_bot(webhook))
        both = sendgrid(it.chance.child("mail"))
        for repository in ("mobile", "data-pipeline"):
            self._variable(repository, "SENDGRID_API_KEY", both)
        names = [secret(repository, "SENDGRID_API_KEY", kind="variables") for repository in ("mobile", "data-pipeline")]
        it.wrong("github_secret_reused", *names)
        same = it.chance.child("search").dense(36)
        for environment in ("production", "staging"):
            self._variable("web", "SEARCH_API_TOKEN", same, environment=environment)
        places = [secret("web", "SEARCH_API_TOKEN", environment=e, kind="variables") for e in ("production", "staging")]
        it.wrong("github_variable_two_environments", *places)
        password = it.world.share("payments-db")
        self._variable("payments", "PAYMENTS_DB_PASSWORD", password, environment="staging")
        if {"gcp", "postgres"} & set(it.world.systems):  # where it is seen to be production's
            spot = secret("payments", "PAYMENTS_DB_PASSWORD", environment="staging", kind="variables")
            it.wrong("github_variable_two_environments", spot, note="production's database password in staging")
        self._variable("payments", "PAYMENTS_DB_HOST", "payments.db.nordholm.internal", environment="production", leaks=False)
        self._variable("api", "PUBLIC_KEY_ID", "key-2026", leaks=False)

    def _variable(self, repository: str, name: str, value: str, *, environment: str = "", leaks: bool = True) -> None:
        it, moment = self.it, self.it.world.days_ago(40)
        row = {**shapes.stored(name, moment, moment, "" if repository else "all", ORG), "value": value}
        if not repository:
            it.org.lists["actions/variables"].append(row)
        elif environment:
            it.repository(repository).inside.setdefault((environment, "variables"), []).append(row)
        else:
            it.repository(repository).variables.append(row)
        anchor = secret(repository, name, environment=environment, kind="variables")
        if leaks:
            it.wrong("github_secret_in_variable", anchor)
            stage = {"production": "prod", "staging": "nonprod"}.get(environment)
            it.world.hold(anchor, value, kind="ci", environment=stage)  # type: ignore[arg-type]
            it.values.append(value)
        else:
            it.fine(anchor)

    def _alerts(self) -> None:
        it, chance = self.it, self.it.chance.child("alerts")
        at = shapes.commit_location
        known = it.world.repos["api"].at("api/settings.py")
        self._alert("api", "stripe_api_key", it.world.sightings.value_at(known), at(ORG, "api", "api/settings.py", 1))
        it.borrowed.add(known)
        past = it.world.repos["payments"].at("deploy/settings-2.env")
        self._alert(
            "payments", "sendgrid_api_key", it.world.sightings.value_at(past), at(ORG, "payments", "deploy/settings-2.env", 1)
        )
        it.borrowed.add(past)
        thread = {"issue_body_url": f"{shapes.API}/repos/{ORG}/handbook/issues/12"}
        self._found(
            "handbook", "issues/12", "slack_api_token", slack_bot(chance.child("issue")), thread, "github_secret_in_thread"
        )
        comment = {"pull_request_comment_url": f"{shapes.API}/repos/{ORG}/sandbox/issues/comments/7"}
        path = "issues/comments/7"
        self._found("sandbox", path, "stripe_api_key", stripe(chance.child("pull")), comment, "github_secret_in_thread")
        for repository, path, more in (
            ("www", "config/mail.php", {"publicly_leaked": True, "validity": "active"}),
            ("sandbox", "try.py", {"push_protection_bypassed": True}),
        ):
            value = sendgrid(chance.child(path))
            self._found(
                repository, path, "sendgrid_api_key", value, at(ORG, repository, path, 3), "github_secret_in_code", **more
            )
        for number, resolution in enumerate(("false_positive", "revoked", "used_in_tests")):
            path = f"src/case-{number}.py"
            value = stripe(chance.child(path))
            spot = at(ORG, "sandbox", path, 2)
            self._found("sandbox", path, "stripe_api_key", value, spot, "", state="resolved", resolution=resolution)

    def _found(
        self, repository: str, path: str, kind: str, value: str, location: dict[str, Any], label: str, **more: Any
    ) -> None:
        self._alert(repository, kind, value, location, **more)
        anchor = place(f"{ORG}/{repository}", path)
        if label:
            self.it.wrong(label, anchor)
            self.it.world.hold(anchor, value)
        elif more["resolution"] == "used_in_tests":
            self.it.either("NHI2:2025", anchor, "somebody says it only serves tests; nobody says it is worthless")
        else:
            for owasp in ("NHI2:2025", "NHI4:2025", "NHI7:2025"):
                self.it.right(owasp, anchor, str(more["resolution"]))
        self.it.values.append(value)

    def _alert(self, repository: str, kind: str, value: str, location: dict[str, Any], **more: Any) -> None:
        rows = self.it.org.lists.setdefault("secret-scanning/alerts", [])
        rows.append(shapes.alert(ORG, repository, len(rows) + 1, kind, value, location, created_at=self.it.stamp(30), **more))
        self.it.values.append(value)
