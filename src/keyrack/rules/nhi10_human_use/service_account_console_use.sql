/*
id: service_account_console_use
title: Somebody signs in to the console as a service account
severity: high
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-01"]
inputs: [aws.iam, aws.credential_report]
key: []
detects: |
  An IAM user that is a service by its tags, path or name, and whose console password was used within the last 90 days, as the
  credential report says. Only people use a console.
why: |
  What was done cannot be laid at anybody's door, the password is known to several people and survives each of them, and the service's
  permissions were never meant for a person's hands.
remediation: |
  Give the people who use {name} access of their own (IAM Identity Center), then `aws iam delete-login-profile --user-name {name}`; the
  access keys of the service keep working.
blind_spots: The credential report tells only the last sign-in, and up to four hours late; assumed roles leave no such trace in it.
false_positives: A person whose user name looks like a service's; state the truth in a tag (`Type=human`).
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc-portal", attrs: {console: "true", service_evidence: "tag, name"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-portal", status: active}]
    usage: [{credential_uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", identity_uid: "aws:iam::111122223333:user/svc-portal", used_at: now-4d, source: "iam:credential-report"}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/svc-portal", attrs: {console: "true", service_evidence: "tag"}}]  # a password nobody used
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", kind: password, identity_uid: "aws:iam::111122223333:user/svc-portal", status: active}]
    usage: [{credential_uid: "cred:at:aws:iam::111122223333:user/svc-portal/password", identity_uid: "aws:iam::111122223333:user/svc-portal", grade: absent, since: now-400d}]
  - identities: [{uid: "aws:iam::111122223333:user/svc-sync", attrs: {console: "false", service_evidence: "tag"}}]  # its key was used, not a console
    credentials: [{uid: "cred:aws:A1", public_id: A1, identity_uid: "aws:iam::111122223333:user/svc-sync", status: active}]
    usage: [{credential_uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/svc-sync", used_at: now-1d}]
  - identities: [{uid: "aws:iam::111122223333:user/alice", kind: human, attrs: {console: "true"}}]
    credentials: [{uid: "cred:at:aws:iam::111122223333:user/alice/password", kind: password, identity_uid: "aws:iam::111122223333:user/alice", status: active}]
    usage: [{credential_uid: "cred:at:aws:iam::111122223333:user/alice/password", identity_uid: "aws:iam::111122223333:user/alice", used_at: now-1d}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, c.last_used_at AS last_sign_in, c.use_source AS reported_by, i.attrs['service_evidence'] AS taken_for_a_service_by,
  i.attrs['mfa'] AS mfa, p.privilege, i.owner,
  CASE WHEN regexp_matches(coalesce(i.attrs['service_evidence'], ''), 'tag|path') THEN 'high' ELSE 'medium' END AS confidence
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE c.kind = 'password' AND c.issuer = 'aws' AND c.status = 'active' AND i.nhi AND i.type = 'aws:iam-user' AND c.idle_days <= 90 AND NOT c.never_used
