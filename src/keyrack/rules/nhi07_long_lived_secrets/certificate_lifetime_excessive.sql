/*
id: certificate_lifetime_excessive
title: Leaf certificate was issued for more than 825 days
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:SC-17", "CSF-2.0:PR.DS-02"]
references: ["https://support.apple.com/en-us/103769"]
inputs: [aws.certificates, aws.server_certificates, machine.certificates, repository.secrets, any.credentials]
detects: |
  A usable certificate that is no authority's and was issued for more than 825 days, or without an end (the year 9999), by whatever
  issuer. High beyond ten years. Public certificates within that bound are judged by tls_certificate_over_cap.
why: |
  Platforms refuse such server certificates even from private authorities, and a key that identifies a machine for many years is
  copied, backed up and forgotten; the end date was the only thing that would have retired it.
remediation: Reissue {name} at {place} for 90 days or less from an authority that renews by itself (ACME, cert-manager, ACM Private CA), and delete the old key.
blind_spots: Certificates that are served but not stored in a scanned place.
false_positives: |
  Device identities burned in at the factory (IEEE 802.1AR) live as long as the device. Certificates in tests and examples, and the
  distribution's self-signed placeholder (ssl-cert-snakeoil), are left out.
bad:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-300d, expires_at: now+3350d, expiry: set, attrs: {subject: "CN=db", ca: "false"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/ssl/db.crt}]
good:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-300d, expires_at: now+3350d, expiry: set, attrs: {subject: "CN=Acme Root", ca: "true"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/ssl/root.crt}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-300d, expires_at: now+500d, expiry: set, attrs: {subject: "CN=db", ca: "false"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/ssl/db.crt}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-300d, expires_at: now+3350d, expiry: set, attrs: {subject: "CN=host"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/ssl/certs/ssl-cert-snakeoil.pem}]
*/
WITH places AS (
  SELECT p.credential_uid, min(p.scope) AS scope, min(p.path) AS path, min(p.line) AS line,
    bool_and(coalesce(p.attrs['test_path'], 'false') = 'true' OR p.system = 'git_history' OR p.path LIKE '%snakeoil%') AS harmless
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE c.kind = 'certificate'
  GROUP BY p.credential_uid
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.public_id, c.attrs['subject'] AS subject, c.attrs['issuer_name'] AS issuer_name,
  c.attrs['self_signed'] AS self_signed, c.created_at AS valid_from, c.expires_at, c.lifetime_days, coalesce(p.path, c.attrs['endpoint'], c.public_id) AS place, p.scope AS found_in,
  CASE WHEN c.expiry = 'never' OR c.lifetime_days > 3660 THEN 'high' ELSE 'medium' END AS severity,
  p.path, p.line
FROM credentials c
LEFT JOIN places p ON p.credential_uid = c.uid
WHERE c.kind = 'certificate' AND c.usable AND coalesce(c.attrs['ca'], 'false') <> 'true' AND NOT coalesce(p.harmless, FALSE)
  AND (c.lifetime_days > 825 OR c.expiry = 'never')
