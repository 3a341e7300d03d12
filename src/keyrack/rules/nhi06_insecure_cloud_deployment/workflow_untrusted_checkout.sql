/*
id: workflow_untrusted_checkout
title: Privileged workflow checks out code of a pull request
severity: high
confidence: medium
owasp: NHI6:2025
frameworks: ["NIST-800-53:SA-11", "CSF-2.0:PR.PS-06"]
references: ["https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/"]
inputs: [repository.ci]
key: []
detects: |
  A GitHub workflow that runs with the base repository's secrets and token on an event outsiders can cause
  (`pull_request_target`, `workflow_run`, `issue_comment`...) and that fetches the pull request's head. Critical where it also
  names secrets, may mint OIDC tokens or holds a writing token; low where a condition of the job or step lets only pull requests
  from the repository itself through, which need write access to it.
why: |
  Building, testing or linting that code runs it: a stranger's pull request executes with the repository's secrets, its
  write token and every cloud role that trusts it.
remediation: |
  In {path} of {repository} run untrusted code on `pull_request` (no secrets, read-only token) and pass results on as
  artifacts; or drop the checkout of the head and keep only steps that read the event. Until then {meanwhile}.
blind_spots: Actions that check out code themselves, and scripts that build the reference from several variables, are not seen.
false_positives: |
  A job that only reads the fetched files as data, or that is gated by a label, an environment approval or the author's
  association, can be safe; those gates are not evaluated, hence medium confidence.
bad:
  - identities: [{uid: "repo:acme/web:workflow/pr.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: pull_request_target, untrusted_checkout: "true", oidc: "false", permissions: "contents=write", path: .github/workflows/pr.yml}}]
  - identities: [{uid: "repo:acme/web:workflow/same.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: pull_request_target, untrusted_checkout: gated, oidc: "false", permissions: default, path: .github/workflows/same.yml}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/pr.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: pull_request, untrusted_checkout: "false", permissions: "contents=read", path: .github/workflows/pr.yml}}]
  - identities: [{uid: "repo:acme/web:workflow/label.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web,
      attrs: {triggers: pull_request_target, untrusted_checkout: "false", permissions: "pull-requests=write", path: .github/workflows/label.yml}}]
*/
WITH secrets AS (
  SELECT p.consumer_uid, string_agg(DISTINCT c.name, ', ' ORDER BY c.name) AS names
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE p.system = 'ci_file' AND p.consumer_uid IS NOT NULL AND c.attrs['referenced'] = 'true'
  GROUP BY p.consumer_uid
)
SELECT i.uid AS identity, i.name, i.scope AS repository, i.attrs['triggers'] AS triggers, i.attrs['permissions'] AS token_permissions,
  i.attrs['oidc'] AS may_mint_oidc_token, s.names AS secrets,
  CASE
    WHEN i.attrs['untrusted_checkout'] = 'gated' THEN 'low'
    WHEN s.names IS NOT NULL OR i.attrs['oidc'] = 'true' OR regexp_matches(coalesce(i.attrs['permissions'], ''), 'write') THEN 'critical'
    ELSE 'high' END AS severity,
  CASE WHEN i.attrs['untrusted_checkout'] = 'gated' THEN 'keep the condition that shuts forks out on every job that fetches the head'
    ELSE 'disable the workflow (`gh workflow disable {file} --repo {repository}`), since removing permissions does not take its secrets away' END AS meanwhile,
  regexp_extract(i.attrs['path'], '[^/]+$') AS file, i.attrs['path'] AS path, CAST(i.attrs['line'] AS BIGINT) AS line
FROM identities i
LEFT JOIN secrets s ON s.consumer_uid = i.uid
WHERE i.type = 'github:workflow' AND i.attrs['untrusted_checkout'] IN ('true', 'gated')
