/*
id: reports_secret_in_image
title: Another tool found a secret in a container image or a build log
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "NIST-800-190:3.1.4"]
inputs: [reports.secrets]
key: [credential, scope, path]
detects: >
  The value of a credential in a layer of a container image, or in the log of a build or service, by the report of a secret scanner.
why: Images are pulled to every node and kept in every registry and cache; logs are shipped to whoever runs the log store. A later layer hides nothing.
remediation: |
  Rotate {name} {where_to_rotate} and revoke the old value. Then build {scope} again without it (a build secret, or a variable given at start), and
  delete the old tags; mask the value in the pipeline that printed it.
blind_spots: Images and logs that the tool was not shown; what was built since its report.
false_positives: Values that only tests inside the image use. Samples and values that their issuer refused are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: image, exposure: config, scope: acme/web, path: /app/.npmrc, attrs: {seen_by: "trufflehog, NpmToken", report: r.jsonl}}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: log, exposure: ci, scope: "circleci:acme/web", path: "7", attrs: {seen_by: "trufflehog, Postgres", report: r.jsonl}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: image, exposure: config, scope: acme/web, path: /app/.npmrc, attrs: {seen_by: "trufflehog, NpmToken", report: r.jsonl}}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1}]  # the id alone
    placements: [{credential_uid: "cred:aws:A1", system: image, exposure: config, scope: acme/web, path: /app/a.py, attrs: {seen_by: "gitleaks, aws-access-token", report: r.json, referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: image, exposure: config, scope: acme/web, path: /app/.npmrc, state: dead, attrs: {seen_by: "kingfisher, npm", report: r.jsonl}}]
*/
WITH told AS (
  SELECT credential_uid, scope, path, min(attrs['seen_by']) AS seen_by, min(attrs['report']) AS report, max(attrs['reported_at']) AS reported_at
  FROM placements WHERE system IN ('image', 'log') AND attrs['seen_by'] IS NOT NULL GROUP BY credential_uid, scope, path
)
SELECT min(e.identity) AS identity, e.credential, e.scope, e.path, min(e.severity) AS severity, min(e.confidence) AS confidence, min(e.name) AS name,
  min(e.kind) AS kind, min(e.issuer) AS issuer, min(e.where_to_rotate) AS where_to_rotate, min(e.system) AS found_in, min(t.seen_by) AS seen_by,
  min(t.report) AS report, max(t.reported_at) AS reported_at, max(e.state) AS live_check
FROM exposed e
JOIN told t ON t.credential_uid = e.credential AND t.scope = e.scope AND t.path = e.path
WHERE e.system IN ('image', 'log')
GROUP BY e.credential, e.scope, e.path
