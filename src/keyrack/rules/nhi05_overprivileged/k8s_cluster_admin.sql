/*
id: k8s_cluster_admin
title: Machine identity is administrator of the cluster
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.1", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/"]
inputs: [kubernetes.rbac, kubernetes.accounts]
key: []
detects: >
  A service account, or a user that is no person (a client certificate, an AWS role through aws-auth), that may do everything on everything in the cluster: bound to
  `cluster-admin` or a role like it, or a member of `system:masters`.
why: One leaked token or one confused program is then the whole cluster, every Secret in it, and every cloud identity its pods have.
remediation: |
  Bind {name} to a role that names the verbs and resources it uses (the API server's audit log shows them: `keyrack usage ingest`), in the namespaces it works in,
  then take it out of {bindings}.
blind_spots: Rights that other authorizers give (EKS access entries, GKE IAM); administrators of all but name are told by k8s_becomes_others.
false_positives: >
  Operators that install other operators (Argo CD, Flux) are often given this and rarely need it. Kubernetes' own groups and accounts, people (IAM Identity Center's roles among them), `cluster-admin` within one
  namespace and rights of whole groups are not reported here.
bad:
  - identities: [{uid: "k8s:c:sa/ops/ci", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/ci", language: kubernetes, actions: ["*:*"], policy: ClusterRole/cluster-admin, attrs: {binding: ClusterRoleBinding/ci}}]
  - identities: [{uid: "k8s:c:user/jenkins", kind: certificate, type: "k8s:user", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/jenkins", language: kubernetes, actions: ["*:*"], via: group, policy: "group system:masters"}]
good:
  - identities: [{uid: "k8s:c:sa/ops/ci", type: "k8s:service-account", provider: kubernetes, scope: c}]  # within its namespace
    grants: [{identity_uid: "k8s:c:sa/ops/ci", language: kubernetes, actions: ["*:*"], resources: [namespace/ops], policy: ClusterRole/cluster-admin}]
  - identities: [{uid: "k8s:c:user/anna@acme.example", kind: human, type: "k8s:user", provider: kubernetes, scope: c}]  # people administer
    grants: [{identity_uid: "k8s:c:user/anna@acme.example", language: kubernetes, actions: ["*:*"], policy: ClusterRole/cluster-admin}]
  - identities: [{uid: "k8s:c:sa/ops/metrics", type: "k8s:service-account", provider: kubernetes, scope: c}]  # every URL, no object
    grants: [{identity_uid: "k8s:c:sa/ops/metrics", language: kubernetes, actions: ["*:/*"], policy: ClusterRole/metrics}]
  - identities: [{uid: "k8s:c:user/admin", type: "k8s:user", provider: kubernetes, scope: c}]  # people, through IAM Identity Center
    grants: [{identity_uid: "k8s:c:user/admin", language: kubernetes, actions: ["*:*"], via: group, policy: "group system:masters"}]
    trusts: [{identity_uid: "k8s:c:user/admin", subject: "aws:iam::111122223333:role/AWSReservedSSO_Admin_1f", subject_kind: identity, mechanism: "k8s:aws-auth"}]
  - identities: [{uid: "k8s:c:sa/kube-system/namespace-controller", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {service_linked: "true"}}]
    grants: [{identity_uid: "k8s:c:sa/kube-system/namespace-controller", language: kubernetes, actions: ["*:*"], policy: "ClusterRole/system:controller:namespace-controller"}]
  - identities: [{uid: "k8s:c:sa/ops/crds", type: "k8s:service-account", provider: kubernetes, scope: c}]  # all kinds of one vendor's group
    grants: [{identity_uid: "k8s:c:sa/ops/crds", language: kubernetes, actions: ["*:*.vendor.example"], policy: ClusterRole/crds}]
*/
WITH holders AS (
  SELECT b.identity_uid, string_agg(DISTINCT coalesce(b.attrs['binding'], b.policy), ', ' ORDER BY coalesce(b.attrs['binding'], b.policy)) AS bindings,
    min(b.policy) AS role, bool_and(b.via = 'group') AS by_group
  FROM broad_grants b WHERE b.language = 'kubernetes' AND b.privilege = 'admin' GROUP BY b.identity_uid
),
sso_users AS (  -- users of the cluster that IAM Identity Center's roles become
  SELECT identity_uid FROM trusts WHERE mechanism = 'k8s:aws-auth' GROUP BY identity_uid HAVING bool_and(subject LIKE '%role/AWSReservedSSO%')
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS cluster, coalesce(h.bindings, 'its group') AS bindings, h.role, i.attrs['workloads'] AS workloads, i.owner, i.last_used_at
FROM holders h
JOIN identities i ON i.uid = h.identity_uid
ANTI JOIN sso_users o ON o.identity_uid = h.identity_uid
WHERE i.provider = 'kubernetes' AND i.nhi AND i.status IN ('active', 'unknown') AND i.type IN ('k8s:service-account', 'k8s:user')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND NOT (h.by_group AND i.type = 'k8s:service-account') AND i.name <> 'system:anonymous'
