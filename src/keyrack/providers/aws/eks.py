"""EKS: which roles pods become (Pod Identity), and which IAM principals enter a cluster (access entries).

Shapes: EKS API Reference, Cluster, PodIdentityAssociation, AccessEntry, AssociatedAccessPolicy. The issuer of a cluster's tokens
is what ties its service accounts, as the kubernetes provider sees them, to the roles here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.labels import environment, ownership
from keyrack.providers.aws.raw import Raw, flag, known, part, rows, tags, text, texts, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap, Record, Resource, Trust
from keyrack.records.uids import aws_uid, row_uid

POD_IDENTITY, ACCESS = "aws:pod-identity", "aws:eks-access"
_NODES = {"EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"}
"""Access entries AWS makes so that nodes may join; they name no consumer."""


def _call(operation: str, action: str, member: str) -> Call:
    return Call("aws.eks", "eks", operation, f"eks:{action}", (member,), absent_ok=True)


CLUSTERS = _call("list_clusters", "ListClusters", "clusters")
CLUSTER = _call("describe_cluster", "DescribeCluster", "cluster")
ASSOCIATIONS = _call("list_pod_identity_associations", "ListPodIdentityAssociations", "associations")
ASSOCIATION = _call("describe_pod_identity_association", "DescribePodIdentityAssociation", "association")
ENTRIES = _call("list_access_entries", "ListAccessEntries", "accessEntries")
ENTRY = _call("describe_access_entry", "DescribeAccessEntry", "accessEntry")
POLICIES = _call("list_associated_access_policies", "ListAssociatedAccessPolicies", "associatedAccessPolicies")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster as trusts name it; ``issuer`` without scheme."""

    uid: str
    name: str
    issuer: str | None
    tags: Mapping[str, str]


def eks(scan: Scan, region: str) -> Iterator[Record]:
    """1 per 100 clusters; a cluster costs 3, and 1 more for each association, 2 for each access entry. EKS has no bulk calls."""
    listed = yield from scan.collected(CLUSTERS.at(region))
    names = [name for row in listed if (name := text(row, ""))]
    for reply in scan.each("aws: EKS clusters", [CLUSTER.at(region).of(name=name) for name in names]):
        if isinstance(reply, Gap):
            yield reply
            continue
        raw = part(reply[1], "cluster")
        made = cluster(raw, str(reply[0].params["name"]), f"{scan.partition}:eks:{region}:{scan.account}:cluster")
        yield cluster_resource(made, raw, scan.account)
        yield from _associations(scan, region, made)
        yield from _entries(scan, region, made)


def cluster(raw: Raw, name: str, prefix: str) -> Cluster:
    """What of a cluster others need. Pure."""
    arn = text(raw, "arn")
    issuer = text(part(part(raw, "identity"), "oidc"), "issuer")
    return Cluster(
        aws_uid(arn) if arn else f"{prefix}/{name}",
        name,
        (issuer.partition("://")[2] or issuer) if issuer else None,
        tags(raw, "tags"),
    )


def cluster_resource(made: Cluster, raw: Raw, account: str) -> Resource:
    """The cluster as a Resource. Pure."""
    network = part(raw, "resourcesVpcConfig")
    return Resource(
        uid=made.uid, type="aws:eks-cluster", name=made.name, provider="aws", scope=account,
        environment=environment(made.tags), tags=dict(made.tags),
        attrs=known(
            issuer=made.issuer, status=text(raw, "status"), endpoint_public=yes(flag(network, "endpointPublicAccess")),
            authentication=text(part(raw, "accessConfig"), "authenticationMode"), url=text(raw, "endpoint"),
        ),
    )  # fmt: skip


def _associations(scan: Scan, region: str, made: Cluster) -> Iterator[Record]:
    listed = yield from scan.collected(ASSOCIATIONS.at(region).of(clusterName=made.name))
    ids = [found for row in listed if (found := text(row, "associationId"))]
    calls = [ASSOCIATION.at(region).of(clusterName=made.name, associationId=found) for found in ids]
    for reply in scan.each("aws: pod identities", calls):
        yield from (reply,) if isinstance(reply, Gap) else association(made, part(reply[1], "association"))


def association(made: Cluster, raw: Raw) -> Iterator[Record]:
    """Pods of one service account become the role, and through it another account's, where one is named. Pure."""
    namespace, account, role = text(raw, "namespace"), text(raw, "serviceAccount"), text(raw, "roleArn")
    if not namespace or not account or not role:
        return
    labels = tags(raw, "tags")
    for arn in filter(None, (role, text(raw, "targetRoleArn"))):
        yield Trust(
            uid=row_uid("trust", aws_uid(arn), POD_IDENTITY, made.uid, namespace, account),
            identity_uid=aws_uid(arn), subject=made.issuer or made.uid, subject_kind="federated", mechanism=POD_IDENTITY,
            issuer=made.issuer or made.uid, subs=[f"system:serviceaccount:{namespace}:{account}"],
            audiences=["pods.eks.amazonaws.com"],
            attrs=known(
                sub_operator="StringEquals", cluster=made.uid, namespace=namespace, service_account=account,
                session_tags=yes(flag(raw, "disableSessionTags") is not True),
            ),
        )  # fmt: skip
    yield from ownership(aws_uid(role), labels, f"{made.uid}, {namespace}/{account}")


def _entries(scan: Scan, region: str, made: Cluster) -> Iterator[Record]:
    listed = yield from scan.collected(ENTRIES.at(region).of(clusterName=made.name))
    arns = [arn for row in listed if (arn := text(row, ""))]
    described: dict[str, Raw] = {}
    for reply in scan.each("aws: access entries", [ENTRY.at(region).of(clusterName=made.name, principalArn=arn) for arn in arns]):
        if isinstance(reply, Gap):
            yield reply
        elif text(raw := part(reply[1], "accessEntry"), "type") not in _NODES:
            described[str(reply[0].params["principalArn"])] = raw
    calls = [POLICIES.at(region).of(clusterName=made.name, principalArn=arn) for arn in described]
    policies: dict[str, list[Raw]] = {}
    for reply in scan.each("aws: access policies", calls):
        if isinstance(reply, Gap):
            yield reply
        else:
            policies[str(reply[0].params["principalArn"])] = rows(reply[1], "associatedAccessPolicies")
    for arn, raw in described.items():
        yield entry(made, arn, raw, policies.get(arn, []))


def entry(made: Cluster, arn: str, raw: Raw, policies: list[Raw]) -> Trust:
    """An IAM principal that enters the cluster; what it may do there stands in the attributes. Pure."""
    shown = sorted(_policy(row) for row in policies)
    return Trust(
        uid=row_uid("trust", made.uid, ACCESS, arn), identity_uid=made.uid, subject=aws_uid(arn), subject_kind="identity",
        mechanism=ACCESS,
        attrs=known(
            cluster=made.uid, groups=",".join(sorted(texts(raw, "kubernetesGroups"))) or None, policies="; ".join(shown) or None
        ),
    )  # fmt: skip


def _policy(row: Raw) -> str:
    scope = part(row, "accessScope")
    spaces = ",".join(sorted(texts(scope, "namespaces")))
    return f"{(text(row, 'policyArn') or 'unknown').rpartition('/')[2]} on {spaces or text(scope, 'type') or 'unknown'}"
