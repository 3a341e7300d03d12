/*
id: certificate_expiring
title: Certificate expires within 30 days and nothing is seen to renew it
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:SC-17", "CSF-2.0:PR.DS-02"]
inputs: [aws.certificates, aws.server_certificates, machine.certificates, repository.secrets, any.credentials]
detects: |
  A certificate that ends within 30 days and has less than a third of its life left (the point at which ACME clients renew), that
  its store does not renew by itself and that has no valid successor with the same subject beside it. High within 7 days.
why: An expired certificate is an outage with a date on it, and a sign of an identity whose life cycle nobody automates.
remediation: |
  Renew {name} at {place} before {expires_at}, and let its issuer do it from now on (ACME client with a timer, ACM-issued
  certificate, cert-manager).{how}
blind_spots: A renewal timer that will fire in time is not visible; a certificate in its last third suggests that it did not.
false_positives: Certificates that live a week or less (SPIFFE, short-lived ACME) are renewed by machinery and left out; those whose store says that nothing uses them are low.
bad:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-80d, expires_at: now+10d, expiry: set, attrs: {subject: "CN=api.acme.example"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
  - credentials: [{uid: "cred:aws:acm", kind: certificate, issuer: aws, public_id: "aws:acm:eu-west-1:111122223333:certificate/1", status: active, created_at: now-360d,
      expires_at: now+5d, expiry: set, attrs: {subject: api.acme.example, in_use: "true", rotation_enabled: "false"}}]
good:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-27d, expires_at: now+20d, expiry: set, attrs: {subject: "CN=api.acme.example"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]  # a 47-day certificate in mid-life
  - credentials: [{uid: "cred:aws:acm", kind: certificate, issuer: aws, public_id: "aws:acm:eu-west-1:111122223333:certificate/1", status: active, created_at: now-360d,
      expires_at: now+25d, expiry: set, attrs: {subject: api.acme.example, in_use: "true", rotation_enabled: "true"}}]  # ACM renews it
  - credentials:
      - {uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-85d, expires_at: now+5d, expiry: set, attrs: {subject: "CN=api.acme.example"}}
      - {uid: "cred:x509:bb", kind: certificate, issuer: x509, public_id: bb, created_at: now-20d, expires_at: now+70d, expiry: set, attrs: {subject: "CN=api.acme.example"}}
    placements:
      - {credential_uid: "cred:x509:aa", path: /etc/letsencrypt/archive/api/cert1.pem}
      - {credential_uid: "cred:x509:bb", path: /etc/letsencrypt/archive/api/cert2.pem}
*/
WITH places AS (
  SELECT p.credential_uid, min(p.scope) AS scope, min(p.path) AS path, min(p.line) AS line, min(p.consumer_uid) AS consumer_uid,
    bool_and(coalesce(p.attrs['test_path'], 'false') = 'true' OR p.system = 'git_history') AS only_tests_or_history
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE c.kind = 'certificate'
  GROUP BY p.credential_uid
),
certificates AS (
  SELECT c.uid, c.name, c.identity_uid, c.public_id, c.created_at, c.expires_at, c.expires_in_days, c.lifetime_days,
    c.attrs['subject'] AS subject, c.attrs['issuer_name'] AS issuer_name, c.attrs['in_use'] AS in_use, c.attrs['ca'] AS ca,
    coalesce(c.attrs['rotation_enabled'], 'false') = 'true' AS renews_itself,
    coalesce(p.scope, c.issuer) AS scope, p.path, p.line, p.consumer_uid, coalesce(p.only_tests_or_history, FALSE) AS harmless_place,
    coalesce(p.path, c.attrs['endpoint'], c.public_id) AS place
  FROM credentials c
  LEFT JOIN places p ON p.credential_uid = c.uid
  WHERE c.kind = 'certificate' AND c.usable AND c.expires_in_days >= 0
),
latest AS (
  SELECT subject, scope, max(expires_at) AS last_end FROM certificates WHERE subject IS NOT NULL GROUP BY subject, scope
)
SELECT e.identity_uid AS identity, e.uid AS credential, e.name, e.public_id, e.subject, e.issuer_name, e.expires_at, e.expires_in_days AS days_left,
  e.lifetime_days, e.scope AS found_in, e.place, e.in_use, e.consumer_uid AS consumer,
  CASE WHEN e.public_id LIKE 'aws%:acm:%' THEN ' Imported: `aws acm import-certificate --certificate-arn arn:{public_id} ...`.' ELSE '' END AS how,
  CASE WHEN e.in_use = 'false' THEN 'low' WHEN e.expires_in_days <= 7 THEN 'high' ELSE 'medium' END AS severity,
  e.path, e.line
FROM certificates e
LEFT JOIN latest l ON l.subject = e.subject AND l.scope = e.scope
WHERE e.expires_in_days <= 30 AND NOT e.renews_itself AND NOT e.harmless_place
  AND (e.lifetime_days IS NULL OR (e.lifetime_days > 7 AND e.expires_in_days * 3 <= e.lifetime_days))
  AND (l.last_end IS NULL OR l.last_end <= e.expires_at OR e.in_use = 'true')
