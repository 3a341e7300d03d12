/*
id: k8s_secret_store_open
title: Secret store of the cluster is open to every namespace
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://external-secrets.io/latest/guides/multi-tenancy/"]
inputs: [kubernetes.external_secrets]
key: [resource]
detects: >
  A ClusterSecretStore of external-secrets without a condition on namespaces. High where a stored token or key signs it in, for that one opens whatever all teams together need;
  medium where a service account does.
why: Whoever may create an ExternalSecret in any namespace reads whatever the store can read, other teams' secrets and production's among them.
remediation: |
  Give {name} of cluster {cluster} `spec.conditions` that name its namespaces, or replace it by a SecretStore in each namespace that signs in as an account of
  that namespace, with a role of {server} of its own.
blind_spots: What the store's role may read at {server} is judged there; policies (Kyverno, Gatekeeper) that limit who makes ExternalSecrets.
false_positives: A cluster with one team.
bad:
  - resources: [{uid: "k8s:c:clustersecretstore/shared", type: "k8s:secret-store", name: shared, provider: kubernetes, scope: c, attrs: {kind: ClusterSecretStore, open_to: all, static: "true", url: bao.acme.example}}]
  - identities: [{uid: "k8s:c:sa/eso/eso", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:clustersecretstore/shared", type: "k8s:secret-store", name: shared, provider: kubernetes, scope: c, attrs: {kind: ClusterSecretStore, open_to: all, static: "false"}}]
    trusts: [{identity_uid: "k8s:c:sa/eso/eso", subject: "k8s:c:clustersecretstore/shared", subject_kind: workload, mechanism: "k8s:secret-store"}]
good:
  - resources: [{uid: "k8s:c:clustersecretstore/shared", type: "k8s:secret-store", name: shared, provider: kubernetes, scope: c, attrs: {kind: ClusterSecretStore, open_to: named, static: "true"}}]
  - resources: [{uid: "k8s:c:secretstore/shop/vault", type: "k8s:secret-store", name: vault, provider: kubernetes, scope: c, attrs: {kind: SecretStore, open_to: namespace, static: "true"}}]
*/
SELECT min(t.identity_uid) AS identity, r.uid AS resource, r.source_id, r.name, r.scope AS cluster, coalesce(r.attrs['url'], 'the store') AS server, r.attrs['store'] AS product,
  r.attrs['mount'] AS mount, r.attrs['secret'] AS signs_in_with_secret,
  CASE WHEN r.attrs['static'] = 'true' THEN 'high' ELSE 'medium' END AS severity
FROM resources r
LEFT JOIN trusts t ON t.subject = r.uid AND t.mechanism = 'k8s:secret-store'
WHERE r.type = 'k8s:secret-store' AND r.provider = 'kubernetes' AND r.attrs['open_to'] = 'all'
GROUP BY r.uid, r.source_id, r.name, r.scope, r.attrs['url'], r.attrs['store'], r.attrs['mount'], r.attrs['secret'], r.attrs['static']
