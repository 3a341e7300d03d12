/*
id: k8s_anonymous_rights
title: Cluster grants rights to callers that do not sign in
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.8", "NIST-800-53:AC-14", "CSF-2.0:PR.AA-03"]
references: ["https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests"]
inputs: [kubernetes.rbac]
key: []
detects: >
  A binding that gives `system:anonymous` or `system:unauthenticated` more than what every cluster gives: critical where it changes things, reads Secrets or
  raises rights, high where it reads objects, medium where it only lists names.
why: Nobody has to steal anything to use it. Reaching the API server is enough, and the audit log names nobody.
remediation: |
  Take {name} out of {bindings} of cluster {cluster}, and give those rights to a service account whose token the caller presents. Where nothing
  needs anonymous calls: `--anonymous-auth=false`, or limit it to /healthz, /livez and /readyz.
blind_spots: Whether the API server lets anonymous callers in at all, and who reaches it; ABAC and webhook authorizers.
false_positives: >
  Discovery, health and version URLs, and kubeadm's `cluster-info` in kube-public, are open by design and are not reported.
bad:
  - identities: [{uid: "k8s:c:user/system:anonymous", type: "k8s:user", name: "system:anonymous", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/system:anonymous", language: kubernetes, actions: ["get:pods", "list:pods"], attrs: {binding: ClusterRoleBinding/open}}]
  - identities: [{uid: "k8s:c:group/system:unauthenticated", type: "k8s:group", name: "system:unauthenticated", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/system:unauthenticated", language: kubernetes, actions: ["*:*"], attrs: {binding: ClusterRoleBinding/open}}]
good:
  - identities: [{uid: "k8s:c:user/system:anonymous", type: "k8s:user", name: "system:anonymous", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/system:anonymous", language: kubernetes, actions: ["get:configmaps"], resources: [namespace/kube-public/configmaps/cluster-info], attrs: {binding: "RoleBinding/kube-public/kubeadm:bootstrap-signer-clusterinfo"}}]
  - identities: [{uid: "k8s:c:group/system:unauthenticated", type: "k8s:group", name: "system:unauthenticated", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/system:unauthenticated", language: kubernetes, actions: ["get:/healthz", "get:/version", "get:/livez/ping"], attrs: {binding: ClusterRoleBinding/probes}}]
  - identities: [{uid: "k8s:c:group/system:authenticated", type: "k8s:group", name: "system:authenticated", provider: kubernetes, scope: c}]  # they have signed in
    grants: [{identity_uid: "k8s:c:group/system:authenticated", language: kubernetes, actions: ["get:pods"], attrs: {binding: ClusterRoleBinding/open}}]
*/
WITH open_to_all AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles,
    bool_or(g.privilege IN ('admin', 'permissions', 'write')) AS changes, bool_or(g.privilege = 'read') AS reads
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND (g.identity_uid LIKE '%:user/system:anonymous' OR g.identity_uid LIKE '%:group/system:unauthenticated')
    AND len(list_filter(g.resources, lambda place: NOT starts_with(place, 'namespace/kube-public'))) > 0
    AND len(list_filter(g.actions, lambda action: NOT regexp_full_match(action, 'get:/(healthz|livez|readyz|version|api|apis|openapi|[.]well-known)([/*].*)?'))) > 0
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(o.bindings, 'the binding') AS bindings, coalesce(o.roles, '?') AS roles,
  CASE WHEN o.changes THEN 'critical' WHEN o.reads THEN 'high' ELSE 'medium' END AS severity
FROM open_to_all o
JOIN identities i ON i.uid = o.identity_uid
