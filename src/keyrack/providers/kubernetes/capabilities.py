"""What the kubernetes provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

from keyrack.providers.kubernetes import kinds
from keyrack.providers.kubernetes.grant import cluster_role
from keyrack.providers.kubernetes.kinds import Kind
from keyrack.providers.kubernetes.words import WORDS
from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"kubernetes.{name}", title, yields, permissions, blind, calls)


def _lists(why: str, *listed: Kind, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(kind.permission, why, optional) for kind in listed)


_CAPABILITIES = (
    _sees(
        "cluster",
        "version, token issuer and its signing keys",
        (Resource, Credential),
        (
            Permission("get /version", "name the product and its version"),
            Permission("get /apis", "ask only for products that are installed"),
            Permission("get /.well-known/openid-configuration", "the issuer clouds and vaults trust", optional=True),
            Permission("get /openid/v1/jwks", "the keys that sign its tokens", optional=True),
        ),
        "4",
        "who holds the private half of a signing key; encryption of Secrets at rest; flags of the API server",
    ),
    _sees(
        "namespaces",
        "namespaces with the environment and owner their labels state",
        (Resource,),
        _lists("say where things are", kinds.NAMESPACES),
        "N/500",
        "an environment that no label states is inferred by the inventory, not here",
    ),
    _sees(
        "rbac",
        "roles, bindings, who may do what",
        (Policy, Grant, Identity),
        _lists("declared permissions", *kinds.ROLES, *kinds.BINDINGS),
        "(cluster roles + roles + cluster role bindings + role bindings)/500, 4 at least",
        "permissions given by other authorizers (webhook, ABAC, Node) and by a cloud (EKS access entries, GKE IAM, AKS)",
        "members of groups: they live in the sign-in system",
    ),
    _sees(
        "accounts",
        "service accounts, their owners, the cloud identities they become",
        (Identity, Ownership, Grant, Trust),
        _lists("the cluster's own identities", kinds.ACCOUNTS),
        "S/500",
        "when an account last acted: only the audit log tells (`keyrack usage ingest`)",
        "EKS pod identity associations: they are kept by AWS, not in the cluster",
    ),
    _sees(
        "workloads",
        "what runs, as which account, with which secrets written into it",
        (Resource, Trust, Credential, Placement),
        _lists("who runs as whom", *kinds.WORKLOADS),
        "(all eight kinds of workloads, replica sets, jobs and pods among them)/500, 8 at least",
        "secrets inside images, in files that a program fetches itself, and under harmless names in no known form",
        "workloads scaled to zero or suspended count like running ones",
    ),
    _sees(
        "secrets",
        "Secrets as places of credentials, legacy tokens and their reported use",
        (Credential, Placement, Usage),
        _lists(
            "recognise the same secret elsewhere; RBAC knows no smaller permission than reading values",
            kinds.SECRETS,
            optional=True,
        ),
        "Secrets/250 (names only: Secrets/500) + 1",
        "values of Helm releases (helm.sh/release.v1) and of Secrets encrypted by their own controller (sealed, SOPS)",
        "use of legacy tokens before the API server tracks it (Kubernetes 1.26), and on a day, not a moment",
    ),
    _sees(
        "config_maps",
        "credentials in ConfigMaps, EKS's aws-auth",
        (Credential, Placement, Identity, Trust, Grant),
        _lists("find secrets that lie open", kinds.CONFIG_MAPS),
        "ConfigMaps/250",
        "binaryData, and credentials that neither name nor form gives away",
    ),
    _sees(
        "nodes",
        "nodes as identities, and as machines of their cloud",
        (Identity, Resource),
        _lists("whom the kubelets' certificates are for, and on which machine", kinds.NODES, optional=True),
        "nodes/100",
        "kubelet certificates on the nodes' disks",
    ),
    _sees(
        "certificates",
        "signed certificate requests",
        (Credential, Placement, Identity, Grant),
        _lists("client certificates, which nobody can revoke", kinds.REQUESTS),
        "requests/500",
        "certificates whose request was cleaned up (after an hour to a day), and those made outside (kubeadm, clouds)",
    ),
    _sees(
        "cert_manager",
        "certificates and issuers of cert-manager",
        (Resource,),
        _lists("what renews which certificate", kinds.CERTIFICATES, *kinds.ISSUERS, optional=True),
        "0 where it is not installed, else (certificates + issuers + cluster issuers)/500, 3 at least",
        "issuers outside cert-manager's own kinds",
    ),
    _sees(
        "external_secrets",
        "which outer store a Secret comes from, and as whom it is read",
        (Resource, Trust, Placement),
        _lists("tie Secrets to their vault", *kinds.STORES, kinds.EXTERNAL_SECRETS, optional=True),
        "0 where it is not installed, else (stores + cluster stores + external secrets)/500, 3 at least",
        "keys taken over in bulk (dataFrom) are named by path, not key by key; generators",
    ),
    _sees(
        "webhooks",
        "admission webhooks, and which of them are outside the cluster",
        (Resource, Identity),
        _lists("who sees and rewrites objects", *kinds.WEBHOOKS),
        "2",
        "what a webhook does; services of the cluster that pass objects on",
    ),
)
_OPTIONS = (
    Option("cluster", "--kubernetes-cluster", "name of the cluster in uids; default: host of its API server"),
    Option("kubeconfig", "--kubernetes-kubeconfig", "kubeconfig to use; default: as kubectl", "path"),
    Option("context", "--kubernetes-context", "context of the kubeconfig; default: its current one"),
    Option("contexts", "--kubernetes-contexts", "`all`: every context of the kubeconfig is a source of its own"),
    Option("endpoint", "--kubernetes-endpoint", "URL of the API server, instead of a kubeconfig"),
    Option("token_file", "--kubernetes-token-file", "file with a token for the endpoint; read again when refused", "path"),
    Option("token_env", "--kubernetes-token-env", "name of the variable with a token for the endpoint"),
    Option("ca_file", "--kubernetes-ca-file", "CA certificate of the endpoint, PEM", "path"),
    Option("namespaces", "--kubernetes-namespaces", "comma list: look at these namespaces only, for those who may list no more"),
    Option("secrets", "--kubernetes-secrets", "values (default), metadata (names only) or none"),
    Option("timeout", "--kubernetes-timeout", "seconds to wait for a reply; default 30"),
)
MANIFEST = Manifest(
    name="kubernetes",
    title="Kubernetes",
    summary="one cluster: service accounts, RBAC, workloads, Secrets, certificates and ties to clouds and vaults",
    capabilities=_CAPABILITIES,
    options=_OPTIONS,
    extra="kubernetes",
    libraries=("kubernetes",),
    words=WORDS,
    grant=cluster_role,
)
