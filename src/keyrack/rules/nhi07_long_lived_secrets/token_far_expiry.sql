/*
id: token_far_expiry
title: Token stays valid for more than a year
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01", "OWASP-MCP-2025:MCP01"]
inputs: [machine.tool_credentials, machine.cloud_credentials, machine.agents, repository.secrets, any.credentials]
detects: |
  A usable token or client secret that was made for more than a year (or, where its start is unknown, still has more than a year
  to go). High for session tokens, which should live hours, beyond five years for any.
why: An end date so far off is no end date; a leaked copy stays useful for years.
remediation: Issue {name} anew for 90 days or less, move its consumers at {place}, and revoke the old one.
blind_spots: Tokens whose end date cannot be read from their value.
false_positives: >
  Offline licences and public identifiers in JWT form look like tokens; they authenticate nobody. Tokens of the role `anon` (Supabase,
  PostgREST) are public by design and not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, created_at: now-100d, expires_at: now+900d, expiry: set, name: TOKEN}]
    placements: [{credential_uid: "cred:fp:1", path: /etc/app/env}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, created_at: now-900d, rotated_at: now-20d, expires_at: now+60d, expiry: set, name: TOKEN}]  # made long ago, its value is new
    placements: [{credential_uid: "cred:fp:1", path: /etc/app/env}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, created_at: now-100d, expires_at: now+200d, expiry: set, name: TOKEN}]
    placements: [{credential_uid: "cred:fp:1", path: /etc/app/env}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, created_at: now-900d, expires_at: now-2d, expiry: set, name: TOKEN}]  # long, but over
    placements: [{credential_uid: "cred:fp:1", path: /etc/app/env}]
  - credentials: [{uid: "cred:at:x", kind: oauth_secret, issuer: azure, expires_at: now+900d, expiry: set, name: azuread_application_password.ci, attrs: {referenced: "true"}}]  # declared_long_lived_key
    placements: [{credential_uid: "cred:at:x", system: iac, exposure: config, path: main.tf, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa, created_at: now-100d, expires_at: now+3000d, expiry: set}]
*/
WITH places AS (
  SELECT p.credential_uid, min(p.scope) AS scope, min(p.path) AS path, min(p.line) AS line, bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') AS only_tests
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE c.expiry = 'set' AND c.expires_in_days > 30
  GROUP BY p.credential_uid
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, c.created_at AS issued_at, c.expires_at, c.lifetime_days,
  coalesce(p.path, c.attrs['endpoint'], c.issuer) AS place, p.scope AS found_in,
  CASE
    WHEN p.only_tests THEN 'low'
    WHEN c.kind = 'session_token' OR coalesce(c.lifetime_days, c.expires_in_days) > 1830 THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN p.only_tests THEN 'low' ELSE 'high' END AS confidence,
  p.path, p.line
FROM credentials c
LEFT JOIN places p ON p.credential_uid = c.uid
WHERE c.kind IN ('api_token', 'oauth_secret', 'session_token', 'refresh_token', 'secret') AND c.usable AND c.expires_in_days > 30
  AND coalesce(c.lifetime_days, c.expires_in_days) > 366 AND coalesce(c.attrs['referenced'], 'false') <> 'true'
  AND c.attrs['placeholder'] IS NULL AND coalesce(c.attrs['rotation_enabled'], 'false') <> 'true'
