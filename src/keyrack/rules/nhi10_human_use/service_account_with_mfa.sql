/*
id: service_account_with_mfa
title: Service account is set up for a person to sign in
severity: low
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "CSF-2.0:PR.AA-01"]
inputs: [aws.iam, aws.credential_report]
key: []
detects: |
  An IAM user that is a service by its tags, path or name and that has both a console password and an MFA device, without a sign-in in
  the last 90 days (that is service_account_console_use).
why: Machines do not type codes from a phone. Somebody prepared this account for people, and holds its second factor.
remediation: |
  If nobody should sign in as {name}: `aws iam delete-login-profile --user-name {name}` and deactivate its MFA device; otherwise give
  that person an identity of their own.
blind_spots: Who holds the device is not known to AWS.
false_positives: A break-glass account with a service-like name; tag it as human and give it an owner.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc-portal", attrs: {console: "true", mfa: "true", service_evidence: "tag"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-portal", status: active}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/svc-portal", attrs: {console: "true", mfa: "false", service_evidence: "tag"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-portal", status: active}]
  - identities: [{uid: "aws:iam::111122223333:user/alice", kind: human, attrs: {console: "true", mfa: "true"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/alice/password", kind: password, identity_uid: "aws:iam::111122223333:user/alice", status: active}]
*/
SELECT i.uid AS identity, i.name, i.attrs['service_evidence'] AS taken_for_a_service_by, c.last_used_at AS last_sign_in, c.rotated_at AS password_changed_at, i.owner
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid
WHERE i.type = 'aws:iam-user' AND i.nhi AND i.attrs['console'] = 'true' AND i.attrs['mfa'] = 'true' AND i.attrs['service_evidence'] IS NOT NULL
  AND c.kind = 'password' AND c.issuer = 'aws' AND c.status = 'active' AND (c.idle_days IS NULL OR c.idle_days > 90 OR c.never_used)
