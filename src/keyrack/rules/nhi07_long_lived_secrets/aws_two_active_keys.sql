/*
id: aws_two_active_keys
title: IAM user has two active access keys
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-AWS-4.0:1.13", "NIST-800-53:IA-5", "CSF-2.0:PR.AA-01"]
inputs: [aws.credential_report]
key: []
detects: |
  Two active access keys of one user, the younger of them older than two days. Low while the younger one is 14 days old or less:
  a slow rotation may still be under way.
why: |
  The second key exists for the minutes of a rotation. Two standing keys double what can leak, hide which consumer uses
  which, and leave no free slot for an emergency rotation.
remediation: |
  {how}
blind_spots: Which consumer uses which key is known only from last use and from places where a key was seen.
false_positives: Two consumers may deliberately hold a key each; they should then be two users or, better, two roles.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials:
      - {uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-300d}
      - {uid: "cred:aws:A2", identity_uid: "aws:iam::111122223333:user/ci", public_id: A2, status: active, created_at: now-80d}
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials:
      - {uid: "cred:at:ci/access-key-1", identity_uid: "aws:iam::111122223333:user/ci", name: access key 1, status: active, created_at: now-300d}
      - {uid: "cred:at:ci/access-key-2", identity_uid: "aws:iam::111122223333:user/ci", name: access key 2, status: active, created_at: now-80d}
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # rotation in progress
    credentials:
      - {uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-88d}
      - {uid: "cred:aws:A2", identity_uid: "aws:iam::111122223333:user/ci", public_id: A2, status: active, created_at: now-1d}
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # rotation finished, the old key is off
    credentials:
      - {uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: inactive, created_at: now-300d}
      - {uid: "cred:aws:A2", identity_uid: "aws:iam::111122223333:user/ci", public_id: A2, status: active, created_at: now-80d}
*/
WITH keys AS (
  SELECT identity_uid, coalesce(public_id, name) AS key_id, public_id, created_at, age_days, last_used_at, never_used,
    count(*) OVER (PARTITION BY identity_uid) AS active_keys, min(age_days) OVER (PARTITION BY identity_uid) AS younger_age,
    row_number() OVER (PARTITION BY identity_uid ORDER BY created_at, uid) AS place
  FROM credentials
  WHERE kind = 'access_key' AND issuer = 'aws' AND status = 'active' AND created_at IS NOT NULL AND identity_uid IS NOT NULL
)
SELECT i.uid AS identity, i.name, o.key_id AS older_key, y.key_id AS younger_key, o.created_at AS older_key_created_at, y.created_at AS younger_key_created_at,
  coalesce(CAST(o.last_used_at AS VARCHAR), CASE WHEN o.never_used THEN 'never' ELSE 'unknown' END) AS older_key_last_used,
  coalesce(CAST(y.last_used_at AS VARCHAR), CASE WHEN y.never_used THEN 'never' ELSE 'unknown' END) AS younger_key_last_used,
  CASE WHEN i.type = 'aws:root' THEN 'Sign in as root once and delete both access keys; nothing should run as root.'
    ELSE 'Find the consumer of the older key (' || o.key_id || ') of {name} (last used: ' || coalesce(CAST(o.last_used_at AS VARCHAR), CASE WHEN o.never_used THEN 'never' ELSE 'unknown' END)
      || '), move it to the younger one (' || y.key_id || '), then ' || CASE WHEN o.public_id IS NULL
      THEN 'look its id up (`aws iam list-access-keys --user-name {name}`), set it to Inactive, wait, and delete it.'
      ELSE '`aws iam update-access-key --user-name {name} --access-key-id {older_key} --status Inactive`, wait, and delete it.' END
  END AS how,
  CASE WHEN y.age_days <= 14 THEN 'low' ELSE 'medium' END AS severity
FROM keys o
JOIN keys y ON y.identity_uid = o.identity_uid AND y.place = o.active_keys
JOIN identities i ON i.uid = o.identity_uid
WHERE o.place = 1 AND o.active_keys > 1 AND o.younger_age > 2
