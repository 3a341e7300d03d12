"""What ties the production cluster to the outside: webhooks, images, stores, cloud identities; and the traced credentials."""

from __future__ import annotations

import json

from keyrack_estate import minting
from keyrack_estate.chance import HEX
from keyrack_estate.keys import pem, rsa_key
from keyrack_estate.systems.kubernetes.ground import REGISTRY, Ground, Shape, rule
from keyrack_estate.truth import Anchor, native

BAO = "https://vault.nordholm.example"
AWS, GKE = "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account"
DEPLOYER = "deployer@nordholm-prod.iam.gserviceaccount.com"
_GET_SECRETS = rule("get list watch", "secrets")

_MUTATING, _VALIDATING = "mutatingwebhookconfigurations", "validatingwebhookconfigurations"
_WEBHOOKS: tuple[tuple[str, str, str, str, str, bool, str], ...] = (
    (_MUTATING, "lumenwatch", "https://hooks.lumenwatch.example/inject", "pods", "", True, ""),
    (_VALIDATING, "brightcost", "https://admission.brightcost.example/v1", "secrets configmaps", "", True, ""),
    (_VALIDATING, "tidewater", "https://backup.tidewater.example/seen", "deployments", "apps", True, ""),
    (_MUTATING, "policy", "https://policy.nordholm.example/mutate", "secrets pods", "", False, "the organisation's own host"),
    (
        _VALIDATING,
        "paperplane",
        "https://dns.paperplane.example/check",
        "ingresses",
        "networking.k8s.io",
        False,
        "ingresses only",
    ),
    (_VALIDATING, "cobalt", "https://crd.cobalt.example/check", "*", "cobalt.example", False, "sees its own kinds only"),
    (_MUTATING, "mesh", "", "pods", "", False, "served inside the cluster"),
)
"""Kind, name, URL, resources, their group, whether it is wrong, and why not."""
_PRIVILEGED: Shape = {"container": {"securityContext": {"privileged": True}}}
_ADMIN: Shape = {"container": {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}}


def _mounted(path: str, **pod: bool) -> Shape:
    return {"volumes": [{"name": "d", "hostPath": {"path": path}}], "pod": pod}


_ESCAPES: tuple[tuple[str, str, str, Shape, bool, str], ...] = (
    ("storefront", "builder", "deployments.apps", _mounted("/var/run/docker.sock"), True, ""),
    ("data", "node-tuner", "daemonsets.apps", _mounted("/", hostPID=True), True, ""),
    ("ml", "gpu-tool", "statefulsets.apps", _ADMIN, True, ""),
    ("storefront", "legacy-edge", "deployments.apps", _PRIVILEGED, True, ""),
    ("kube-system", "cni", "daemonsets.apps", _PRIVILEGED, False, "the network driver"),
    (
        "platform",
        "edge",
        "daemonsets.apps",
        {"pod": {"hostNetwork": True, "hostPID": True}},
        False,
        "network and processes alone",
    ),
    ("platform", "logs", "daemonsets.apps", _mounted("/var/log"), False, "reads logs"),
)
"""Namespace, name, kind, what lets it out, whether it is wrong, and why not."""
_LOGIN: Shape = {
    "kubernetes": {"mountPath": "kubernetes", "role": "payments", "serviceAccountRef": {"name": "api", "namespace": "payments"}}
}
_STATIC: Shape = {"tokenSecretRef": {"name": "bao-token", "namespace": "platform", "key": "token"}}
_NAMED: Shape = {"conditions": [{"namespaces": ["payments", "storefront"]}]}
_STORES: tuple[tuple[str, str, str, Shape, Shape, str], ...] = (
    ("clustersecretstores", "shared-bao", "", _STATIC, {}, "open to all, with a stored token"),
    ("clustersecretstores", "open-bao", "", _LOGIN, {}, "open to all"),
    ("clustersecretstores", "closed-bao", "", _LOGIN, _NAMED, ""),
    ("secretstores", "vault", "payments", _LOGIN, {}, ""),
)
"""Kind, name, namespace, how it signs in, its conditions, and what is wrong."""


