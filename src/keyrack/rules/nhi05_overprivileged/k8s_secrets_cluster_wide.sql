/*
id: k8s_secrets_cluster_wide
title: Machine identity reads every Secret of the cluster
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.2", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets"]
inputs: [kubernetes.rbac, kubernetes.accounts]
key: []
detects: >
  A service account or certificate user, short of administrator, that may get, list or watch Secrets in all namespaces: by name, or by a read-only role over all resources (`*`).
  Listing shows the values too.
why: It holds whatever lies in any Secret - database passwords, cloud keys, tokens of stronger accounts - and `*` in a role that was meant for looking is easily overlooked.
remediation: |
  In {roles} name the resources that {name} needs instead of `*`, or bind a Role in each namespace whose Secrets it has to read; `resourceNames` where it reads one.
blind_spots: What the Secrets hold is not weighed.
false_positives: >
  Controllers whose task are Secrets (external-secrets, cert-manager, a reflector): limit their namespaces, or except them. The built-in role `view` does not read
  Secrets. Keyrack's own account is reported like any other: `--kubernetes-secrets none` does without.
bad:
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["get:*", "list:*"], policy: ClusterRole/reader}]
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["list:secrets", "get:pods"], policy: ClusterRole/lister}]
good:
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["get:secrets"], resources: [namespace/ops], policy: Role/ops/reader}]
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]  # one Secret in every namespace
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["get:secrets"], resources: [cluster/secrets/ca], policy: ClusterRole/one}]
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]  # somebody else's kind of that name
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["get:secrets.vendor.example", "get:*.apps"], policy: ClusterRole/vendor}]
  - identities: [{uid: "k8s:c:sa/ops/scan", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/scan", language: kubernetes, actions: ["get:pods", "get:configmaps", "create:secrets"], policy: ClusterRole/view}]
*/
WITH readers AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings,
    bool_and(len(list_filter(g.actions, lambda action: regexp_full_match(action, '(get|list|watch|[*]):secrets'))) = 0) AS by_wildcard
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.privilege = 'permissions' AND list_contains(g.resources, '*')
    AND len(list_filter(g.actions, lambda action: regexp_full_match(action, '(get|list|watch|[*]):(secrets|[*])'))) > 0
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS cluster, coalesce(r.roles, 'its role') AS roles, r.bindings, r.by_wildcard, i.attrs['workloads'] AS workloads, i.owner, i.last_used_at
FROM readers r
JOIN identities i ON i.uid = r.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'kubernetes' AND i.nhi AND i.status IN ('active', 'unknown') AND i.type IN ('k8s:service-account', 'k8s:user') AND coalesce(p.privilege, 'read') <> 'admin'
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND i.name <> 'system:anonymous'
