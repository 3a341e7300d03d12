/*
id: k8s_nonprod_account_in_prod
title: Account outside production changes or reads Secrets of a production namespace
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:SC-32", "CSF-2.0:PR.IR-01"]
inputs: [kubernetes.rbac, kubernetes.accounts, kubernetes.namespaces]
key: [namespace]
detects: >
  A service account of a non-production namespace that a binding gives rights in a production namespace of the same cluster to change things (medium), to read Secrets or raise rights (high).
  Rights in the whole cluster count for the production namespaces in it.
why: Whoever controls the test system - its images, its pipeline, its many writers - controls production.
remediation: |
  Take {name} of {home} out of {bindings}, and give what it did there to an account of namespace {namespace}.
blind_spots: Namespaces that neither label nor name nor the cluster's name puts into an environment.
false_positives: >
  A pipeline that lives in a namespace called after its first stage. Looking without Secrets is not reported, nor are Kubernetes' own accounts.
bad:
  - identities: [{uid: "k8s:c:sa/shop-dev/ci", type: "k8s:service-account", name: ci, provider: kubernetes, scope: c, environment: nonprod, attrs: {namespace: shop-dev}}]
    resources: [{uid: "k8s:c:namespace/shop", type: "k8s:namespace", name: shop, provider: kubernetes, scope: c, environment: prod}]
    grants: [{identity_uid: "k8s:c:sa/shop-dev/ci", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop], attrs: {binding: RoleBinding/shop/ci}}]
  - identities: [{uid: "k8s:c:sa/shop-dev/ci", type: "k8s:service-account", name: ci, provider: kubernetes, scope: c, environment: nonprod, attrs: {namespace: shop-dev}}]
    resources: [{uid: "k8s:c:namespace/shop", type: "k8s:namespace", name: shop, provider: kubernetes, scope: c, environment: prod}]
    grants: [{identity_uid: "k8s:c:sa/shop-dev/ci", language: kubernetes, actions: ["get:secrets"], attrs: {binding: ClusterRoleBinding/ci}}]
good:
  - identities: [{uid: "k8s:c:sa/shop-dev/ci", type: "k8s:service-account", name: ci, provider: kubernetes, scope: c, environment: nonprod, attrs: {namespace: shop-dev}}]  # looks
    resources: [{uid: "k8s:c:namespace/shop", type: "k8s:namespace", name: shop, provider: kubernetes, scope: c, environment: prod}]
    grants: [{identity_uid: "k8s:c:sa/shop-dev/ci", language: kubernetes, actions: ["get:pods", "list:configmaps"], resources: [namespace/shop]}]
  - identities: [{uid: "k8s:c:sa/shop/ci", type: "k8s:service-account", name: ci, provider: kubernetes, scope: c, environment: prod, attrs: {namespace: shop}}]  # the other way
    resources: [{uid: "k8s:c:namespace/shop-dev", type: "k8s:namespace", name: shop-dev, provider: kubernetes, scope: c, environment: nonprod}]
    grants: [{identity_uid: "k8s:c:sa/shop/ci", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop-dev]}]
  - identities: [{uid: "k8s:c:sa/shop-dev/ci", type: "k8s:service-account", name: ci, provider: kubernetes, scope: c, environment: nonprod, attrs: {namespace: shop-dev}}]  # another cluster's namespace of that name
    resources: [{uid: "k8s:d:namespace/shop", type: "k8s:namespace", name: shop, provider: kubernetes, scope: d, environment: prod}]
    grants: [{identity_uid: "k8s:c:sa/shop-dev/ci", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop]}]
*/
WITH held AS (
  SELECT g.identity_uid, unnest(g.resources) AS place, g.privilege, coalesce(g.attrs['binding'], g.policy) AS binding, g.policy FROM grants g
  JOIN identities i ON i.uid = g.identity_uid
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.privilege IN ('admin', 'permissions', 'write')
    AND i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.environment = 'nonprod' AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
),
prod AS (SELECT scope, name, uid, environment_evidence FROM resources WHERE type = 'k8s:namespace' AND environment = 'prod'),
whole AS (SELECT scope, min(name) AS name, min(environment_evidence) AS environment_evidence FROM prod GROUP BY scope),
reached AS (
  SELECT h.identity_uid, n.name AS namespace, n.environment_evidence, h.privilege, h.binding, h.policy FROM held h
  JOIN identities i ON i.uid = h.identity_uid
  JOIN prod n ON n.scope = i.scope AND h.place = 'namespace/' || n.name
  UNION ALL
  SELECT h.identity_uid, '*', n.environment_evidence, h.privilege, h.binding, h.policy FROM held h
  JOIN identities i ON i.uid = h.identity_uid
  JOIN whole n ON n.scope = i.scope
  WHERE h.place = '*'
)
SELECT i.uid AS identity, r.namespace, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS home,
  string_agg(DISTINCT r.binding, ', ' ORDER BY r.binding) AS bindings, string_agg(DISTINCT r.policy, ', ' ORDER BY r.policy) AS roles,
  min(r.environment_evidence) AS production_known_by, min(i.environment_evidence) AS nonproduction_known_by, min(i.owner) AS owner,
  CASE WHEN bool_or(r.privilege IN ('admin', 'permissions')) THEN 'high' ELSE 'medium' END AS severity
FROM reached r
JOIN identities i ON i.uid = r.identity_uid
GROUP BY i.uid, r.namespace, i.name, i.scope, i.attrs['namespace']
