/*
id: tls_certificate_over_cap
title: Publicly trusted TLS certificate lives longer than the CA/Browser Forum allows
severity: low
confidence: medium
owasp: NHI7:2025
frameworks: ["NIST-800-53:SC-17", "CSF-2.0:PR.DS-02"]
references: ["https://cabforum.org/working-groups/server/baseline-requirements/requirements/"]
inputs: [aws.server_certificates, machine.certificates, repository.secrets]
detects: |
  A server certificate issued by a publicly trusted authority for more than 398 days (issued since 1 September 2020), 200 days (since
  15 March 2026), 100 days (since 15 March 2027) or 47 days (since 15 March 2029; ballot SC-081v3). The authority is recognised by
  its name; private and self-signed certificates have no such cap.
why: Browsers refuse it, and its renewal is clearly done by hand; the caps will shorten until only automation keeps up.
remediation: |
  Replace {name} at {place} (issued by {issuer_name} for {lifetime_days} days) by one from an automated issuer (ACME), and remove the manual
  renewal from the team's calendar.
blind_spots: Public authorities that are not in the rule's list. Certificates that are served but not stored in a scanned place.
false_positives: A private authority that borrows a public one's name. Client and code-signing certificates of public authorities have other caps.
bad:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: 2026-04-01T00:00:00Z, expires_at: 2027-04-20T00:00:00Z, expiry: set,
      attrs: {subject: "CN=api.acme.example", issuer_name: "CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US", self_signed: "false", ca: "false"}}]
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
good:
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: 2026-04-01T00:00:00Z, expires_at: 2028-04-20T00:00:00Z, expiry: set,
      attrs: {subject: "CN=api.acme.example", issuer_name: "CN=Acme Internal Issuing CA,O=Acme", self_signed: "false", ca: "false"}}]  # private PKI
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: 2026-03-01T00:00:00Z, expires_at: 2027-03-20T00:00:00Z, expiry: set,
      attrs: {subject: "CN=api.acme.example", issuer_name: "CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US", self_signed: "false", ca: "false"}}]  # issued before the cap
    placements: [{credential_uid: "cred:x509:aa", path: /etc/nginx/tls/api.pem}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: 2026-04-01T00:00:00Z, expires_at: 2036-04-01T00:00:00Z, expiry: set,
      attrs: {subject: "CN=R12,O=Let's Encrypt,C=US", issuer_name: "CN=ISRG Root X1,O=Internet Security Research Group,C=US", self_signed: "false", ca: "true"}}]  # an authority
*/
WITH places AS (
  SELECT p.credential_uid, min(p.path) AS path, min(p.line) AS line, min(p.scope) AS scope
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE c.kind = 'certificate'
  GROUP BY p.credential_uid
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.public_id, c.attrs['subject'] AS subject, c.attrs['issuer_name'] AS issuer_name,
  c.created_at AS valid_from, c.expires_at, c.lifetime_days,
  CASE
    WHEN c.created_at >= CAST('2029-03-15' AS TIMESTAMPTZ) THEN 47 WHEN c.created_at >= CAST('2027-03-15' AS TIMESTAMPTZ) THEN 100
    WHEN c.created_at >= CAST('2026-03-15' AS TIMESTAMPTZ) THEN 200 ELSE 398 END AS allowed_days,
  coalesce(p.path, c.attrs['endpoint'], c.public_id) AS place, p.path, p.line
FROM credentials c
LEFT JOIN places p ON p.credential_uid = c.uid
WHERE c.kind = 'certificate' AND c.usable AND c.lifetime_days > 47 AND c.created_at >= CAST('2020-09-01' AS TIMESTAMPTZ)
  AND coalesce(c.attrs['ca'], 'false') <> 'true' AND coalesce(c.attrs['self_signed'], 'false') <> 'true'
  AND c.lifetime_days > CASE
    WHEN c.created_at >= CAST('2029-03-15' AS TIMESTAMPTZ) THEN 47 WHEN c.created_at >= CAST('2027-03-15' AS TIMESTAMPTZ) THEN 100
    WHEN c.created_at >= CAST('2026-03-15' AS TIMESTAMPTZ) THEN 200 ELSE 398 END
  AND regexp_matches(c.attrs['issuer_name'],
    'O=(DigiCert|Let.s Encrypt|Internet Security Research Group|Sectigo|COMODO|GlobalSign|Amazon|Google Trust Services|GoDaddy|Starfield|Entrust|ZeroSSL|SSL Corp|Buypass|Actalis|Unizeto|Asseco|HARICA|Hellenic Academic|IdenTrust|QuoVadis|SwissSign|Telia|D-Trust|Microsoft Corporation|GEANT|Certigna|Dhimyotis|Network Solutions|Trustwave|TrustAsia|WISeKey|e-commerce monitoring|Certainly)')
