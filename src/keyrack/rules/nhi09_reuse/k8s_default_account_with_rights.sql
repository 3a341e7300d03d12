/*
id: k8s_default_account_with_rights
title: Default service account of a namespace holds rights
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.5", "NIST-800-53:AC-6", "NIST-800-53:IA-4"]
references: ["https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts"]
inputs: [kubernetes.rbac, kubernetes.accounts]
key: []
detects: >
  A binding that names the account `default` of a namespace: high where it reads Secrets or raises rights, medium where it changes things, low where it only looks.
why: >
  Every pod that names no account runs as it, the debugging pod and the next chart among them. One identity for all of them, with the rights that one of them
  needed.
remediation: |
  Make an account for the workload that needs {roles}, move {bindings} to it, and set `automountServiceAccountToken: false` on {namespace}/default.
blind_spots: Rights through groups are judged for the group.
false_positives: A namespace with one workload, by design of an old chart.
bad:
  - identities: [{uid: "k8s:c:sa/shop/default", type: "k8s:service-account", name: default, provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/default", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/x}}]
  - identities: [{uid: "k8s:c:sa/shop/default", type: "k8s:service-account", name: default, provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/default", language: kubernetes, actions: ["list:pods"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/x}}]
good:
  - identities: [{uid: "k8s:c:sa/shop/default", type: "k8s:service-account", name: default, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "4"}}]
  - identities: [{uid: "k8s:c:sa/shop/default", type: "k8s:service-account", name: default, provider: kubernetes, scope: c, attrs: {namespace: shop}}]  # what every account of the namespace has
    grants: [{identity_uid: "k8s:c:sa/shop/default", language: kubernetes, actions: ["get:pods"], resources: [namespace/shop], via: group}]
  - identities: [{uid: "k8s:c:sa/shop/default-backend", type: "k8s:service-account", name: default-backend, provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/default-backend", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop]}]
*/
WITH held AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles,
    bool_or(g.privilege IN ('admin', 'permissions')) AS strong, bool_or(g.privilege = 'write') AS writes
  FROM grants g WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, coalesce(h.bindings, 'the binding') AS bindings,
  coalesce(h.roles, 'the role') AS roles, i.attrs['workloads'] AS workloads, i.owner,
  CASE WHEN h.strong THEN 'high' WHEN h.writes THEN 'medium' ELSE 'low' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.name = 'default' AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
