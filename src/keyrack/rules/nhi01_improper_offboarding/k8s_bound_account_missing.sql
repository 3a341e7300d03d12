/*
id: k8s_bound_account_missing
title: Rights wait for a service account that does not exist
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "CIS-Kubernetes-1.9:5.1.1", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/"]
inputs: [kubernetes.rbac, kubernetes.accounts]
key: []
detects: >
  A RoleBinding or ClusterRoleBinding that names a service account which the cluster does not have, although all its accounts were listed.
  High where the waiting rights read Secrets or raise rights, medium where they change things, low where they only look.
why: >
  A binding is not removed with its account. Whoever may create service accounts in that namespace makes one of this name and holds its
  rights at once, without touching RBAC.
remediation: |
  Take {name} of namespace {namespace} out of {bindings} in cluster {cluster}: `kubectl edit` the binding, or delete it if nobody else is in it.
blind_spots: Bindings made for groups and users, whose members the cluster does not know.
false_positives: >
  Charts that are installed with the account following later. Kubernetes' own bindings name accounts of controllers that may be switched off, and are
  not reported.
bad:
  - identities: [{uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c, status: deleted, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/old", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/old}}]
  - identities: [{uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c, status: deleted, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/old", language: kubernetes, actions: ["list:pods"], attrs: {binding: ClusterRoleBinding/old}}]
good:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c, status: active, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/api", language: kubernetes, actions: ["get:secrets"], attrs: {binding: RoleBinding/shop/api}}]
  - identities: [{uid: "k8s:c:sa/shop/old", type: "k8s:service-account", provider: kubernetes, scope: c, status: deleted, attrs: {namespace: shop}}]  # its role is gone too
  - identities: [{uid: "k8s:c:sa/kube-system/ttl-controller", type: "k8s:service-account", provider: kubernetes, scope: c, status: deleted, attrs: {service_linked: "true"}}]
    grants: [{identity_uid: "k8s:c:sa/kube-system/ttl-controller", language: kubernetes, actions: ["update:nodes"], attrs: {binding: "ClusterRoleBinding/system:controller:ttl-controller"}}]
*/
WITH waiting AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings,
    string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles, bool_or(g.privilege IN ('admin', 'permissions')) AS strong, bool_or(g.privilege = 'write') AS writes
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.attrs['binding'] IS NOT NULL
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, w.bindings, w.roles,
  CASE WHEN w.strong THEN 'high' WHEN w.writes THEN 'medium' ELSE 'low' END AS severity
FROM waiting w
JOIN identities i ON i.uid = w.identity_uid
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.status = 'deleted' AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
