/*
id: workload_takeover
title: Machine identity can run its code as other workloads
severity: medium
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:CM-5", "CSF-2.0:PR.AA-05"]
references: ["https://pathfinding.cloud"]
inputs: [aws.iam, repository.iac]
key: []
detects: >
  An IAM user or role with a permission, on every resource, to run code of its choice in workloads that exist: replacing a function's code,
  commands or sessions on instances (ssm, EC2 Instance Connect), updating stacks, starting builds with another build specification, opening
  notebooks.
why: It then acts with the role of whatever workload it picks - as strong as the strongest one, now or later.
remediation: |
  Limit {takeovers} of {name} ({policies}) to the workloads it deploys: name functions, stacks, projects or instances, or require a tag
  (`aws:ResourceTag`).
blind_spots: Which workloads exist and how strong their roles are is not weighed; conditions are taken as narrowing.
false_positives: >
  Deployment pipelines of an account with one application. Administrators, and identities already reported by privilege_escalation or
  service_wildcard, are not reported again.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/ship", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/ship", actions: ["lambda:UpdateFunctionCode"]}]
  - identities: [{uid: "aws:iam::111122223333:role/ops", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/ops", actions: ["ssm:SendCommand"], resources: ["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:document/*"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/ship", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/ship", actions: ["lambda:UpdateFunctionCode"], resources: ["arn:aws:lambda:eu-north-1:111122223333:function:shop"]}]
  - identities: [{uid: "aws:iam::111122223333:role/ops", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ops", actions: ["ssm:SendCommand"]}
      - {identity_uid: "aws:iam::111122223333:role/ops", actions: ["ssm:Send*"], effect: deny}
*/
WITH held AS (
  SELECT identity_uid, unnest(takeovers) AS takeover, coalesce(policy, 'its inline policy') AS policy
  FROM broad_grants WHERE len(takeovers) > 0 AND len(whole_services) = 0 AND NOT all_actions
),
denied AS (
  SELECT identity_uid, unnest(takeovers) AS takeover FROM forbidding_grants WHERE len(takeovers) > 0
),
kept AS (
  SELECT h.identity_uid, string_agg(DISTINCT h.takeover, ', ' ORDER BY h.takeover) AS takeovers, string_agg(DISTINCT h.policy, ', ' ORDER BY h.policy) AS policies
  FROM held h
  LEFT JOIN denied d ON d.identity_uid = h.identity_uid AND d.takeover = h.takeover
  WHERE d.takeover IS NULL
  GROUP BY h.identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, k.takeovers, k.policies, i.owner, i.last_used_at,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE i.attrs['path'] END AS path,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE TRY_CAST(i.attrs['line'] AS BIGINT) END AS line
FROM kept k
JOIN identities i ON i.uid = k.identity_uid
JOIN privileges p ON p.identity_uid = k.identity_uid
LEFT JOIN (SELECT DISTINCT identity_uid FROM escalation_paths) e ON e.identity_uid = k.identity_uid
WHERE p.privilege <> 'admin' AND e.identity_uid IS NULL AND NOT p.bounded AND NOT p.denied AND i.nhi AND i.status IN ('active', 'unknown')
  AND i.type IN ('aws:iam-user', 'aws:iam-role', 'iac:aws-iam-user', 'iac:aws-iam-role')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
