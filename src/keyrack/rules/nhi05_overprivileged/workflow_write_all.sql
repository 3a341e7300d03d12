/*
id: workflow_write_all
title: Workflow's token may write everything in the repository
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CIS-SSCS:2.3.5"]
references: ["https://docs.github.com/actions/reference/security/secure-use"]
inputs: [repository.ci]
key: [job]
detects: >
  A GitHub Actions workflow, or a job of it, with `write-all` permissions. High when outsiders can start it (pull_request_target, issue_comment and the like).
why: Every action in the job - and whatever a dependency's install script does - may push code, publish releases and change other workflows' inputs.
remediation: |
  In {path}:{line} of {scope} replace `permissions: write-all` by `contents: read` at the top and name what a job needs beside it.
blind_spots: >
  Without a permissions key the token has the organisation's default, which the file does not show; that is not reported.
false_positives: None known; no job needs all scopes.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {path: .github/workflows/ci.yml, permissions: write-all}}]
    grants: [{identity_uid: "repo:acme/web:workflow/ci.yml", language: github, actions: ["*:write"], privilege: admin, attrs: {source_path: .github/workflows/ci.yml, line: "5"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {path: .github/workflows/ci.yml, permissions: "contents=write"}}]
    grants: [{identity_uid: "repo:acme/web:workflow/ci.yml", language: github, actions: ["contents:write"], privilege: write}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {path: .github/workflows/ci.yml, permissions: default}}]
*/
SELECT i.uid AS identity, coalesce(g.attrs['job'], 'every job') AS job, i.name, i.scope, coalesce(min(g.attrs['source_path']), i.attrs['path']) AS path,
  min(TRY_CAST(g.attrs['line'] AS BIGINT)) AS line, i.attrs['triggers'] AS triggers, i.owner,
  CASE WHEN regexp_matches(coalesce(i.attrs['triggers'], ''), 'pull_request_target|issue_comment|workflow_run|issues|discussion') THEN 'high' ELSE 'medium' END AS severity
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'github' AND g.effect = 'allow' AND (list_contains(g.actions, '*:write') OR list_contains(g.actions, 'write-all'))
GROUP BY i.uid, g.attrs['job'], i.name, i.scope, i.attrs['path'], i.attrs['triggers'], i.owner
