"""Plants both clusters, each with its truth."""

from __future__ import annotations

from keyrack_estate.systems.kubernetes.access import Access, built_in
from keyrack_estate.systems.kubernetes.ground import Ground
from keyrack_estate.systems.kubernetes.outside import GKE, Outside
from keyrack_estate.systems.kubernetes.stores import Stores


def plant(prod: Ground, dev: Ground) -> None:
    """Everything."""
    for ground in (prod, dev):
        built_in(ground)
    for name, labels in (
        ("payments", {"env": "production", "team": "payments"}), ("storefront", {"env": "prod", "team": "storefront"}),
        ("data", {"environment": "production", "team": "data"}), ("ml", {"team": "ml"}), ("platform", {"team": "platform"}),
        ("storefront-staging", {"env": "staging", "team": "storefront"}),
        ("legacy", {}), ("kube-system", {}), ("kube-public", {}),
    ):  # fmt: skip
        prod.namespace(name, **labels)
    Access(prod).plant()
    Stores(prod).plant()
    Outside(prod).plant()
    _development(prod, dev)
    for ground in (prod, dev):
        for anchor in ground.things:
            ground.truth.fine(anchor, "nothing wrong of this kind")


def _development(prod: Ground, dev: Ground) -> None:
    """The development cluster: half trusted, and in places far too close to production."""
    for name, labels in (("payments-dev", {"env": "dev", "team": "payments"}), ("sandbox", {"env": "dev", "team": "platform"})):
        dev.namespace(name, **labels)
    dev.account("payments-dev", "checker", notes={GKE: "checker@nordholm-prod.iam.gserviceaccount.com"})
    dev.workload("payments-dev", "checker", "checker")
    dev.planted("k8s_prod_cloud", dev.account_anchor("payments-dev", "checker"))
    dev.account("sandbox", "app", notes={GKE: "app@nordholm-dev.iam.gserviceaccount.com"})
    dev.workload("sandbox", "app", "app", image="docker.io/library/nginx:latest")
    for risk, note in (("8", "a test identity"), ("3", "its account holds nothing")):
        dev.right(risk, dev.account_anchor("sandbox", "app"), note)
    value = prod.chance.child("both clusters").dense(30)
    here = prod.secret("payments", "ledger-db", {"password": value}, written=45)
    there = dev.secret("payments-dev", "ledger-db", {"password": value}, written=45)
    for label in ("k8s_two_environments", "k8s_spread_secret"):
        prod.planted(label, here, there)
    own = dev.secret("payments-dev", "own-db", {"password": dev.chance.child("own").dense(30)}, written=45)
    for risk in ("7", "8", "9"):
        dev.right(risk, own, "a password of its own")
    dev.account("sandbox", "lab-admin")
    dev.workload("sandbox", "lab-admin", "lab-admin")
    dev.bind("cluster-admin", "sandbox/lab-admin")
    dev.planted("k8s_cluster_admin", dev.account_anchor("sandbox", "lab-admin"))
