/*
id: idle_90_days
title: No activity for 90 days
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: [CIS-AWS-4.0:1.12, "NIST-800-53:AC-2(3)"]
inputs: [aws.iam, aws.credential_report, aws.access_keys]
detects: >
  A usable credential, or a role without credentials, that was used once and not in the last 90 days, by an event we hold or by the
  provider's own last-used field.
why: It did its work and was forgotten; its rights did not expire with its purpose.
remediation: |
  Ask {owner} whether {name} is still needed. If it runs once a year, record an exception until the next run. If not, switch it off
  ({how}), wait a month, then delete it. An IAM access key:
  `aws iam update-access-key --user-name {name} --access-key-id {public_id} --status Inactive`.
blind_spots: Use that the provider does not report; AWS reports use with a delay of up to four hours and counts denied attempts.
false_positives: Yearly jobs, break-glass access. Passwords of people are not reported; never-used things have rules of their own.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-120d}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role", created_at: now-300d}]
    usage: [{identity_uid: "aws:iam::111122223333:role/batch", used_at: now-91d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-90d}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role", created_at: now-300d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: inactive, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-200d}]
*/
WITH idle AS (
  SELECT c.identity_uid AS identity, c.uid AS credential, c.public_id, c.kind, c.issuer, c.idle_days, c.last_used_at, c.use_source
  FROM credentials c WHERE c.idle_days > 90 AND NOT c.never_used AND c.usable AND c.kind <> 'certificate'
    AND NOT (c.kind = 'password' AND coalesce(c.of_human, FALSE))
  UNION ALL
  SELECT i.uid, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), i.type, i.provider, i.idle_days, i.last_used_at, i.use_source
  FROM identities i WHERE i.idle_days > 90 AND NOT i.never_used AND i.nhi AND i.usable_credentials = 0 AND i.status IN ('active', 'unknown')
    AND i.type = 'aws:iam-role' AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND i.attrs['human_evidence'] IS NULL
)
SELECT idle.identity, idle.credential, coalesce(i.name, idle.public_id, idle.credential) AS name, idle.public_id, idle.kind, idle.idle_days,
  idle.last_used_at, idle.use_source AS says_last_used, coalesce(i.owner, 'its administrators') AS owner, p.privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN idle.kind = 'aws:iam-role' THEN 'deny sts:AssumeRole in its trust policy' ELSE 'deactivate the key or token at ' || idle.issuer END AS how
FROM idle
LEFT JOIN identities i ON i.uid = idle.identity
LEFT JOIN privileges p ON p.identity_uid = idle.identity
