/*
id: openbao_kubernetes_role_wide
title: OpenBao role admits any service account of a namespace or cluster
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["CIS-Kubernetes-1.9:5.1.6", "NIST-800-53:AC-6"]
references: ["https://openbao.org/docs/auth/kubernetes/"]
inputs: [openbao.roles]
key: [accepted]
detects: >
  A role of a Kubernetes mount whose bound names or namespaces are `*`, or globs that are nearly that. High when any namespace is let in, or the
  role is privileged.
why: >
  Whoever may start a pod in the namespace - or in any - reads the secrets that were meant for one workload.
remediation: >
  `bao write auth/{mount}/role/{name} bound_service_account_names=<account> bound_service_account_namespaces=<namespace>`: one role for each
  workload.
blind_spots: >
  A namespace selector is taken for any namespace: which labels exist is the cluster's knowledge.
false_positives: >
  A role whose policies are harmless, for sidecars of the whole cluster.
bad:
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:*:default"], attrs: {sub_operator: StringLike}}]
good:
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:api"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]  # blue and green of one workload
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:api-*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]  # preview namespaces of one team
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments-pr-*:api"], attrs: {sub_operator: StringLike}}]
*/
WITH bound AS (
  SELECT t.identity_uid, t.attrs['namespace_selector'] AS selector, unnest(t.subs) AS accepted
  FROM trusts t WHERE t.mechanism = 'openbao:kubernetes-login'
)
SELECT b.identity_uid AS identity, i.name, i.attrs['mount'] AS mount, b.accepted, b.selector AS namespace_selector, coalesce(p.privilege, 'none stated') AS privilege,
  i.attrs['policies'] AS policies, i.last_used_at,
  CASE WHEN split_part(b.accepted, ':', 3) = '*' OR p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM bound b
JOIN identities i ON i.uid = b.identity_uid
LEFT JOIN privileges p ON p.identity_uid = b.identity_uid
WHERE split_part(b.accepted, ':', 3) = '*' OR split_part(b.accepted, ':', 4) = '*'
