/*
id: not_action_allow
title: Machine identity may do everything except a list
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:CM-7(5)"]
inputs: [aws.iam, repository.iac]
key: []
detects: >
  An allow statement with NotAction on every resource, as in PowerUserAccess: everything that exists or will ever exist, save what is listed.
why: Each new service is allowed the day it is launched; data of the whole account is readable and deletable.
remediation: |
  Replace policy {policy} of {name} by a list of the services it uses (it now excludes only {excluded}).
blind_spots: Service control policies; NotResource statements.
false_positives: >
  Statements without IAM among the exceptions are administrator and reported by admin_grant; roles people become by single sign-on are not
  machine identities.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/power", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/power", actions: ["iam:*", "organizations:*"], not_actions: true, policy: PowerUserAccess}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/power", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/power", actions: ["iam:*"], not_actions: true, effect: deny}]
  - identities: [{uid: "aws:iam::111122223333:role/power", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/power", actions: ["iam:*"], not_actions: true}
      - {identity_uid: "aws:iam::111122223333:role/power", actions: ["s3:GetObject"], via: boundary}
*/
WITH how AS (
  SELECT identity_uid, min(coalesce(policy, 'its inline policy')) AS policy, min(array_to_string(actions, ', ')) AS excluded
  FROM broad_grants WHERE not_actions AND language = 'aws-iam' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, h.policy, h.excluded, i.owner, i.last_used_at,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN NULL ELSE i.attrs['path'] END AS path
FROM how h
JOIN privileges p ON p.identity_uid = h.identity_uid
JOIN identities i ON i.uid = h.identity_uid
WHERE p.privilege <> 'admin' AND NOT p.bounded AND NOT p.denied AND i.nhi AND i.status IN ('active', 'unknown')
  AND i.type IN ('aws:iam-user', 'aws:iam-role', 'iac:aws-iam-user', 'iac:aws-iam-role')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
