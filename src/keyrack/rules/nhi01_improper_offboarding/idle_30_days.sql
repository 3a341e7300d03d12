/*
id: idle_30_days
title: No activity for 30 days
severity: low
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", PCI-DSS-4.0:8.2.6]
inputs: [aws.iam, aws.credential_report, any.usage]
detects: >
  A usable credential, or a role without credentials, last used more than 30 and at most 90 days ago: the candidates of the monthly
  review. After 90 days credential_idle_90_days and role_idle_90_days take over.
why: Most things that stop being used never start again; the first month is when somebody still remembers why.
remediation: |
  Put {name} on the agenda of {owner}'s next review: still needed, or to be disabled at 90 days ({idle_days} now)?
blind_spots: Use that the provider does not report.
false_positives: Monthly and quarterly jobs; this is a review list, not an alarm.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-45d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-30d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-95d}]
*/
WITH idle AS (
  SELECT c.identity_uid AS identity, c.uid AS credential, c.public_id, c.kind, c.idle_days, c.last_used_at, c.use_source
  FROM credentials c WHERE c.idle_days > 30 AND c.idle_days <= 90 AND NOT c.never_used AND c.usable AND c.kind <> 'certificate'
    AND NOT (c.kind = 'password' AND coalesce(c.of_human, FALSE))
  UNION ALL
  SELECT i.uid, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), i.type, i.idle_days, i.last_used_at, i.use_source
  FROM identities i WHERE i.idle_days > 30 AND i.idle_days <= 90 AND NOT i.never_used AND i.nhi AND i.usable_credentials = 0
    AND i.status IN ('active', 'unknown') AND i.type = 'aws:iam-role' AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND i.attrs['human_evidence'] IS NULL
)
SELECT idle.identity, idle.credential, coalesce(i.name, idle.public_id, idle.credential) AS name, idle.public_id, idle.kind, idle.idle_days,
  idle.last_used_at, idle.use_source AS says_last_used, coalesce(i.owner, 'its administrators') AS owner
FROM idle
LEFT JOIN identities i ON i.uid = idle.identity
