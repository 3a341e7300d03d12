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
  A role or user in Terraform or CloudFormation that gets everything on everything; a Kubernetes service account that a manifest
  binds to cluster-admin for the whole cluster (high); a Google service account with the basic role owner (high) or editor on a project or
  above; an Azure application or managed identity that is Owner (high) or Contributor of a subscription or management group.
why: What code declares is what every new environment gets; this is the cheapest moment to change it.
remediation: |
  In {path}:{line} of {scope} replace {policy} for {name} by {instead}.
blind_spots: Policies composed of variables or modules outside the repository; whether the code was ever applied.
false_positives: Bootstrap stacks and cluster operators that must administer; bindings to cluster-admin within one namespace,
  roles on single resources or resource groups and roles under a condition are not reported.
bad:
  - identities: [{uid: "repo:acme/infra:iam-role/x", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:iam-role/x", actions: ["*"], attrs: {source_path: main.tf, line: "4"}}]
  - identities: [{uid: "repo:acme/infra:k8s-sa/ops/ci", type: "k8s:service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:k8s-sa/ops/ci", language: kubernetes, actions: ["*:*"], privilege: admin, policy: ClusterRole/cluster-admin, attrs: {source_path: rbac.yaml, line: "1"}}]
  - identities: [{uid: "repo:acme/infra:google-service-account/google_service_account.bot", type: "iac:google-service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:google-service-account/google_service_account.bot", language: gcp, actions: [roles/editor], privilege: write, policy: roles/editor on project p, attrs: {source_path: gcp.tf, line: "3"}}]
  - identities: [{uid: "repo:acme/infra:azure-application/azuread_application.ci", type: "iac:azure-application", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:azure-application/azuread_application.ci", language: azure, actions: [Owner], privilege: admin, policy: Owner on /subscriptions/x, attrs: {source_path: az.tf, line: "3"}}]
good:
  - identities: [{uid: "repo:acme/infra:azure-application/azuread_application.ci", type: "iac:azure-application", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:azure-application/azuread_application.ci", language: azure, actions: [Contributor], resources: [/subscriptions/x/resourceGroups/web], privilege: write, attrs: {source_path: az.tf}}]
  - identities: [{uid: "repo:acme/infra:google-service-account/google_service_account.bot", type: "iac:google-service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:google-service-account/google_service_account.bot", language: gcp, actions: [roles/owner], privilege: admin, conditions: '{"expression":"request.time < timestamp(1)"}', attrs: {source_path: gcp.tf}}]
  - identities: [{uid: "repo:acme/infra:iam-role/x", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:iam-role/x", actions: ["s3:GetObject"], attrs: {source_path: main.tf}}]
  - identities: [{uid: "repo:acme/infra:k8s-sa/ops/ci", type: "k8s:service-account", provider: repository, scope: acme/infra}]
    grants: [{identity_uid: "repo:acme/infra:k8s-sa/ops/ci", language: kubernetes, actions: ["*:*"], resources: [namespace/ops], privilege: admin, policy: ClusterRole/cluster-admin}]
  - identities: [{uid: "k8s:c:sa/ops/ci", type: "k8s:service-account", provider: kubernetes, scope: c}]  # a live one has a rule of its own
    grants: [{identity_uid: "k8s:c:sa/ops/ci", language: kubernetes, actions: ["*:*"], privilege: admin, policy: ClusterRole/cluster-admin}]
*/
WITH broad AS (
  SELECT b.identity_uid, b.policy, b.attrs, 1 AS whole
  FROM broad_grants b
  JOIN privileges p ON p.identity_uid = b.identity_uid AND p.privilege = 'admin'
  WHERE b.privilege = 'admin' AND b.language IN ('aws-iam', 'kubernetes', 'gcp', 'azure')
  UNION ALL  -- everything but giving rights away
  SELECT g.identity_uid, g.policy, g.attrs, 0 AS whole
  FROM grants g
  WHERE g.language IN ('gcp', 'azure') AND g.effect = 'allow' AND g.conditions IS NULL AND list_contains(g.resources, '*')
    AND (list_contains(g.actions, 'roles/editor') OR list_contains(g.actions, 'Contributor'))
),
how AS (
  SELECT identity_uid, min(coalesce(policy, 'its policy')) AS policy, min(attrs['source_path']) AS path, min(TRY_CAST(attrs['line'] AS BIGINT)) AS line,
    max(whole) AS whole
  FROM broad GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, h.policy, coalesce(h.path, i.attrs['path']) AS path,
  coalesce(h.line, TRY_CAST(i.attrs['line'] AS BIGINT)) AS line, i.owner,
  CASE
    WHEN i.type = 'k8s:service-account' THEN 'a Role with named verbs and resources in its own namespace'
    WHEN i.type = 'iac:google-service-account' THEN 'predefined roles on the resources it works on'
    WHEN i.type LIKE 'iac:azure-%' THEN 'roles for its task on the resource group it works in'
    ELSE 'the actions it needs' END AS instead,
  CASE WHEN h.whole = 1 AND i.type NOT IN ('iac:aws-iam-role', 'iac:aws-iam-user') THEN 'high' ELSE 'medium' END AS severity
FROM how h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type IN ('iac:aws-iam-role', 'iac:aws-iam-user', 'k8s:service-account', 'iac:google-service-account', 'iac:azure-application', 'iac:azure-managed-identity')
  AND i.provider = 'repository' AND i.nhi
