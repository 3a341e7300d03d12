/*
id: privilege_escalation
title: Machine identity can make itself administrator
severity: high
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(1)", "NIST-800-53:AC-6(10)", "CSF-2.0:PR.AA-05"]
references: ["https://pathfinding.cloud"]
inputs: [aws.iam, repository.iac]
key: []
detects: >
  An IAM user or role - live or declared in code - with a permission by which holders raise their own rights, on every resource
  (or every role or user): changing
  policies, keys, passwords or trust of others, or passing any role to a service that runs its code (iam PassRole with its partner, also when the two
  stand in different policies). Boundaries and outright denies are taken into account.
why: In effect this is administrator, but no review that looks for AdministratorAccess finds it.
remediation: |
  For {name}: limit the resource of {escalations} to the few roles or users it manages (for PassRole also by
  `iam:PassedToService`), or remove it from {policies}; a permissions boundary stops the rest.
blind_spots: >
  Paths of several hops; resource patterns that match much without matching all; conditions are taken as narrowing; services added since the
  packaged list.
false_positives: Identity-management automation that is meant to do this. Administrators are reported by admin_grant instead.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/edit", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/edit", actions: ["iam:CreatePolicyVersion"]}]
  - identities: [{uid: "aws:iam::111122223333:role/ship", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship", actions: ["iam:PassRole"], policy: one}
      - {identity_uid: "aws:iam::111122223333:role/ship", actions: ["lambda:*"], policy: two}
  - identities: [{uid: "aws:iam::111122223333:role/wide", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/wide", actions: ["iam:PutRolePolicy"], resources: ["arn:aws:iam::111122223333:role/*"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/denied", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["iam:AttachUserPolicy"]}
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["iam:Attach*"], effect: deny}
  - identities: [{uid: "aws:iam::111122223333:role/pass", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/pass", actions: ["iam:PassRole"], resources: ["arn:aws:iam::111122223333:role/one"]}
      - {identity_uid: "aws:iam::111122223333:role/pass", actions: ["ecs:RegisterTaskDefinition"]}
  - identities: [{uid: "aws:iam::111122223333:role/bounded", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/bounded", actions: ["iam:CreateAccessKey"]}
      - {identity_uid: "aws:iam::111122223333:role/bounded", actions: ["s3:*"], via: boundary}
  - identities: [{uid: "aws:iam::111122223333:role/pass2", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/pass2", actions: ["iam:PassRole"]}]
*/
WITH found AS (
  SELECT identity_uid, string_agg(action, ', ' ORDER BY action) AS escalations, string_agg(DISTINCT policy, ', ' ORDER BY policy) AS policies
  FROM escalation_paths GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, f.escalations, f.policies, p.bounded, i.owner, i.last_used_at,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE i.attrs['path'] END AS path,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE TRY_CAST(i.attrs['line'] AS BIGINT) END AS line,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN 'high' ELSE 'medium' END AS severity
FROM found f
JOIN identities i ON i.uid = f.identity_uid
JOIN privileges p ON p.identity_uid = f.identity_uid
WHERE p.privilege <> 'admin' AND i.nhi AND i.status IN ('active', 'unknown')
  AND i.type IN ('aws:iam-user', 'aws:iam-role', 'iac:aws-iam-user', 'iac:aws-iam-role')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
