/*
id: root_user_used
title: The root user of the account is in daily use
severity: high
confidence: high
owasp: NHI10:2025
frameworks: ["CIS-AWS-4.0:1.7", "NIST-800-53:AC-6(5)", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"]
inputs: [aws.credential_report]
key: [credential]
detects: A password or access key of an AWS account's root user that was used within the last 30 days. Critical for an access key.
why: |
  Root has no limits and no name behind it. A program on a root key, or a person who signs in as root, can do everything and cannot be
  told from anybody else who knows the secret.
remediation: |
  Move what used {what} of the root user of {account} (last use {last_used_at}) to a role; delete root's access keys, lock the password away with a hardware MFA
  device, or remove root credentials centrally (`iam:EnableOrganizationsRootCredentialsManagement`).
blind_spots: AWS reports the last use only, up to four hours late.
false_positives: One of the few tasks that need root (closing the account, some support settings) was just done.
bad:
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: aws:root, name: root}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:root/access-key-1", name: access key 1, status: active, identity_uid: "aws:iam::111122223333:root"}]
    usage: [{credential_uid: "cred:at:aws:iam::111122223333:root/access-key-1", identity_uid: "aws:iam::111122223333:root", used_at: now-2d}]
good:
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: aws:root, name: root}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:root/password", kind: password, name: console password, status: active, identity_uid: "aws:iam::111122223333:root"}]
    usage: [{credential_uid: "cred:at:aws:iam::111122223333:root/password", identity_uid: "aws:iam::111122223333:root", used_at: now-400d}]
  - identities: [{uid: "aws:iam::111122223333:root", kind: human, type: aws:root, name: root}]  # use unknown is not use
    credentials: [{uid: "cred:at:aws:iam::111122223333:root/password", kind: password, name: console password, status: active, identity_uid: "aws:iam::111122223333:root"}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.scope AS account, c.name AS what, c.last_used_at, c.use_source AS reported_by, i.attrs['mfa'] AS mfa,
  CASE WHEN c.kind = 'access_key' THEN 'critical' ELSE 'high' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
WHERE i.type = 'aws:root' AND c.kind IN ('password', 'access_key') AND c.status <> 'inactive' AND c.idle_days <= 30 AND NOT c.never_used
