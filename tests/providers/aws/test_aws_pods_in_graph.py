"""A service account as the kubernetes provider sees it and a role as this one does meet by the cluster's token issuer."""

from datetime import UTC, datetime

from keyrack.graph.model import Estate
from keyrack.graph.record_edges import record_edges
from keyrack.providers.aws.eks import association, cluster
from keyrack.records import Identity, Trust

ROLE = "arn:aws:iam::111122223333:role/payments"
ISSUER = "oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMPROD"


def account(name, issuer):
    return Identity(
        uid=f"k8s:{name}:sa/payments/api", kind="service_account", type="k8s:service-account", name="api", provider="kubernetes",
        scope=name, attrs={"namespace": "payments", "issuer": issuer},
    )  # fmt: skip


def test_the_pod_becomes_the_role_in_its_own_cluster_only():
    made = cluster({"identity": {"oidc": {"issuer": f"https://{ISSUER}"}}}, "prod", "aws:eks:eu-north-1:111122223333:cluster")
    raw = {"namespace": "payments", "serviceAccount": "api", "roleArn": ROLE}
    trusts = tuple(record for record in association(made, raw) if isinstance(record, Trust))
    role = Identity(
        uid=ROLE[4:], kind="service_account", type="aws:iam-role", name="payments", provider="aws", scope="111122223333"
    )
    identities = (role, account("prod-eu", ISSUER), account("stage-eu", "oidc.eks.eu-north-1.amazonaws.com/id/OTHER"))
    edges = list(record_edges(Estate(now=datetime.now(UTC), identities=identities, trusts=trusts)))
    assert [(edge.source, edge.target, edge.mechanism) for edge in edges] == [
        ("k8s:prod-eu:sa/payments/api", ROLE[4:], "aws:pod-identity")
    ]
