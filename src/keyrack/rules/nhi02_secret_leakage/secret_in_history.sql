/*
id: secret_in_history
title: Secret is in git history or on another branch, though in no file at HEAD
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [repository.history]
key: [credential, scope]
detects: >
  The value of a credential in an earlier commit of a repository, or in the files of a branch other than the one checked out, and in no file
  of the current commit. `lives_in` says which.
why: >
  Whoever clones the repository receives every commit. A secret that was deleted and not rotated is exactly as usable as before, and
  nobody looks for it any more.
remediation: |
  Rotate {name} {where_to_rotate} and revoke the old value; only that ends the exposure. It lives in {lives_in}.
  Rewriting history ({first_commit}, {path} in {scope})
  does not reach clones that already exist. Once the issuer refuses the old value this finding closes with the next scan.
blind_spots: Commits cut off by a shallow clone, unreachable objects, force-pushed branches that the remote still serves.
false_positives: >
  A value already revoked at an issuer we cannot ask; keys that their issuer reports as inactive are low, expired or revoked ones are
  not reported. In paths that look like tests, examples or vendored code tokens are low and keys and passwords info.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/web, path: app/config.py, commit: c1}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/web, path: app/config.py, commit: c1, attrs: {branch_tip: feature/login}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]
    placements:
      - {credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/web, path: app/old.py, commit: c1}
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: app/config.py}
  - credentials: [{uid: "cred:aws:A1", kind: access_key, status: revoked, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: git_history, exposure: committed, scope: acme/web, path: app/config.py}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1}]  # reports_secret_in_repository
    placements: [{credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/attic, path: a.py, commit: c1, attrs: {seen_by: "trufflehog, Slack"}}]
*/
WITH past AS (
  SELECT credential, scope, min(identity) AS identity,
    CASE WHEN bool_or(severity = 'critical') THEN 'critical' WHEN bool_or(severity = 'high') THEN 'high'
      WHEN bool_or(severity = 'medium') THEN 'medium' ELSE max(severity) END AS severity,
    CASE WHEN bool_or(confidence = 'high') THEN 'high' WHEN bool_or(confidence = 'medium') THEN 'medium' ELSE 'low' END AS confidence,
    min(path) AS path, min(commit) AS first_commit, min(last_commit) AS last_commit, min(seen_at) AS committed_at, min(author) AS committed_by,
    min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer, max(state) AS live_check,
    min(detector) AS recognised_by,
    coalesce('the files of branch ' || min(branch_tip), 'earlier commits only') AS lives_in
  FROM exposed WHERE system = 'git_history' AND told_by IS NULL GROUP BY credential, scope
),
still AS (
  SELECT DISTINCT credential_uid, scope FROM placements WHERE system IN ('git_head', 'ci_file', 'iac', 'agent_config', 'state_file')
    AND coalesce(attrs['referenced'], 'false') <> 'true'
)
SELECT past.*
FROM past
LEFT JOIN still ON still.credential_uid = past.credential AND still.scope = past.scope
WHERE still.credential_uid IS NULL
