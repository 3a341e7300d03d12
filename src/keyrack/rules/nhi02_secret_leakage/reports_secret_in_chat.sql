/*
id: reports_secret_in_chat
title: Another tool found a secret in a chat, ticket or wiki
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [reports.secrets]
key: [credential, scope, path]
detects: >
  The value of a credential in a message, ticket, page or shared document (Slack, Teams, Jira, Confluence, SharePoint, Drive, Postman), by the
  report of a secret scanner. Critical while the scanner's report is fresh and says that its issuer still accepted it.
why: Everybody in the channel has it, and so have search, exports, archives, assistants that read along, and whoever joins next year.
remediation: |
  Rotate {name} {where_to_rotate} and revoke the old value, then delete the message in {scope} ({path}); deleting alone leaves copies.
blind_spots: Channels, spaces and boards that the tool was not let into; what was posted since its report.
false_positives: Values already revoked at an issuer nobody asked. Samples and values that their issuer refused are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: config, scope: "slack:payments", path: "1700000000.1", detector: "trufflehog:Slack", attrs: {seen_by: "trufflehog, Slack", report: r.jsonl}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: config, scope: "slack:payments", path: "1", detector: "trufflehog:Slack", attrs: {seen_by: "trufflehog, Slack", report: r.jsonl}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]  # its issuer refused it
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: config, scope: "slack:payments", path: "1", state: dead, detector: "trufflehog:Slack", attrs: {seen_by: "kingfisher, x", report: r.jsonl}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]  # github_secret_in_discussion reports it
    placements: [{credential_uid: "cred:fp:1", system: chat, exposure: config, scope: "acme/web", path: "issue 1", detector: "github:slack"}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, status: revoked, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: chat, exposure: config, scope: "jira:PAY-1", path: comment, detector: "trufflehog:AWS", attrs: {seen_by: "trufflehog, AWS", report: r.jsonl}}]
*/
WITH told AS (
  SELECT credential_uid, scope, path, min(attrs['seen_by']) AS seen_by, min(attrs['report']) AS report, max(attrs['reported_at']) AS reported_at
  FROM placements WHERE system = 'chat' AND attrs['seen_by'] IS NOT NULL GROUP BY credential_uid, scope, path
)
SELECT min(e.identity) AS identity, e.credential, e.scope, e.path, min(e.severity) AS severity, min(e.confidence) AS confidence, min(e.name) AS name,
  min(e.kind) AS kind, min(e.issuer) AS issuer, min(e.where_to_rotate) AS where_to_rotate, min(t.seen_by) AS seen_by, min(t.report) AS report,
  max(t.reported_at) AS reported_at, max(e.state) AS live_check
FROM exposed e
JOIN told t ON t.credential_uid = e.credential AND t.scope = e.scope AND t.path = e.path
WHERE e.system = 'chat'
GROUP BY e.credential, e.scope, e.path
