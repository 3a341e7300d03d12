"""Words of the kubernetes provider, beside those of the house."""

from __future__ import annotations

from keyrack.sdk import Words

WORDS = Words(
    identity_types={
        "k8s:user": "user name that a binding or certificate names; Kubernetes keeps no users itself",
        "k8s:group": "group that a binding names; its members are known to the sign-in system",
        "k8s:node": "node, as its kubelet authenticates",
        "k8s:webhook": "admission webhook at a URL outside the cluster: it sees, or rewrites, the objects its rules name",
    },
    identity_attrs={
        "workloads": "number of workloads that run as a service account",
        "issuer": "issuer of the cluster's tokens (host and path): what clouds and vaults must trust to let the account in",
        "kind": "Kubernetes kind of the object",
        "covers": "resources whose objects a webhook is shown",
        "failure": "what happens when a webhook does not answer: Fail or Ignore",
    },
    credential_attrs={
        "legacy": "token kept in a Secret: no end, no audience (true)",
        "secret": "namespace and name of the Secret that holds a token",
        "audience": "audience of a projected token; absent: the API server",
        "lifetime": "lifetime asked for a projected token, seconds",
        "signer": "signer of a certificate request",
        "groups": "groups a certificate or token makes its holder a member of",
        "requested_by": "user name that asked for a certificate",
    },
    placement_attrs={
        "namespace": "Kubernetes namespace of the place",
        "property": "property inside the entry of an outer store",
    },
    grant_attrs={
        "binding": "RoleBinding/<namespace>/<name> or ClusterRoleBinding/<name>",
        "cut": "the role spells out more actions than are listed (true)",
    },
    trust_attrs={
        "automount": "whether a pod wants its account's token mounted (true/false)",
        "cloud": "cloud of the identity an annotation names: aws, gcp, azure",
        "groups": "Kubernetes groups the subject becomes a member of",
        "role": "role of a vault that is asked for",
    },
    usage_attrs={},
    resource_types={
        "k8s:cluster": "cluster",
        "k8s:namespace": "namespace",
        "k8s:node": "node: the machine, beside the identity its kubelet authenticates as",
        "k8s:certificate": "Certificate of cert-manager",
        "k8s:issuer": "Issuer or ClusterIssuer of cert-manager",
        "k8s:secret-store": "SecretStore or ClusterSecretStore of external-secrets",
        "k8s:external-secret": "ExternalSecret: a Secret made from an outer store",
        "k8s:webhook": "admission webhook served inside the cluster",
    },
    resource_attrs={
        "version": "version of the API server",
        "kind": "Kubernetes kind",
        "replicas": "wanted number of pods",
        "escapes": "what lets a workload out to its node: privileged, hostPID, hostPath:<path>, capability:<name>...",
        "image": "image of the first container",
        "images": "images of the containers",
        "registries": "public registries the images come from",
        "image_pin": "how exactly the loosest image is named: digest, tag, none",
        "public_pin": "the same of the images from public registries alone",
        "provider_id": "the cloud's name of a node's machine, e.g. aws:///eu-north-1a/i-0abc",
        "automount": "whether a pod wants its account's token mounted (true/false)",
        "issuer": "issuer of a certificate, or kind of issuer",
        "secret": "name of the Secret that is made or used",
        "names": "DNS names of a certificate",
        "store": "outer store: its product, or the SecretStore that reads it",
        "mount": "mount of the outer store",
        "open_to": "who may use a secret store: namespace, named, all",
        "static": "a stored secret signs the store in, no service account (true/false)",
        "paths": "paths read from an outer store",
        "refresh": "how often an external secret is read again",
        "service": "namespace and name of the service behind a webhook",
        "covers": "resources whose objects a webhook is shown",
        "failure": "what happens when a webhook does not answer: Fail or Ignore",
    },
    mechanisms={
        "k8s:aws-auth": "EKS's aws-auth ConfigMap makes an AWS role or user a Kubernetes user",
        "k8s:secret-store": "a secret store signs in to an outer store as the service account",
    },
)
