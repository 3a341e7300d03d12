/*
id: root_access_key
title: Root user of the account has an access key
severity: critical
confidence: high
owasp: NHI4:2025
frameworks: [CIS-AWS-4.0:1.3, "NIST-800-53:AC-6(5)", "NIST-800-53:IA-2(1)"]
inputs: [aws.credential_report]
detects: An active access key of an account's root user.
why: Nothing limits the root user - no policy, no boundary, no service control policy of its own account - and a key needs no second factor.
remediation: |
  Find what uses {name} ({last_use}), give it a role of its own, then sign in as root and delete the key (Security credentials); no API does it
  for you. Protect the root user of {scope} with hardware MFA.
blind_spots: None when the credential report or account summary can be read.
false_positives: None known.
bad:
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: "aws:root"}]
    credentials: [{uid: "cred:aws:R1", identity_uid: "aws:iam::111122223333:root", kind: access_key, status: active}]
good:
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: "aws:root"}]
    credentials: [{uid: "cred:aws:R1", identity_uid: "aws:iam::111122223333:root", kind: access_key, status: inactive}]
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: "aws:root"}]
    credentials: [{uid: "cred:at:root/password", identity_uid: "aws:iam::111122223333:root", kind: password, status: active}]
*/
SELECT i.uid AS identity, c.uid AS credential, c.name, c.public_id, i.scope, c.created_at, c.last_used_at,
  CASE WHEN c.last_used_at IS NOT NULL THEN 'last used ' || CAST(c.last_used_at AS VARCHAR) WHEN c.never_used THEN 'never used' ELSE 'use unknown' END AS last_use
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid
WHERE i.type = 'aws:root' AND c.kind = 'access_key' AND c.status = 'active'
