/*
id: aws_user_credential_unrotated
title: Signing certificate, SSH key or service password of an IAM user is past 90 days
severity: low
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_bedrock.html"]
inputs: [aws.ssh_keys, aws.signing_certificates, aws.service_credentials]
detects: |
  An active credential of an IAM user other than its password and access keys - X.509 signing certificate, CodeCommit SSH key, service-specific
  user name and password, Bedrock API key - that was made more than 90 days ago. Medium for Bedrock and other API keys.
why: These side doors are forgotten when access keys are rotated, and survive the removal of the access keys.
remediation: |
  Replace or delete the {what} {public_id} of {name}: `aws iam list-service-specific-credentials --user-name {name}`,
  `list-ssh-public-keys`, `list-signing-certificates`, then the matching `reset-`, `update-` or `delete-` command.
blind_spots: IAM tells no last use for these credentials.
false_positives: An SSH public key whose private half sits in hardware need not change.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:S1", kind: api_token, name: Bedrock API key, identity_uid: "aws:iam::111122223333:user/ci", public_id: S1, status: active, created_at: now-200d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:S1", kind: api_token, name: Bedrock API key, identity_uid: "aws:iam::111122223333:user/ci", public_id: S1, status: active, created_at: now-20d}]
  - identities: [{uid: "aws:iam::111122223333:user/ci"}]
    credentials: [{uid: "cred:aws:S1", kind: ssh_key, name: CodeCommit SSH public key, identity_uid: "aws:iam::111122223333:user/ci", public_id: S1, status: inactive, created_at: now-200d}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, c.name AS what, c.public_id, c.kind, c.rotated_days AS days_since_change, c.created_at, c.expires_at,
  CASE WHEN c.kind = 'api_token' THEN 'medium' ELSE 'low' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
WHERE c.issuer = 'aws' AND c.status = 'active' AND c.rotated_days > 90 AND i.type = 'aws:iam-user'
  AND (c.kind IN ('ssh_key', 'certificate', 'api_token', 'signing_key') OR (c.kind = 'password' AND c.name <> 'console password'))
