/*
id: workflow_pull_request_target_secrets
title: Workflow on pull_request_target uses secrets
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.PS-06"]
references: ["https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_target"]
inputs: [repository.ci]
key: []
detects: |
  A GitHub workflow started by `pull_request_target` that names secrets of the repository (the job's own `GITHUB_TOKEN` does not
  count) without checking out the pull request's head; with such a checkout it is workflow_untrusted_checkout.
why: |
  The event hands secrets to runs that any stranger can start. One step that puts the pull request's title, branch name or
  files into a shell is then enough to read them.
remediation: |
  In {path} of {repository} move the steps that need {secrets} to a workflow on `push` or `workflow_run` that takes only an
  artifact, or put them behind an environment with required reviewers.
blind_spots: |
  Secrets used inside a reusable workflow called with `secrets: inherit` show as "all secrets".
false_positives: A triage workflow that posts with an app's token and never touches the pull request's content is safe in practice.
bad:
  - identities: [{uid: "repo:acme/web:workflow/pr.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: "pull_request_target,push", untrusted_checkout: "false", path: .github/workflows/pr.yml}}]
    credentials: [{uid: "cred:a", kind: secret, issuer: github-actions, name: NPM_TOKEN, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:a", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/pr.yml, line: 9, consumer_uid: "repo:acme/web:workflow/pr.yml"}]
good:
  - identities: [{uid: "repo:acme/web:workflow/label.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: pull_request_target, untrusted_checkout: "false", path: .github/workflows/label.yml}}]  # only its own token
  - identities: [{uid: "repo:acme/web:workflow/pr.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: "pull_request", untrusted_checkout: "false", path: .github/workflows/pr.yml}}]  # forks get no secrets here
    credentials: [{uid: "cred:a", kind: secret, issuer: github-actions, name: NPM_TOKEN, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:a", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/pr.yml, line: 9, consumer_uid: "repo:acme/web:workflow/pr.yml"}]
*/
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS repository, min(i.attrs['triggers']) AS triggers,
  min(i.attrs['permissions']) AS token_permissions, string_agg(DISTINCT c.name, ', ' ORDER BY c.name) AS secrets,
  min(p.path) AS path, min(p.line) AS line
FROM identities i
JOIN placements p ON p.consumer_uid = i.uid
JOIN credentials c ON c.uid = p.credential_uid
WHERE i.type = 'github:workflow' AND coalesce(i.attrs['untrusted_checkout'], 'false') = 'false'
  AND regexp_matches(coalesce(i.attrs['triggers'], ''), '(^|,)pull_request_target(,|$)')
  AND p.system = 'ci_file' AND c.attrs['referenced'] = 'true'
GROUP BY i.uid
