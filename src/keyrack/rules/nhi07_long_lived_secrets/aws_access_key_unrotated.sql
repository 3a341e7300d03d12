/*
id: aws_access_key_unrotated
title: AWS access key is past its 90-day rotation policy
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-AWS-4.0:1.14", "NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"]
inputs: [aws.credential_report]
detects: |
  An active IAM access key whose value last changed more than 90 days ago. High beyond a year, or where its holder
  administers or writes permissions.
why: A key that never changes stays useful to everybody who ever saw it - a leaver, a laptop backup, an old log.
remediation: |
  {how} Better: replace the key by a role (workload identity).
blind_spots: Keys of other accounts, and keys whose creation date neither IAM nor the credential report states.
false_positives: None known; a key whose value cannot leave its hardware would still be reported.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-120d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-900d, rotated_at: now-900d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # both slots are taken, and an offline scan knows no ids
    credentials:
      - {uid: "cred:at:ci/access-key-1", identity_uid: "aws:iam::111122223333:user/ci", name: access key 1, status: active, created_at: now-120d}
      - {uid: "cred:at:ci/access-key-2", identity_uid: "aws:iam::111122223333:user/ci", name: access key 2, status: inactive, created_at: now-500d}
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-90d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: inactive, created_at: now-400d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]  # an old user with a young key
    credentials: [{uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/ci", public_id: A1, status: active, created_at: now-900d, rotated_at: now-10d}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, c.public_id, c.rotated_days AS days_since_rotation, c.created_at, c.last_used_at,
  coalesce(c.use_source, c.absent_source) AS use_reported_by, p.privilege AS holder_privilege,
  CASE WHEN i.type = 'aws:root' THEN 'Sign in as root once, delete this access key, and let nothing run as root.'
    WHEN c.public_id IS NULL THEN 'Rotate the ' || c.name || ' of {name}. Its id: `aws iam list-access-keys --user-name {name}`, the one created '
      || coalesce(CAST(c.created_at AS VARCHAR), 'first') || '. ' || CASE WHEN u.keys > 1 THEN 'The user has two keys already, as many as there can be: free a slot first. ' ELSE '' END
      || 'Make its successor (`aws iam create-access-key --user-name {name}`), deliver it, then set the old key to Inactive, wait, and delete it.'
    WHEN u.keys > 1 THEN 'Rotate {public_id} of {name}, who has two keys already, as many as there can be. Find out which of them is in use (`aws iam get-access-key-last-used --access-key-id {public_id}`), move its consumers to one of them, then `aws iam update-access-key --user-name {name} --access-key-id {public_id} --status Inactive`, wait, and delete it. That frees the slot for a new key.'
    ELSE 'Rotate {public_id} of {name}: `aws iam create-access-key --user-name {name}`, deliver the new key to its consumers, then `aws iam update-access-key --user-name {name} --access-key-id {public_id} --status Inactive`, wait, and delete it.'
  END AS how,
  CASE WHEN c.rotated_days > 365 OR p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN (
  SELECT identity_uid, count(*) AS keys FROM credentials WHERE kind = 'access_key' AND issuer = 'aws' AND status IN ('active', 'inactive') GROUP BY identity_uid
) u ON u.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE c.kind = 'access_key' AND c.issuer = 'aws' AND c.status = 'active' AND c.rotated_days > 90
