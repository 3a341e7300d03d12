/*
id: role_idle_90_days
title: Role was not used for 90 days
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:CM-7"]
inputs: [aws.iam]
key: []
detects: >
  A role that was used once and not in the last 90 days, by an event we hold or by AWS's own last-used field. High when it is privileged.
why: Whatever may assume it still may - a workload that is gone, a partner who finished, an intruder who looks for exactly such roles.
remediation: |
  Ask {owner} whether {name} in {scope} is still needed. If it runs once a year, record an exception until the next run. If not, deny
  sts:AssumeRole in its trust policy, wait a month, detach its policies, then `aws iam delete-role --role-name {name}`.
blind_spots: AWS counts attempts that were denied as use.
false_positives: >
  Yearly jobs, break-glass and recovery roles. Service-linked roles and roles that people become by single sign-on are not reported; roles that were
  never used have a rule of their own.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role", created_at: now-300d}]
    usage: [{identity_uid: "aws:iam::111122223333:role/batch", used_at: now-91d}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role", created_at: now-300d}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role", created_at: now-300d}]
    usage: [{identity_uid: "aws:iam::111122223333:role/batch", used_at: now-89d}]
  - identities: [{uid: "aws:iam::111122223333:role/AWSReservedSSO_x", type: "aws:iam-role", attrs: {human_evidence: IAM Identity Center permission set}}]
    usage: [{identity_uid: "aws:iam::111122223333:role/AWSReservedSSO_x", used_at: now-200d}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.idle_days, i.last_used_at, i.use_source AS says_last_used, coalesce(i.owner, 'its administrators') AS owner,
  coalesce(p.privilege, 'none stated') AS privilege, CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'aws:iam-role' AND i.idle_days > 90 AND NOT i.never_used AND i.usable_credentials = 0 AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND i.attrs['human_evidence'] IS NULL
