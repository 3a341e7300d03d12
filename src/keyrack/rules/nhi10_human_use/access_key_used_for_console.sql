/*
id: access_key_used_for_console
title: Access key of a service was used to open the console
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:AU-10", "CSF-2.0:DE.CM-03"]
inputs: [aws.credential_report]
key: [credential]
detects: |
  An access key of a non-human identity whose last use, as AWS reports or an event shows, was on a service that only people need: the
  sign-in service, CloudShell, or a federation token for the console.
why: Somebody turned the service's key into a browser session; what followed has the service's name on it.
remediation: |
  Ask the owner of {name} who opened the console with {public_id}; rotate the key, and deny `sts:GetFederationToken` and `signin:*` to the identity.
blind_spots: AWS reports only the last service of a key; an earlier console session is hidden by any later call unless events are scanned.
false_positives: A scheduled job that takes screenshots of consoles; it exists, and should have an identity that says so.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc-sync"}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, identity_uid: "aws:iam::111122223333:user/svc-sync", status: active}]
    usage: [{credential_uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/svc-sync", used_at: now-1d, service: signin}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/svc-sync"}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, identity_uid: "aws:iam::111122223333:user/svc-sync", status: active}]
    usage: [{credential_uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/svc-sync", used_at: now-1d, service: s3}]
  - identities: [{uid: "aws:iam::111122223333:user/alice", kind: human}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, identity_uid: "aws:iam::111122223333:user/alice", status: active}]
    usage: [{credential_uid: "cred:aws:A1", identity_uid: "aws:iam::111122223333:user/alice", used_at: now-1d, service: signin}]
*/
SELECT i.uid AS identity, c.uid AS credential, min(i.name) AS name, min(c.public_id) AS public_id, string_agg(DISTINCT u.service, ', ' ORDER BY u.service) AS services,
  max(u.used_at) AS used_at, string_agg(DISTINCT u.source, ', ' ORDER BY u.source) AS reported_by, min(i.owner) AS owner
FROM usage u
JOIN credentials c ON c.uid = u.credential_uid
JOIN identities i ON i.uid = c.identity_uid
WHERE (u.service IN ('signin', 'console', 'cloudshell') OR (u.service = 'sts' AND u.action IN ('GetFederationToken', 'sts:GetFederationToken')))
  AND u.grade IN ('observed', 'reported') AND u.used_days <= 90 AND c.kind = 'access_key' AND i.nhi
GROUP BY i.uid, c.uid
