/*
id: github_secret_in_discussion
title: Secret was written into an issue, pull request or comment
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.DS-01"]
references: ["https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns"]
inputs: [github.secret_scanning]
key: [credential, scope, path]
detects: A credential that secret scanning found outside the code, in an issue, a pull request, a discussion or a comment on one. Critical while its issuer still accepts it.
why: It was mailed to everybody who watches the thread, is kept in its edit history, and no clean-up of the repository touches it.
remediation: |
  Rotate {label} {where_to_rotate}, take it out of {path} in {scope} (and delete the old revision from the edit history), then close alert {alert} as revoked.
blind_spots: Repositories without secret scanning; attachments and pictures.
false_positives: Alerts closed as false positives or as used in tests are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: Stripe key}]
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: committed, scope: acme/web, path: issues/12, detector: "github:stripe_api_key", attrs: {alert: "2"}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, attrs: {placeholder: resolved as a false positive in GitHub}}]
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: committed, scope: acme/web, path: issues/12, detector: "github:stripe_api_key", attrs: {alert: "2"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, status: revoked}]
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: committed, scope: acme/web, path: issues/12, detector: "github:stripe_api_key", attrs: {alert: "2"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/web, path: a.py, detector: "github:stripe_api_key", attrs: {alert: "3"}}]
*/
SELECT min(e.identity) AS identity, e.credential, e.scope, e.path, min(e.label) AS label, min(e.name) AS name, min(e.issuer) AS issuer, min(e.where_to_rotate) AS where_to_rotate,
  coalesce(min(p.alert), 'of it') AS alert, min(e.seen_at) AS found_at, bool_or(e.exposure = 'public') AS readable_by_everybody,
  CASE WHEN bool_or(e.severity = 'critical') THEN 'critical' WHEN bool_and(e.severity = 'info') THEN 'info' WHEN bool_or(e.severity = 'high') THEN 'high' ELSE 'medium' END AS severity,
  min(e.confidence) AS confidence
FROM exposed e
JOIN (SELECT credential_uid, scope, path, min(attrs['alert']) AS alert FROM placements WHERE system = 'chat' GROUP BY credential_uid, scope, path) p
  ON p.credential_uid = e.credential AND p.scope = e.scope AND p.path = e.path
WHERE e.system = 'chat' AND starts_with(e.detector, 'github:') AND NOT e.test_path
GROUP BY e.credential, e.scope, e.path
