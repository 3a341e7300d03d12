/*
id: service_wildcard
title: Machine identity may do everything in a service
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, repository.iac]
key: []
detects: >
  An IAM user or role with every action of a service on every resource (`s3` star on star), not limited by a boundary or a deny. Low where all such
  services only hold logs and metrics.
why: Reading one bucket does not need the right to delete all of them or to open them to the world.
remediation: |
  In policy {policies} of {name} replace every action of {services} on `*` by the actions it uses and the resources it works on.
blind_spots: Wildcards such as `Put*`; resource patterns that reach everything without being `*`.
false_positives: Backup and infrastructure tooling. Administrators are reported by admin_grant, and read-only services are not reported.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/mover", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/mover", actions: ["s3:*"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/mover", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/mover", actions: ["s3:*"], resources: ["arn:aws:s3:::scratch/*"]}]
  - identities: [{uid: "aws:iam::111122223333:role/look", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/look", actions: ["ec2:Describe*"]}]
  - identities: [{uid: "aws:iam::111122223333:role/denied", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["s3:*"]}
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["s3:*"], effect: deny}
*/
WITH held AS (
  SELECT identity_uid, unnest(whole_services) AS service, coalesce(policy, 'its inline policy') AS policy
  FROM broad_grants WHERE len(whole_services) > 0 AND NOT all_actions
),
denied AS (
  SELECT identity_uid, unnest(whole_services) AS service FROM forbidding_grants WHERE len(whole_services) > 0
),
kept AS (
  SELECT h.identity_uid, string_agg(DISTINCT h.service, ', ' ORDER BY h.service) AS services, string_agg(DISTINCT h.policy, ', ' ORDER BY h.policy) AS policies,
    bool_and(h.service IN ('logs', 'cloudwatch', 'xray', 'synthetics', 'rum', 'aps')) AS harmless
  FROM held h
  LEFT JOIN denied d ON d.identity_uid = h.identity_uid AND d.service = h.service
  WHERE d.service IS NULL
  GROUP BY h.identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, k.services, k.policies, i.owner, i.last_used_at,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE i.attrs['path'] END AS path,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE TRY_CAST(i.attrs['line'] AS BIGINT) END AS line,
  CASE WHEN k.harmless THEN 'low' ELSE 'medium' END AS severity
FROM kept k
JOIN identities i ON i.uid = k.identity_uid
JOIN privileges p ON p.identity_uid = k.identity_uid
WHERE p.privilege <> 'admin' AND NOT p.bounded AND NOT p.denied AND i.nhi AND i.status IN ('active', 'unknown')
  AND i.type IN ('aws:iam-user', 'aws:iam-role', 'iac:aws-iam-user', 'iac:aws-iam-role')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
