/*
id: k8s_cloud_key_beside_identity
title: Workload holds a long-lived cloud key although its account has a cloud identity
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:IA-2", "CSF-2.0:PR.AA-03"]
references: ["https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html", "https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity", "https://azure.github.io/azure-workload-identity/docs/"]
inputs: [kubernetes.secrets, kubernetes.config_maps, kubernetes.workloads, kubernetes.accounts]
key: [credential, path]
detects: >
  An access key of AWS, a key of a Google service account or a secret of an Azure application in a Secret, a ConfigMap or the environment of a workload whose service account is annotated
  with an identity of the same cloud (IRSA, Workload Identity).
why: >
  The platform hands the pod short-lived credentials that are bound to it. A key beside them does not expire, works from anywhere, and is what the libraries
  take first.
remediation: |
  Give {cloud_identity} the permissions that {what} is used for, remove it from {path} and from the workloads of {name}, watch its last use at {cloud}, and delete it there.
blind_spots: Keys inside images or fetched by the program; EKS pod identity associations, which AWS keeps.
false_positives: A key of another account that cannot trust the cluster's issuer; a store that only speaks the cloud's protocol (S3-compatible).
bad:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:aws:A1", kind: access_key, issuer: aws, public_id: A1, status: active}]
    placements: [{credential_uid: "cred:aws:A1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/aws, consumer_uid: "k8s:c:sa/shop/api"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/shop", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: aws}}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:gcp:k1", kind: private_key, issuer: gcp, public_id: k1, status: active}]
    placements: [{credential_uid: "cred:gcp:k1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/key, consumer_uid: "k8s:c:sa/shop/api"}]
    trusts: [{identity_uid: "gcp:sa/shop@p.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
good:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}]  # another cloud, which knows nothing of this cluster
    credentials: [{uid: "cred:aws:A1", kind: access_key, issuer: aws, public_id: A1, status: active}]
    placements: [{credential_uid: "cred:aws:A1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/aws, consumer_uid: "k8s:c:sa/shop/api"}]
    trusts: [{identity_uid: "gcp:sa/shop@p.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}, {uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:aws:A1", kind: access_key, issuer: aws, public_id: A1, status: active}]  # a neighbour's
    placements: [{credential_uid: "cred:aws:A1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/aws, consumer_uid: "k8s:c:sa/shop/old"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/shop", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: aws}}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}]  # switched off
    credentials: [{uid: "cred:aws:A1", kind: access_key, issuer: aws, public_id: A1, status: inactive}]
    placements: [{credential_uid: "cred:aws:A1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/aws, consumer_uid: "k8s:c:sa/shop/api"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/shop", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: aws}}]
*/
SELECT i.uid AS identity, c.uid AS credential, p.path, i.name, p.scope AS cluster, coalesce(c.public_id, c.name) AS what, t.attrs['cloud'] AS cloud,
  min(t.identity_uid) AS cloud_identity, c.identity_uid AS authenticates_as, c.created_at, c.last_used_at
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
JOIN trusts t ON t.subject = p.consumer_uid AND t.mechanism = 'k8s:annotation'
JOIN identities i ON i.uid = p.consumer_uid
WHERE p.system IN ('cluster_secret', 'cluster_config', 'workload_env') AND c.usable AND c.attrs['placeholder'] IS NULL AND p.state <> 'dead'
  AND ((t.attrs['cloud'] = 'aws' AND c.issuer = 'aws' AND c.kind = 'access_key') OR (t.attrs['cloud'] = 'gcp' AND c.issuer = 'gcp' AND c.kind = 'private_key')
    OR (t.attrs['cloud'] = 'azure' AND c.issuer IN ('azure', 'entra') AND c.kind IN ('oauth_secret', 'secret')))
GROUP BY i.uid, c.uid, p.path, i.name, p.scope, c.public_id, c.name, t.attrs['cloud'], c.identity_uid, c.created_at, c.last_used_at
