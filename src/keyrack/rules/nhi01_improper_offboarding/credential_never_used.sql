/*
id: credential_never_used
title: Credential was never used and its grace period is over
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: [CIS-AWS-4.0:1.12, "NIST-800-53:AC-2(3)", "NIST-800-53:IA-4"]
inputs: [aws.iam, aws.credential_report, any.usage]
detects: >
  A usable credential older than 30 days of which its issuer says that it was never used. Silence is not absence: without a source that
  would have told us, nothing is reported.
why: A credential that nobody needed still opens the door for whoever finds it, and nobody would notice.
remediation: |
  Nothing ever used {what} of {name}. {how}
blind_spots: Issuers that do not report use; use before the issuer began to report it.
false_positives: >
  Break-glass and disaster-recovery credentials; attest their purpose by an exception with an end date. Passwords of people are not reported.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-45d}]
    usage: [{credential_uid: "cred:aws:A1", grade: absent, source: "iam:credential-report", since: now-45d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # an offline scan knows no ids
    credentials: [{uid: "cred:at:ci/access-key-1", identity_uid: "aws:iam::111122223333:user/ci", name: access key 1, status: active, created_at: now-300d}]
    usage: [{credential_uid: "cred:at:ci/access-key-1", grade: absent, source: "iam:credential-report", since: now-300d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-29d}]
    usage: [{credential_uid: "cred:aws:A1", grade: absent, source: "iam:credential-report", since: now-29d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-400d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: inactive, created_at: now-400d}]
    usage: [{credential_uid: "cred:aws:A1", grade: absent, source: "iam:credential-report", since: now-400d}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, coalesce(i.name, c.name) AS name, c.public_id, coalesce(c.public_id, c.name) AS what, c.kind, c.issuer,
  CASE WHEN i.type = 'aws:root' THEN 'Sign in as root once and delete the ' || c.name || ' (Security credentials); no API does it for you.'
    WHEN c.kind = 'access_key' AND c.issuer = 'aws' AND i.type = 'aws:iam-user' THEN CASE WHEN c.public_id IS NULL
      THEN 'Its id: `aws iam list-access-keys --user-name {name}`. Set it to Inactive, wait a week, then delete it.'
      ELSE '`aws iam update-access-key --user-name {name} --access-key-id {public_id} --status Inactive`, wait a week, then delete it.' END
    ELSE 'Deactivate it at ' || c.issuer || ', wait a week, then delete it.' END AS how,
  c.created_at, coalesce(c.age_days, c.rotated_days) AS age_days, c.absent_source AS says_never_used, p.privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
LEFT JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = c.identity_uid
WHERE c.never_used AND c.usable AND c.kind <> 'certificate' AND coalesce(c.age_days, c.rotated_days) > 30
  AND NOT (c.kind = 'password' AND coalesce(c.of_human, FALSE))
