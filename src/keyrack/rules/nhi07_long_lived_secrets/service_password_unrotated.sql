/*
id: service_password_unrotated
title: Password of a service account is past its 30-day rotation policy
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
inputs: [aws.credential_report, machine.accounts, any.credentials]
detects: |
  An active password of a non-human account that was last changed more than 30 days ago. High beyond a year. Whether an account
  is a service is taken from its tags, path and name (IAM) or from its number, shell and home (hosts); passwords of people are
  left to the password policy of the identity provider.
why: Passwords of services are shared between scripts and colleagues and typed into consoles; age is the only thing that ends their spread.
remediation: |
  Remove the password of {name} if nothing signs in with it ({how}); otherwise change it and move the consumer to a key or role
  that rotates by itself.
blind_spots: Passwords inside databases and SaaS are judged only where their system tells when they were changed.
false_positives: An account that is really a person under a service-like name; correct its tags.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc-report", attrs: {console: "true", service_evidence: name}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-report/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-report", status: active, rotated_at: now-45d}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/alice", kind: human, attrs: {console: "true"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/alice/password", kind: password, identity_uid: "aws:iam::111122223333:user/alice", status: active, rotated_at: now-300d}]
  - identities: [{uid: "aws:iam::111122223333:user/svc-report", attrs: {console: "true"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-report/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-report", status: active, rotated_at: now-30d}]
  - identities: [{uid: "aws:iam::111122223333:user/svc-report", attrs: {console: "true"}}]  # age unknown is not old
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-report/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-report", status: active}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.type, i.scope, c.rotated_days AS days_since_change, c.rotated_at AS changed_at, c.last_used_at,
  i.attrs['service_evidence'] AS taken_for_a_service_by,
  CASE WHEN i.type = 'unix:user' THEN '`passwd -l {name}` on {scope}' WHEN i.type = 'aws:iam-user' THEN '`aws iam delete-login-profile --user-name {name}`' ELSE 'in the settings of {scope}' END AS how,
  CASE WHEN c.rotated_days > 365 THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN i.attrs['service_evidence'] IS NULL THEN 'medium' ELSE 'high' END AS confidence
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
WHERE c.kind = 'password' AND c.usable AND c.rotated_days > 30 AND i.nhi AND i.status <> 'disabled'
  AND i.type <> 'aws:root' AND coalesce(c.attrs['rotation_enabled'], 'false') <> 'true'
