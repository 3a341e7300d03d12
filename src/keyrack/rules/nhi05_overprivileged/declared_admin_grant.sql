/*
id: declared_admin_grant
title: Code declares a machine identity with administrator rights
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:CM-2", "CSF-2.0:PR.AA-05"]
inputs: [repository.iac]
key: []
detects: >
  A role or user in Terraform or CloudFormation that gets everything on everything, and a Kubernetes service account that a manifest
  binds to cluster-admin for the whole cluster (high).
why: What code declares is what every new environment gets; this is the cheapest moment to change it.
remediation: |
  In {path}:{line} of {scope} replace {policy} for {name} by the actions it needs; for Kubernetes bind a Role with named verbs and resources in
  its own namespace.
blind_spots: Policies composed of variables or modules outside the repository; whether the code was ever applied.
false_positives: Bootstrap stacks and cluster operators that must administer; bindings to cluster-admin within one namespace are not reported.
bad:
  - identities: [{uid: "repo:acme/infra:iam-role/x", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:iam-role/x", actions: ["*"], attrs: {source_path: main.tf, line: "4"}}]
  - identities: [{uid: "repo:acme/infra:k8s-sa/ops/ci", type: "k8s:service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:k8s-sa/ops/ci", language: kubernetes, actions: ["*:*"], privilege: admin, policy: ClusterRole/cluster-admin, attrs: {source_path: rbac.yaml, line: "1"}}]
good:
  - identities: [{uid: "repo:acme/infra:iam-role/x", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:iam-role/x", actions: ["s3:GetObject"], attrs: {source_path: main.tf}}]
  - identities: [{uid: "repo:acme/infra:k8s-sa/ops/ci", type: "k8s:service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:k8s-sa/ops/ci", language: kubernetes, actions: ["*:*"], resources: [namespace/ops], privilege: admin, policy: ClusterRole/cluster-admin}]
*/
WITH how AS (
  SELECT identity_uid, min(coalesce(policy, 'its policy')) AS policy, min(attrs['source_path']) AS path, min(TRY_CAST(attrs['line'] AS BIGINT)) AS line
  FROM broad_grants WHERE privilege = 'admin' AND language IN ('aws-iam', 'kubernetes') GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, h.policy, coalesce(h.path, i.attrs['path']) AS path,
  coalesce(h.line, TRY_CAST(i.attrs['line'] AS BIGINT)) AS line, i.owner,
  CASE WHEN i.type = 'k8s:service-account' THEN 'high' ELSE 'medium' END AS severity
FROM privileges p
JOIN identities i ON i.uid = p.identity_uid
JOIN how h ON h.identity_uid = p.identity_uid
WHERE p.privilege = 'admin' AND i.type IN ('iac:aws-iam-role', 'iac:aws-iam-user', 'k8s:service-account') AND i.nhi
