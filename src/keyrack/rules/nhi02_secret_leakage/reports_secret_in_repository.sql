/*
id: reports_secret_in_repository
title: Another tool found a secret in a repository's commits, and Keyrack has not seen it there
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [reports.secrets]
key: [credential, scope]
detects: >
  A credential that the report of a secret scanner places in a commit of a repository, where no scan of ours places it: a repository that is not a source
  of Keyrack, or a value that our own scanner does not take for a secret. Whether a file at HEAD still has it, the report does not say. Critical
  while a fresh report says that its issuer still accepted it.
why: Whoever clones the repository receives every commit. Deleting the line took nothing back.
remediation: |
  Rotate {name} {where_to_rotate} and revoke the old value; only that ends the exposure. It is in commit {commit} of {scope} ({path}), says {seen_by}.
  Make {scope} a source of Keyrack, so that its other secrets, pipelines and owners are known too.
blind_spots: What the tool did not scan, and commits since its report of {reported_at}.
false_positives: >
  A value already revoked at an issuer we cannot ask. Samples, and values that their issuer refused, are not reported; in paths that look like tests,
  examples or vendored code tokens are low and keys and passwords info.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/attic, path: a.py, commit: c1, attrs: {seen_by: "trufflehog, Slack", report: r.jsonl}}]
  - credentials: [{uid: "cred:at:acme/attic:a.py/line 4", kind: api_token, issuer: slack}]  # its value is hidden
    placements: [{credential_uid: "cred:at:acme/attic:a.py/line 4", system: git_history, exposure: committed, scope: acme/attic, path: a.py, line: 4, commit: c1, attrs: {seen_by: "gitleaks, slack-bot-token", report: r.json, hidden: redacted}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]  # our own scan has it
    placements:
      - {credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/web, path: a.py, commit: c1, attrs: {seen_by: "trufflehog, Slack", report: r.jsonl}}
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: a.py}
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/attic, path: a.py, commit: c1, attrs: {seen_by: "gitleaks, x", report: r.json}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]  # refused by its issuer
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/attic, path: a.py, commit: c1, state: dead, attrs: {seen_by: "kingfisher, x", report: r.json}}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1}]  # the id alone
    placements: [{credential_uid: "cred:aws:A1", system: git_history, exposure: committed, scope: acme/attic, path: a.py, commit: c1, attrs: {seen_by: "gitleaks, aws-access-token", report: r.json, referenced: "true"}}]
*/
WITH ours AS (
  SELECT DISTINCT credential_uid, scope FROM placements
  WHERE system IN ('git_history', 'git_head', 'ci_file', 'iac', 'agent_config', 'state_file', 'file') AND attrs['seen_by'] IS NULL
),
made AS (
  SELECT credential_uid, scope, min(attrs['report']) AS report, max(attrs['reported_at']) AS reported_at FROM placements
  WHERE system = 'git_history' AND attrs['seen_by'] IS NOT NULL GROUP BY credential_uid, scope
)
SELECT min(e.identity) AS identity, e.credential, e.scope,
  CASE WHEN bool_or(e.severity = 'critical') THEN 'critical' WHEN bool_or(e.severity = 'high') THEN 'high'
    WHEN bool_or(e.severity = 'medium') THEN 'medium' ELSE max(e.severity) END AS severity,
  CASE WHEN bool_or(e.confidence = 'high') THEN 'high' WHEN bool_or(e.confidence = 'medium') THEN 'medium' ELSE 'low' END AS confidence,
  min(e.path) AS path, min(e.line) AS line, min(e.commit) AS commit, min(e.seen_at) AS committed_at, min(e.author) AS committed_by, min(e.name) AS name,
  min(e.kind) AS kind, min(e.issuer) AS issuer, min(e.where_to_rotate) AS where_to_rotate, max(e.state) AS live_check,
  string_agg(DISTINCT e.told_by, '; ' ORDER BY e.told_by) AS seen_by, min(m.report) AS report, max(m.reported_at) AS reported_at
FROM exposed e
JOIN made m ON m.credential_uid = e.credential AND m.scope = e.scope
LEFT JOIN ours o ON o.credential_uid = e.credential AND o.scope = e.scope
WHERE e.system = 'git_history' AND e.told_by IS NOT NULL AND o.credential_uid IS NULL
GROUP BY e.credential, e.scope
