/*
id: k8s_becomes_others
title: Machine identity can take on the rights of others in the cluster
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.8", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks"]
inputs: [kubernetes.rbac, kubernetes.accounts]
key: []
detects: >
  A service account or certificate user, short of administrator, that in the whole cluster may impersonate, mint tokens of service accounts, give away rights it does not hold (`escalate`, `bind`), enter
  any pod or its node (`pods/exec`, `nodes/proxy`), rewrite what others create (mutating webhooks), or approve client certificates; medium where it may
  impersonate, mint, escalate or bind in one namespace only, high again when that is kube-system.
why: Its own rights no longer matter, for it can take those of the strongest account around.
remediation: |
  Take {powers} away from {name} ({bindings}), or limit them: `resourceNames` for `impersonate`, `bind` and tokens, a Role in one namespace for pods/exec.
blind_spots: Creating pods in a namespace is a way to every account of that namespace too; `keyrack paths` shows it.
false_positives: >
  Writing roles and bindings alone is not reported: without `escalate` and `bind` the API server gives away no more than the writer holds. Neither are the
  built-in roles `edit` and `admin` within a namespace, and rights on named objects.
bad:
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["impersonate:users", "impersonate:groups"], policy: ClusterRole/bot}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["create:pods/exec", "get:pods"], policy: ClusterRole/bot}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["create:serviceaccounts/token"], resources: [namespace/kube-system], policy: Role/kube-system/bot}]
  - identities: [{uid: "k8s:c:user/signer", kind: certificate, type: "k8s:user", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/signer", language: kubernetes, actions: ["update:certificatesigningrequests/approval", "approve:signers"], policy: ClusterRole/signer}]
good:
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]  # no bind, no escalate
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["create:rolebindings", "update:roles"], policy: ClusterRole/bot}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["impersonate:serviceaccounts", "create:pods/exec"], resources: [namespace/shop], policy: ClusterRole/edit}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]  # one named account
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["create:serviceaccounts/token"], resources: [namespace/shop/serviceaccounts/token/vault], policy: Role/shop/bot}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]  # may approve, but for no signer
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["update:certificatesigningrequests/approval"], policy: ClusterRole/bot}]
  - identities: [{uid: "k8s:c:sa/ops/bot", type: "k8s:service-account", provider: kubernetes, scope: c}]  # debugging in one namespace
    grants: [{identity_uid: "k8s:c:sa/ops/bot", language: kubernetes, actions: ["create:pods/exec"], resources: [namespace/shop], policy: Role/shop/debug}]
*/
WITH strong AS (
  SELECT g.identity_uid, g.policy, g.attrs['binding'] AS binding, list_contains(g.resources, '*') AS whole, list_contains(g.resources, 'namespace/kube-system') AS core,
    list_filter(g.actions, lambda action: regexp_full_match(action, '(impersonate|escalate|bind):.+|[*]:((cluster)?roles|users|groups|serviceaccounts)|(create|[*]):serviceaccounts/token')
      OR (list_contains(g.resources, '*') AND regexp_full_match(action, '(create|get|[*]):(nodes/proxy|pods/exec|pods/attach)|(create|update|patch|[*]):mutatingwebhookconfigurations'))) AS powers,
    len(list_filter(g.actions, lambda action: regexp_full_match(action, '(update|patch|[*]):certificatesigningrequests/approval'))) > 0 AS approves,
    len(list_filter(g.actions, lambda action: regexp_full_match(action, '(approve|[*]):signers'))) > 0
      AND len(list_filter(g.resources, lambda place: regexp_full_match(place, '[*]|cluster/signers/kubernetes[.]io/([*]|kube-apiserver-client)'))) > 0 AS signs
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.privilege IN ('permissions', 'admin', 'write')
    AND len(list_filter(g.resources, lambda place: regexp_full_match(place, '[*]|namespace/[^/]+|cluster/signers/.*'))) > 0
    AND (list_contains(g.resources, '*') OR coalesce(g.policy, '') NOT IN ('ClusterRole/edit', 'ClusterRole/admin', 'ClusterRole/cluster-admin'))
),
approvers AS (SELECT identity_uid FROM strong WHERE approves AND whole INTERSECT SELECT identity_uid FROM strong WHERE signs),
powers AS (
  SELECT identity_uid, policy, binding, whole OR core AS far, unnest(powers) AS power FROM strong WHERE len(powers) > 0
  UNION ALL
  SELECT s.identity_uid, s.policy, s.binding, TRUE, 'update:certificatesigningrequests/approval+approve:signers' FROM strong s JOIN approvers a ON a.identity_uid = s.identity_uid WHERE s.approves
),
counted AS (
  SELECT identity_uid, string_agg(DISTINCT power, ', ' ORDER BY power) AS powers, string_agg(DISTINCT coalesce(binding, policy), ', ' ORDER BY coalesce(binding, policy)) AS bindings,
    bool_or(far) AS far
  FROM powers GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS cluster, c.powers, coalesce(c.bindings, 'its bindings') AS bindings, i.attrs['workloads'] AS workloads, i.owner, i.last_used_at,
  CASE WHEN c.far THEN 'high' ELSE 'medium' END AS severity
FROM counted c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'kubernetes' AND i.nhi AND i.status IN ('active', 'unknown') AND i.type IN ('k8s:service-account', 'k8s:user') AND coalesce(p.privilege, 'read') <> 'admin'
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND i.name <> 'system:anonymous'