class Outside:
    """Plants them."""

    def __init__(self, ground: Ground) -> None:
        self.it, self.chance = ground, ground.chance.child("outside")

    def plant(self) -> None:
        """Everything."""
        self._traced()
        self._webhooks()
        self._images()
        self._escapes()
        self._operator()
        self._stores()
        self._clouds()
        self._shared()

    def role(self, name: str) -> str:
        """ARN of a role of the company's account."""
        return self.it.world.account.role_arn(name)

    def _traced(self) -> None:
        """The password, the AWS key and the Google key that lie elsewhere in the company too; all used by ``payments/api``."""
        it, world = self.it, self.it.world
        it.account("payments", "api", notes={AWS: self.role("irsa-payments"), GKE: DEPLOYER}, automount=False)
        it.workload(
            "payments",
            "api",
            "api",
            image=f"{REGISTRY}/nordholm/api@sha256:{'1' * 64}",
            secrets=("db-credentials", "deploy-aws", "gcp-deployer"),
        )
        password = world.share("payments-db")
        data = {"username": "payments_app", "password": password, "host": "db-1.nordholm.example"}
        spot = it.secret("payments", "db-credentials", data, written=400, age=700)
        it.planted("k8s_old_secret", spot, note="the value in the vault is as old")
        it.right("2", spot, "where secrets belong")
        world.hold(spot, password, kind="store", environment="prod")
        pair = world.shared.setdefault("deploy-aws", self._pair())
        identifier, _, value = pair.partition(":")
        spot = it.secret("payments", "deploy-aws", {"AWS_ACCESS_KEY_ID": identifier, "AWS_SECRET_ACCESS_KEY": value}, written=90)
        self._cloud_key(spot)
        world.hold(spot, value, kind="store", environment="prod", public_id=identifier)
        spot = it.secret("payments", "gcp-deployer", {"key.json": self._key_file()}, written=100)
        self._cloud_key(spot)
        self._batch()

    def _cloud_key(self, spot: Anchor) -> None:
        self.it.planted("k8s_cloud_key", spot)
        self.it.open("7", spot, "keys of clouds do not end by themselves; rules of the clouds judge their age")

    def _own_key(self, name: str) -> dict[str, str]:
        """An AWS key of its own, as a Secret keeps it."""
        chance = self.chance.child(name)
        identifier = minting.access_key_id(chance, self.it.world.company.siblings["nordholm-logs"])
        return {"AWS_ACCESS_KEY_ID": identifier, "AWS_SECRET_ACCESS_KEY": minting.aws_secret(chance)}

    def _pair(self) -> str:
        chance = self.it.world.chance.child("deploy-aws")
        account = self.it.world.company.siblings["nordholm-logs"]
        return f"{minting.access_key_id(chance, account)}:{minting.aws_secret(chance)}"

    def _key_file(self) -> str:
        identifier = self.it.world.shared.setdefault("gcp-key", self.it.world.chance.child("gcp-key").text(40, HEX))
        made = {"type": "service_account", "project_id": "nordholm-prod", "private_key_id": identifier, "client_email": DEPLOYER}
        return json.dumps({**made, "private_key": pem(rsa_key(self.it.world.chance.child("gcp-key-pair"), 2048))})

    def _batch(self) -> None:
        """The same kind of key where the account's cloud identity is of another cloud: right, for want of a better way."""
        it = self.it
        it.account("data", "shipper", notes={GKE: "reporting@nordholm-data.iam.gserviceaccount.com"})
        it.workload("data", "shipper", "shipper", secrets=("s3-key",))
        spot = it.secret("data", "s3-key", self._own_key("batch"), written=50)
        for anchor in (spot, it.account_anchor("data", "shipper")):
            it.right("4", anchor, "its cloud identity is of another cloud")
        it.open("7", spot, "an AWS key of unknown age")

    def _webhooks(self) -> None:
        for plural, name, url, resources, group, wrong, note in _WEBHOOKS:
            config = {"url": url} if url else {"service": {"namespace": "platform", "name": "mesh", "path": "/inject"}}
            rules = [{"apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": resources.split()}]
            hook = {
                "name": f"{name}.hooks.nordholm",
                "clientConfig": config,
                "rules": rules,
                "failurePolicy": "Ignore",
                "sideEffects": "None",
            }
            self.it.put(f"{plural}.admissionregistration.k8s.io", name, body={"webhooks": [hook]})
            anchor = native("kubernetes", f"{name}/{name}.hooks.nordholm")
            if wrong:
                self.it.planted("k8s_webhook", anchor)
            else:
                self.it.right("3", anchor, note)

    def _images(self) -> None:
        it = self.it
        it.role("ml-secrets", [_GET_SECRETS], "ml")
        latest: Shape = {"automountServiceAccountToken": False}
        cases: tuple[tuple[str, str, str, Shape, bool, str], ...] = (
            ("agent", "docker.io/acmeml/agent:latest", "ml-secrets", {}, True, ""),
            ("sidecar", "quay.io/acmeml/sidecar", "ml-secrets", {}, True, ""),
            ("pinned", f"docker.io/acmeml/agent@sha256:{'2' * 64}", "ml-secrets", {}, False, "named by digest"),
            ("versioned", "docker.io/acmeml/agent:4.1.0", "ml-secrets", {}, False, "named by a version"),
            ("tokenless", "docker.io/acmeml/agent:latest", "ml-secrets", latest, False, "no token is mounted"),
            ("inside", f"{REGISTRY}/agent:latest", "ml-secrets", {}, False, "of the organisation's own registry"),
            ("modest", "docker.io/acmeml/agent:latest", "", {}, False, "its account only looks"),
        )
        for name, image, role, pod, wrong, note in cases:
            it.account("ml", name)
            it.workload("ml", name, name, image=image, pod=pod)
            it.bind(role or "view", f"ml/{name}", "ml", kind="Role" if role else "ClusterRole")
            if wrong:
                it.planted("k8s_public_image", it.account_anchor("ml", name))
            else:
                it.right("3", it.account_anchor("ml", name), note)

    def _escapes(self) -> None:
        for space, name, kind, more, wrong, note in _ESCAPES:
            self.it.account(space, name)
            self.it.workload(space, name, name, kind=kind, **more)
            if wrong:
                self.it.planted("k8s_escapes", self.it.account_anchor(space, name))
            else:
                self.it.right("6", self.it.account_anchor(space, name), note)

    def _operator(self) -> None:
        """external-secrets itself, and the Secret it makes from the vault."""
        it = self.it
        it.account("platform", "external-secrets")
        it.workload("platform", "external-secrets", "external-secrets")
        it.role("external-secrets", [rule("get list watch create update", "secrets"), rule("create", "serviceaccounts/token")])
        it.bind("external-secrets", "platform/external-secrets")
        it.open("5", it.account_anchor("platform", "external-secrets"), "an operator whose task are Secrets")
        token = it.secret("platform", "bao-token", {"token": self.chance.child("bao").dense(32)}, written=20)
        it.right("7", token, "written three weeks ago")
        wanted = {"secretKey": "password", "remoteRef": {"key": "payments/db", "property": "password"}}
        spec = {
            "secretStoreRef": {"kind": "SecretStore", "name": "vault"},
            "target": {"name": "db-credentials"},
            "data": [wanted],
            "refreshInterval": "1h",
        }
        it.put("externalsecrets.external-secrets.io", "db", "payments", body={"spec": spec})

    def _stores(self) -> None:
        """Secret stores, open and closed."""
        for plural, name, space, auth, more, wrong in _STORES:
            spec = {"provider": {"vault": {"server": BAO, "path": "secret", "auth": auth}}, **more}
            self.it.put(f"{plural}.external-secrets.io", name, space, body={"spec": spec})
            anchor = native("kubernetes", f"{space}/{name}" if space else name)
            if wrong:
                self.it.planted("k8s_open_store", anchor, note=wrong)
            else:
                self.it.right("6", anchor, "for named namespaces")

    def _clouds(self) -> None:
        it = self.it
        for space, name in (("ml", "train"), ("data", "load")):
            it.account(space, name, notes={AWS: self.role("stock-worker")})
            it.workload(space, name, name, secrets=("s3",))
            it.planted("k8s_shared_cloud", it.account_anchor(space, name))
            self._cloud_key(it.secret(space, "s3", self._own_key(f"{space}/{name}"), written=70))
        it.account("payments", "settler", notes={AWS: self.role("orders-worker")})
        it.workload("payments", "settler", "settler")
        it.account("storefront", "search", notes={AWS: self.role("irsa-search")})
        it.workload("storefront", "search", "search")
        for space, name in (("payments", "settler"), ("storefront", "search")):
            it.right("9", it.account_anchor(space, name), "a cloud identity of its own")
        it.account("storefront-staging", "mirror", notes={GKE: "mirror@nordholm-prod.iam.gserviceaccount.com"})
        it.workload("storefront-staging", "mirror", "mirror")
        it.planted("k8s_prod_cloud", it.account_anchor("storefront-staging", "mirror"))

    def _shared(self) -> None:
        it = self.it
        it.account("storefront", "web")
        for name in ("cart", "catalogue", "mail"):
            it.workload("storefront", name, "web")
        it.planted("k8s_shared_account", it.account_anchor("storefront", "web"))
        it.account("data", "etl")
        for name, environment in (("etl-live", "prod"), ("etl-trial", "dev")):
            it.workload("data", name, "etl", labels={"env": environment})
        it.planted("k8s_shared_account", it.account_anchor("data", "etl"))
        it.planted("k8s_two_environments", it.account_anchor("data", "etl"))
        it.account("payments", "billing")
        for name in ("billing-web", "billing-jobs"):
            it.workload("payments", name, "billing", labels={"app.kubernetes.io/part-of": "billing"})
        it.right("9", it.account_anchor("payments", "billing"), "two parts of one program")
