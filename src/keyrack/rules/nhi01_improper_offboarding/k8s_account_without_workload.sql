/*
id: k8s_account_without_workload
title: Service account holds rights and nothing runs as it
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:CM-7", "CSF-2.0:PR.AA-05"]
inputs: [kubernetes.accounts, kubernetes.rbac, kubernetes.workloads, kubernetes.secrets, any.usage]
key: []
detects: >
  A service account older than 30 days that may change things, read Secrets or raise rights, and as which no workload of the cluster runs (those scaled to zero
  count as running). Nothing is known to have used it in 30 days, no secret store signs in as it, and no stored token is in use or might be.
why: The program left and its rights stayed. Nobody watches an account that should be silent, so its first user may be an intruder.
remediation: |
  Ask {owner} whether anything outside the cluster asks for tokens of {namespace}/{name}. If not, delete its bindings ({bindings}), wait a month, then
  `kubectl delete serviceaccount {name} -n {namespace}`.
blind_spots: >
  Pods that live for minutes between two scans; programs outside the cluster that ask for tokens (TokenRequest), unless the audit log is ingested.
false_positives: Accounts of yearly jobs and of pipelines that mint tokens from outside; record an exception.
bad:
  - identities: [{uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/old", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/old}}]
  - identities: [{uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/old", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/old}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, status: active, identity_uid: "k8s:c:sa/shop/old", created_at: now-400d}]
    usage: [{identity_uid: "k8s:c:sa/shop/old", credential_uid: "cred:fp:1", grade: absent, since: now-200d}]
good:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "1"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/api", language: kubernetes, actions: ["update:deployments"]}]
  - identities: [{uid: "k8s:c:sa/shop/ci", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]  # a stored token that may be in use
    grants: [{identity_uid: "k8s:c:sa/shop/ci", language: kubernetes, actions: ["update:deployments"]}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, status: active, identity_uid: "k8s:c:sa/shop/ci", created_at: now-400d}]
  - identities: [{uid: "k8s:c:sa/shop/ci", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]  # the audit log saw it
    grants: [{identity_uid: "k8s:c:sa/shop/ci", language: kubernetes, actions: ["update:deployments"]}]
    usage: [{identity_uid: "k8s:c:sa/shop/ci", grade: observed, used_at: now-3d}]
  - identities: [{uid: "k8s:c:sa/shop/eso", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]  # a secret store signs in as it
    grants: [{identity_uid: "k8s:c:sa/shop/eso", language: kubernetes, actions: ["create:serviceaccounts/token"]}]
    trusts: [{identity_uid: "k8s:c:sa/shop/eso", subject: "k8s:c:secretstore/shop/vault", subject_kind: workload, mechanism: "k8s:secret-store"}]
  - identities: [{uid: "k8s:c:sa/shop/viewer", type: "k8s:service-account", provider: kubernetes, scope: c, created_at: now-400d, attrs: {namespace: shop, workloads: "0"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/viewer", language: kubernetes, actions: ["list:pods"]}]
*/
WITH held AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings, bool_or(g.privilege IN ('admin', 'permissions')) AS strong
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.privilege IN ('admin', 'permissions', 'write')
  GROUP BY g.identity_uid
),
perhaps_used AS (  -- a stored token whose use nobody reports, or a secret store
  SELECT c.identity_uid FROM credentials c
  WHERE c.identity_uid IS NOT NULL AND c.issuer = 'kubernetes' AND c.kind = 'api_token' AND c.usable AND c.never_used IS NULL
  UNION ALL
  SELECT t.identity_uid FROM trusts t WHERE t.mechanism = 'k8s:secret-store'
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, coalesce(h.bindings, 'its bindings') AS bindings, i.created_at,
  i.last_used_at, coalesce(i.owner, 'the owners of the namespace') AS owner, CASE WHEN h.strong THEN 'high' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
ANTI JOIN perhaps_used p ON p.identity_uid = h.identity_uid
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.status IN ('active', 'unknown') AND i.attrs['workloads'] = '0' AND i.age_days > 30
  AND i.name <> 'default' AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.last_used_at IS NULL OR i.idle_days > 30)
