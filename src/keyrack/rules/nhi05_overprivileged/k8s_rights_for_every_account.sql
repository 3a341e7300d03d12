/*
id: k8s_rights_for_every_account
title: Rights are given to every account of a cluster or namespace
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AC-3", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/reference/access-authn-authz/rbac/#service-account-permissions"]
inputs: [kubernetes.rbac]
key: []
detects: >
  A binding for `system:authenticated` or `system:serviceaccounts` that does more than what every cluster gives (medium for reading, high for changing things or reading Secrets), or for all accounts of a
  namespace that changes things or reads Secrets (medium).
why: >
  Every pod gets it, also those nobody gave anything, and those made next year. `system:authenticated` is whoever can sign in at all - on some clouds that was anybody with an
  account of the provider.
remediation: |
  Bind {roles} to the accounts that need it, by name, and delete {bindings} of cluster {cluster}.
blind_spots: Whom the sign-in system lets in.
false_positives: >
  Reading a registry's image streams or a dashboard's settings is sometimes meant for all. Kubernetes' own discovery roles, and reading for the accounts of one namespace, are
  not reported.
bad:
  - identities: [{uid: "k8s:c:group/system:authenticated", type: "k8s:group", name: "system:authenticated", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/system:authenticated", language: kubernetes, actions: ["list:pods", "get:configmaps"], policy: ClusterRole/view, attrs: {binding: ClusterRoleBinding/all}}]
  - identities: [{uid: "k8s:c:group/system:serviceaccounts:shop", type: "k8s:group", name: "system:serviceaccounts:shop", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/system:serviceaccounts:shop", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop], policy: ClusterRole/edit, attrs: {binding: RoleBinding/shop/all}}]
good:
  - identities: [{uid: "k8s:c:group/system:serviceaccounts:shop", type: "k8s:group", name: "system:serviceaccounts:shop", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/system:serviceaccounts:shop", language: kubernetes, actions: ["get:pods"], resources: [namespace/shop], policy: ClusterRole/view}]
  - identities: [{uid: "k8s:c:group/system:authenticated", type: "k8s:group", name: "system:authenticated", provider: kubernetes, scope: c}]  # URLs that say who is well
    grants: [{identity_uid: "k8s:c:group/system:authenticated", language: kubernetes, actions: ["get:/metrics", "get:/healthz"], policy: ClusterRole/probes}]
  - identities: [{uid: "k8s:c:group/oidc:platform", kind: human, type: "k8s:group", name: "oidc:platform", provider: kubernetes, scope: c}]  # a group somebody keeps
    grants: [{identity_uid: "k8s:c:group/oidc:platform", language: kubernetes, actions: ["*:*"], policy: ClusterRole/cluster-admin}]
*/
WITH given AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles,
    bool_or(g.privilege IN ('admin', 'permissions', 'write')) AS changes
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND regexp_matches(g.identity_uid, ':group/system:(authenticated$|serviceaccounts(:|$))')
    AND len(list_filter(g.actions, lambda action: NOT starts_with(action, 'get:/'))) > 0
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(v.bindings, 'the binding') AS bindings, coalesce(v.roles, 'the role') AS roles,
  CASE WHEN v.changes AND i.name IN ('system:authenticated', 'system:serviceaccounts') THEN 'high' ELSE 'medium' END AS severity
FROM given v
JOIN identities i ON i.uid = v.identity_uid
WHERE i.type = 'k8s:group' AND i.provider = 'kubernetes' AND (v.changes OR i.name IN ('system:authenticated', 'system:serviceaccounts'))
