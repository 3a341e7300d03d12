/*
id: certificate_expired
title: Certificate has expired
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:SC-17", "CSF-2.0:PR.DS-02"]
inputs: [aws.certificates, aws.server_certificates, machine.certificates, repository.secrets, any.credentials]
detects: |
  A certificate past its end date that still lies where it is used or managed. High where its cloud says that something uses it
  or a living credential depends on it (a signing certificate that is still active); medium where something is known to hold it; low
  where nothing is, as for a file of which nobody says who reads it, and where it is an authority's.
why: |
  Connections that check it fail; connections that do not check it have stopped being authenticated. Either way nobody runs
  this certificate's life cycle, and its private key is usually as old.
remediation: |
  {first}{name} at {place} with a new certificate from an automatic issuer (ACME, ACM, cert-manager) and delete the expired one and its key.{how}
blind_spots: Certificates served by endpoints but not stored in a scanned place are not seen. Revocation is not checked.
false_positives: |
  A kept copy of an old certificate does no harm: where a valid certificate with the same subject lies in the same host, repository or
  account the old one is taken for superseded and left out, and so are certificates in tests and examples.
bad:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-400d, expires_at: now-3d, expiry: set, attrs: {subject: "CN=api.acme.example"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
  - credentials: [{uid: "cred:aws:acm", kind: certificate, issuer: aws, public_id: "aws:acm:eu-west-1:111122223333:certificate/1", status: expired, created_at: now-400d,
      expires_at: now-3d, expiry: set, attrs: {subject: api.acme.example, in_use: "true"}}]
good:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-400d, expires_at: now+3d, expiry: set, attrs: {subject: "CN=api.acme.example"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
  - credentials:  # renewed beside it, as certbot's archive keeps them
      - {uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-180d, expires_at: now-90d, expiry: set, attrs: {subject: "CN=api.acme.example"}}
      - {uid: "cred:x509:bb", kind: certificate, issuer: x509, public_id: bb, created_at: now-60d, expires_at: now+30d, expiry: set, attrs: {subject: "CN=api.acme.example"}}
    placements:
      - {credential_uid: "cred:x509:aa", path: /etc/letsencrypt/archive/api/cert1.pem}
      - {credential_uid: "cred:x509:bb", path: /etc/letsencrypt/archive/api/cert2.pem}
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-4000d, expires_at: now-300d, expiry: set, attrs: {subject: "CN=test"}}]
    placements: [{credential_uid: "cred:x509:aa", system: git_head, exposure: committed, scope: acme/web, path: tests/fixtures/expired.pem, attrs: {test_path: "true"}}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-4000d, expires_at: now-300d, expiry: set, attrs: {subject: "CN=old"}}]
    placements: [{credential_uid: "cred:x509:aa", system: git_history, exposure: committed, scope: acme/web, path: tls.pem, attrs: {at_head: "false"}}]
*/
WITH candidates AS (
  -- the expired, and what may have taken their place
  SELECT c.* FROM credentials c
  WHERE c.kind = 'certificate' AND (c.expires_in_days < 0 OR c.attrs['subject'] IN (
    SELECT e.attrs['subject'] FROM credentials e WHERE e.kind = 'certificate' AND e.expires_in_days < 0))
),
places AS (
  SELECT p.credential_uid, min(p.scope) AS scope, min(p.path) AS path, min(p.line) AS line, min(p.consumer_uid) AS consumer_uid,
    bool_and(coalesce(p.attrs['test_path'], 'false') = 'true' OR p.system = 'git_history') AS only_tests_or_history
  FROM placements p
  SEMI JOIN candidates c ON c.uid = p.credential_uid
  GROUP BY p.credential_uid
),
certificates AS (
  SELECT c.uid, c.name, c.identity_uid, c.public_id, c.status, c.created_at, c.expires_at, c.expires_in_days, c.issuer,
    c.attrs['subject'] AS subject, c.attrs['issuer_name'] AS issuer_name, c.attrs['in_use'] AS in_use, c.attrs['ca'] AS ca,
    coalesce(p.scope, c.issuer) AS scope, p.path, p.line, p.consumer_uid, coalesce(p.only_tests_or_history, FALSE) AS harmless_place,
    coalesce(p.path, c.attrs['endpoint'], c.public_id) AS place
  FROM candidates c
  LEFT JOIN places p ON p.credential_uid = c.uid
  WHERE c.status NOT IN ('revoked', 'inactive')
),
valid AS (
  SELECT DISTINCT subject, scope FROM certificates WHERE expires_in_days >= 0 AND subject IS NOT NULL
)
SELECT e.identity_uid AS identity, e.uid AS credential, e.name, e.public_id, e.subject, e.issuer_name, e.expires_at, e.scope AS found_in, e.place,
  e.in_use, e.consumer_uid AS consumer,
  CASE WHEN e.in_use = 'true' OR (e.status = 'active' AND e.identity_uid IS NOT NULL) THEN 'Replace '
    WHEN e.path IS NOT NULL THEN 'Look for what reads it (`grep -rlF {path} /etc`): if nothing does, delete it and its key; if something does, replace '
    ELSE 'Delete it if nothing uses it; else replace ' END AS first,
  CASE
    WHEN e.public_id LIKE 'aws%:acm:%' THEN ' Once it is detached: `aws acm delete-certificate --certificate-arn arn:{public_id}`.'
    WHEN e.place LIKE 'aws%:server-certificate/%' THEN ' Once it is detached: `aws iam delete-server-certificate --server-certificate-name {name}`.'
    ELSE '' END AS how,
  CASE
    WHEN e.in_use = 'true' OR (e.status = 'active' AND e.identity_uid IS NOT NULL) THEN 'high'
    WHEN e.in_use = 'false' OR e.ca = 'true' OR e.expires_in_days < -1095 OR (e.path IS NOT NULL AND e.in_use IS NULL AND e.consumer_uid IS NULL) THEN 'low'
    ELSE 'medium' END AS severity,
  e.path, e.line
FROM certificates e
LEFT JOIN valid v ON v.subject = e.subject AND v.scope = e.scope
WHERE e.expires_in_days < 0 AND NOT e.harmless_place AND (v.subject IS NULL OR e.in_use = 'true')
