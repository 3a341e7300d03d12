"""What lies in the production cluster: Secrets, ConfigMaps, settings of workloads, stored tokens, certificates."""

from __future__ import annotations

import base64
import json

from keyrack_estate import minting
from keyrack_estate.certificates import certificate
from keyrack_estate.systems.kubernetes.ground import REGISTRY, Ground
from keyrack_estate.truth import key, native

TOKEN = "kubernetes.io/service-account-token"
USED, INVALID = "kubernetes.io/legacy-token-last-used", "kubernetes.io/legacy-token-invalid-since"
TRACKING = "kube-apiserver-legacy-service-account-token-tracking"
CLIENT, KUBELET = "kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"


class Stores:
    """Plants them."""

    def __init__(self, ground: Ground) -> None:
        self.it, self.chance = ground, ground.chance.child("stores")

    def plant(self) -> None:
        """Everything."""
        self._tokens()
        self._people_accounts()
        self._config_maps()
        self._settings()
        self._values()
        self._spread()
        self._certificates()
        self._requests()

    def token(self, namespace: str, name: str, used: int | None = None, *, invalid: bool = False, age: float = 380) -> None:
        """A token Secret of an account, its last use in days, and the truth that follows."""
        it = self.it
        labels = {USED: f"{it.world.days_ago(used):%Y-%m-%d}"} if used is not None else {}
        if invalid:
            labels[INVALID] = f"{it.world.days_ago(5):%Y-%m-%d}"
        value = minting.service_account_token(self.chance.child(f"{namespace}/{name}"), namespace, name, it.world.days_ago(age))
        notes = {"kubernetes.io/service-account.name": name}
        anchor = it.secret(
            namespace, f"{name}-token", {"token": value}, written=age, kind=TOKEN, age=age, labels=labels, annotations=notes
        )
        if invalid:
            for risk in ("1", "7"):
                it.right(risk, anchor, "no longer accepted")
            return
        it.planted("k8s_endless_token", anchor)
        if used is None:
            it.planted("never_used", anchor)
        elif used > 90:
            it.planted("idle", anchor, note=f"{used} days")

    def _tokens(self) -> None:
        it = self.it
        it.put("configmaps", TRACKING, "kube-system", body={"data": {"since": f"{it.world.days_ago(390):%Y-%m-%d}"}})
        it.account("platform", "ci")
        it.bind("edit", "platform/ci", "payments")
        self.token("platform", "ci", 1)
        it.right("1", it.account_anchor("platform", "ci"), "its stored token was used yesterday")
        it.account("data", "sftp")
        self.token("data", "sftp", 200)
        it.account("legacy", "exporter")
        it.role("exporter", [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}], "legacy")
        it.bind("exporter", "legacy/exporter", "legacy", kind="Role")
        self.token("legacy", "exporter", None)
        for label in ("k8s_unused_account", "k8s_no_owner"):
            it.planted(label, it.account_anchor("legacy", "exporter"))
        it.account("storefront", "old-cdn")
        self.token("storefront", "old-cdn", 250, invalid=True)
        self.it.right("1", it.account_anchor("storefront", "old-cdn"), "its token is no longer accepted, and it holds nothing")

    def _people_accounts(self) -> None:
        it = self.it
        here, left = it.person(9).split("@")[0], it.person(6, gone=True).split("@")[0]
        it.account("platform", here)
        self.token("platform", here, 2)
        it.planted("k8s_person_account", it.account_anchor("platform", here))
        it.account("data", left.replace(".", "-"))
        it.bind("view", f"data/{left.replace('.', '-')}", "data")
        it.planted("k8s_person_account", it.account_anchor("data", left.replace(".", "-")), note="who has left")
        books = it.person(10).split("@")[0].replace(".", "-")
        it.account("ml", books)
        it.bind("view", f"ml/{books}", "ml")
        it.workload("ml", f"notebook-{books}", books, kind="statefulsets.apps")
        it.right("10", it.account_anchor("ml", books), "runs that person's notebook server")

    def _config_maps(self) -> None:
        it, chance = self.it, self.chance.child("config")
        password, pat = chance.dense(26), minting.openai(chance.child("openai"))
        url = minting.postgres(chance.child("url"), "db-2.nordholm.example", "etl", "warehouse")
        self.it.clusters.values += [password, pat, url.split(":")[2].split("@")[0]]
        found = (
            ("storefront", "settings", {"DB_PASSWORD": password, "DB_HOST": "db-1.nordholm.example", "LOG_LEVEL": "info"}),
            ("data", "etl", {"etl.env": f"DATABASE_URL={url}\nBATCH=500\n"}),
            ("ml", "notebook", {"config.json": json.dumps({"openai_api_key": pat, "model": "gpt-5"})}),
        )
        for space, name, data in found:
            it.put("configmaps", name, space, body={"data": data})
            it.planted("k8s_config_map", it.at(space, "configmaps", name))
            for risk in ("4", "7"):
                it.open(risk, it.at(space, "configmaps", name), "a static secret of unknown expiry")
        harmless = {"DB_PASSWORD": "changeme", "API_TOKEN": "${API_TOKEN}", "SECRET_NAME": "db-credentials", "GREETING": "hello"}
        it.put("configmaps", "flags", "payments", body={"data": harmless})
        authority = certificate(chance.child("ca"), "Nordholm Root CA", it.world.days_ago(200), 3600, ca=True)
        it.put("configmaps", "trust", "payments", body={"data": {"ca.crt": authority.text}})
        for name, note in (("flags", "samples and references"), ("trust", "a certificate is public")):
            it.right("2", it.at("payments", "configmaps", name), note)

    def _settings(self) -> None:
        it, chance = self.it, self.chance.child("settings")
        found = (
            ("storefront", "checkout", "STRIPE_SECRET_KEY", minting.stripe(chance.child("stripe"))),
            ("ml", "trainer", "HF_TOKEN", minting.huggingface(chance.child("hf"))),
        )
        for space, name, variable, value in found:
            it.clusters.values.append(value)
            it.account(space, name)
            it.workload(space, name, name, env=[{"name": variable, "value": value}, {"name": "LOG_LEVEL", "value": "info"}])
            spot = it.at(space, "deployments", name)
            it.planted("secret_in_workload", spot, it.account_anchor(space, name))
            for risk in ("4", "7"):
                it.open(risk, spot, "a static secret of unknown expiry")
        it.account("payments", "ledger")
        reference = {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "ledger", "key": "password"}}}
        it.workload("payments", "ledger", "ledger", env=[reference, {"name": "API_KEY_FILE", "value": "/run/secrets/key"}])
        it.right("2", it.at("payments", "deployments", "ledger"), "references, no values")
        it.right("2", it.account_anchor("payments", "ledger"), "references, no values")

    def _values(self) -> None:
        """Secrets by the age of their value."""
        it = self.it
        for space, name, field, written in (
            ("storefront", "session", "signing-secret", 500), ("data", "warehouse-login", "password", 1300),
            ("payments", "psp", "api-key", 30), ("payments", "ledger", "password", 200),
        ):  # fmt: skip
            anchor = it.secret(space, name, {field: self.chance.child(f"{space}/{name}").dense(30)}, written=written, age=1400)
            if written > 365:
                it.planted("k8s_old_secret", anchor, note=f"{written} days")
            else:
                it.right("7", anchor, f"old, but its value was written {written} days ago")
            it.right("2", anchor, "where secrets belong")

    def _spread(self) -> None:
        it, chance = self.it, self.chance.child("spread")
        login, same, shared = chance.dense(24), chance.dense(30), chance.dense(32)
        document = {"auths": {REGISTRY: {"username": "puller", "password": login, "auth": ""}}}
        for space in ("payments", "storefront", "data"):
            anchor = it.secret(
                space, "registry", {".dockerconfigjson": json.dumps(document)}, written=600, kind="kubernetes.io/dockerconfigjson"
            )
            for risk in ("7", "8", "9"):
                it.right(risk, anchor, "the registry's login, copied into every namespace by design")
        places = [it.secret(space, "warehouse", {"password": same}, written=40) for space in ("data", "ml")]
        it.planted("k8s_spread_secret", places[0], places[1])
        both = [
            it.secret(space, "webhook-key", {"signing-key": shared}, written=60) for space in ("storefront", "storefront-staging")
        ]
        it.planted("k8s_spread_secret", both[0], both[1])
        it.planted("k8s_two_environments", both[0], both[1])
        twice = chance.dense(31)
        for name in ("queue", "queue-old"):
            it.right("9", it.secret("payments", name, {"password": twice}, written=20), "twice in one namespace")
        it.clusters.values += [login]

    def _certificates(self) -> None:
        it, ago = self.it, self.it.world.days_ago
        cases: tuple[tuple[str, str, float, int, int, str, str], ...] = (
            ("storefront", "shop-tls", 80, 90, 0, "certificate_expiring", ""),
            ("data", "ingest-tls", 100, 1500, 0, "certificate_too_long", ""),
            ("payments", "gateway-tls", 20, 365, 1024, "weak_key", ""),
            ("payments", "api-tls", 80, 90, 0, "", "cert-manager renews it"),
            ("platform", "console-tls", 20, 90, 0, "", "in date"),
        )
        for space, name, age, days, bits, label, note in cases:
            made = certificate(self.chance.child(name), f"{name}.nordholm.example", ago(age), days, rsa_bits=bits)
            notes = {"cert-manager.io/certificate-name": name} if note.startswith("cert-manager") else {}
            data = {"tls.crt": made.text, "tls.key": made.key}
            it.secret(space, name, data, written=age, kind="kubernetes.io/tls", age=age, annotations=notes)
            spot = it.at(space, "secrets", name)
            if label:
                it.planted(label, key(made.thumbprint), spot)
            else:
                it.right("7", key(made.thumbprint), note)
                it.right("4", key(made.thumbprint), note)
                spec = {
                    "secretName": name,
                    "dnsNames": [f"{name}.nordholm.example"],
                    "issuerRef": {"name": "internal", "kind": "ClusterIssuer"},
                }
                it.put("certificates.cert-manager.io", name, space, body={"spec": spec})
        it.put("clusterissuers.cert-manager.io", "internal", body={"spec": {"ca": {"secretName": "internal-ca"}}})

    def _requests(self) -> None:
        """Client certificates that the cluster signed."""
        it = self.it
        left = it.person(7, gone=True).split("@")[0]
        cases = (
            ("jenkins", 100, 365, CLIENT, "k8s_long_certificate", ""),
            (left, 60, 365, CLIENT, "k8s_long_certificate", ""),
            ("drill", 3, 7, CLIENT, "", "seven days"),
            ("system:node:node-1", 30, 365, KUBELET, "", "the kubelet renews it"),
        )
        for number, (name, age, days, signer, label, note) in enumerate(cases):
            made = certificate(self.chance.child(f"csr {name}"), name, it.world.days_ago(age), days)
            status = {
                "certificate": base64.b64encode(made.text.encode()).decode(),
                "conditions": [{"type": "Approved", "status": "True"}],
            }
            spec = {"signerName": signer, "username": it.person(0), "usages": ["client auth"], "request": ""}
            it.put(
                "certificatesigningrequests.certificates.k8s.io", f"csr-{number}", body={"spec": spec, "status": status}, age=age
            )
            if label:
                it.planted(label, key(made.thumbprint), native("kubernetes", name))
            else:
                for risk in ("1", "7"):
                    it.right(risk, key(made.thumbprint), note)
        it.planted("k8s_leaver", native("kubernetes", left))
        self._nodes()

    def _nodes(self) -> None:
        """Nodes on machines of the company's AWS account."""
        machines = [instance.id for instance in self.it.world.account.instances]
        for number, machine in enumerate(machines[:3], 1):
            spec = {"providerID": f"aws:///eu-north-1a/{machine}"}
            self.it.put("nodes", f"node-{number}", body={"spec": spec, "status": {"nodeInfo": {"kubeletVersion": "v1.33.4"}}})
            for risk in ("1", "5", "7"):
                self.it.right(risk, native("kubernetes", f"node-{number}"), "a node")
