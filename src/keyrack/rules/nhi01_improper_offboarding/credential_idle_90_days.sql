/*
id: credential_idle_90_days
title: Credential was not used for 90 days
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: [CIS-AWS-4.0:1.12, "NIST-800-53:AC-2(3)"]
inputs: [aws.iam, aws.credential_report, any.usage]
detects: >
  A usable credential that was used once and not in the last 90 days, by an event we hold or by the provider's own last-used field. High when its
  identity is privileged.
why: It did its work and was forgotten; its rights did not expire with its purpose.
remediation: |
  Ask {owner} whether {what} of {name} is still needed. If it runs once a year, record an exception until the next run. If not: {how}
blind_spots: Use that the provider does not report; AWS reports use with a delay of up to four hours and counts denied attempts.
false_positives: Yearly jobs, break-glass access. Passwords of people are not reported; never-used credentials have a rule of their own.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-120d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # an offline scan knows no ids
    credentials: [{uid: "cred:at:ci/access-key-1", identity_uid: "aws:iam::111122223333:user/ci", name: access key 1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:at:ci/access-key-1", used_at: now-120d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-90d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: inactive, created_at: now-300d}]
    usage: [{credential_uid: "cred:aws:A1", used_at: now-200d}]
  - identities: [{uid: "aws:iam::111122223333:user/anna", kind: human}]
    credentials: [{uid: "cred:at:anna/password", identity_uid: "aws:iam::111122223333:user/anna", kind: password, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:at:anna/password", used_at: now-200d}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, coalesce(i.name, c.name) AS name, c.public_id, coalesce(c.public_id, c.name) AS what, c.kind, c.issuer,
  CASE WHEN i.type = 'aws:root' THEN 'Sign in as root once and delete the ' || c.name || ' (Security credentials); no API does it for you.'
    WHEN c.kind = 'access_key' AND c.issuer = 'aws' AND i.type = 'aws:iam-user' THEN CASE WHEN c.public_id IS NULL
      THEN 'Its id: `aws iam list-access-keys --user-name {name}`. Set it to Inactive, wait a month, then delete it.'
      ELSE '`aws iam update-access-key --user-name {name} --access-key-id {public_id} --status Inactive`, wait a month, then delete it.' END
    ELSE 'Deactivate it at ' || c.issuer || ', wait a month, then delete it.' END AS how,
  c.idle_days, c.last_used_at, c.use_source AS says_last_used, coalesce(i.owner, 'its administrators') AS owner, p.privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
LEFT JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = c.identity_uid
WHERE c.idle_days > 90 AND NOT c.never_used AND c.usable AND c.kind <> 'certificate'
  AND NOT (c.kind = 'password' AND coalesce(c.of_human, FALSE))
