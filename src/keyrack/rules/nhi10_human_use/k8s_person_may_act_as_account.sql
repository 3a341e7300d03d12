/*
id: k8s_person_may_act_as_account
title: A person may act as service accounts
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-05"]
references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request"]
inputs: [kubernetes.rbac]
key: []
detects: >
  A person, or a group of the sign-in system, whom a role of your own lets mint tokens of service accounts or impersonate them: high in the whole cluster, medium in a
  namespace.
why: What the person then does carries the program's name, works after they sign out, and passes every rule that was made for people.
remediation: |
  Give {name} the rights the work needs under their own name, for as long as it takes, and take {powers} out of {roles}; for emergencies, an account of its own whose
  tokens the audit log tells apart.
blind_spots: >
  The built-in roles `edit` and `admin` hold the same within a namespace; they are left out because most teams use them for people. Whoever may create pods may run one as any
  account of the namespace.
false_positives: A support role for test namespaces; except it. Administrators of the cluster may do everything and are not reported, nor are rights on named accounts.
bad:
  - identities: [{uid: "k8s:c:user/anna@acme.example", kind: human, type: "k8s:user", name: anna@acme.example, provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/anna@acme.example", language: kubernetes, actions: ["create:serviceaccounts/token"], resources: [namespace/shop], policy: Role/shop/debug}]
  - identities: [{uid: "k8s:c:group/oidc:support", kind: human, type: "k8s:group", name: "oidc:support", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/oidc:support", language: kubernetes, actions: ["impersonate:users", "impersonate:serviceaccounts"], policy: ClusterRole/support}]
good:
  - identities: [{uid: "k8s:c:user/anna@acme.example", kind: human, type: "k8s:user", name: anna@acme.example, provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/anna@acme.example", language: kubernetes, actions: ["get:pods", "create:pods/exec"], resources: [namespace/shop], policy: Role/shop/debug}]
  - identities: [{uid: "k8s:c:user/anna@acme.example", kind: human, type: "k8s:user", name: anna@acme.example, provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/anna@acme.example", language: kubernetes, actions: ["impersonate:serviceaccounts"], resources: [namespace/shop], policy: ClusterRole/edit}]
  - identities: [{uid: "k8s:c:group/oidc:platform", kind: human, type: "k8s:group", name: "oidc:platform", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:group/oidc:platform", language: kubernetes, actions: ["*:*"], policy: ClusterRole/cluster-admin}]
  - identities: [{uid: "k8s:c:sa/shop/eso", type: "k8s:service-account", provider: kubernetes, scope: c}]  # a program
    grants: [{identity_uid: "k8s:c:sa/shop/eso", language: kubernetes, actions: ["create:serviceaccounts/token"], resources: [namespace/shop], policy: Role/shop/eso}]
  - identities: [{uid: "k8s:c:user/anna@acme.example", kind: human, type: "k8s:user", name: anna@acme.example, provider: kubernetes, scope: c}]  # one named account, made for it
    grants: [{identity_uid: "k8s:c:user/anna@acme.example", language: kubernetes, actions: ["create:serviceaccounts/token"], resources: [namespace/shop/serviceaccounts/token/debug], policy: Role/shop/debug}]
*/
WITH held AS (
  SELECT g.identity_uid, g.policy, list_contains(g.resources, '*') AS whole, unnest(list_filter(g.actions, lambda action:
      regexp_full_match(action, '(create|[*]):serviceaccounts/token|(impersonate|[*]):(serviceaccounts|[*])'))) AS power
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.privilege IN ('permissions', 'admin')
    AND len(list_filter(g.resources, lambda place: place = '*' OR regexp_full_match(place, 'namespace/[^/]+'))) > 0
    AND coalesce(g.policy, '') NOT IN ('ClusterRole/edit', 'ClusterRole/admin', 'ClusterRole/cluster-admin')
),
counted AS (
  SELECT identity_uid, string_agg(DISTINCT policy, ', ' ORDER BY policy) AS roles, string_agg(DISTINCT power, ', ' ORDER BY power) AS powers, bool_or(whole) AS whole
  FROM held GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS cluster, c.powers, coalesce(c.roles, 'the role') AS roles, i.attrs['human_evidence'] AS taken_for_a_person_by,
  CASE WHEN c.whole THEN 'high' ELSE 'medium' END AS severity
FROM counted c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'kubernetes' AND i.kind = 'human' AND i.type IN ('k8s:user', 'k8s:group') AND coalesce(p.privilege, 'read') <> 'admin'
