/*
id: workflow_id_token_for_all_jobs
title: Every job of the workflow may mint an OIDC token
severity: low
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions"]
inputs: [repository.ci]
key: []
detects: |
  `id-token: write` (or `write-all`) in the top-level `permissions` of a GitHub workflow with more than one job.
why: |
  The token is the key to every cloud role that trusts the repository. Granted at the top, the jobs that lint or test - and
  the third-party actions in them - can mint it too, not only the job that deploys.
remediation: |
  In {path}:{line} of {repository} {change} and give that right to the one job that deploys:
  `jobs.<job>.permissions: {id-token: write, contents: read}`.
blind_spots: Jobs in called workflows are counted in their own file.
false_positives: A workflow in which every job really federates loses nothing by stating it once.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {jobs: "3", path: .github/workflows/ci.yml}}]
    grants: [{identity_uid: "repo:acme/web:workflow/ci.yml", language: github, actions: ["contents:read", "id-token:write"], policy: permissions}]
good:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {jobs: "3", path: .github/workflows/ci.yml}}]
    grants: [{identity_uid: "repo:acme/web:workflow/ci.yml", language: github, actions: ["id-token:write"], policy: jobs.deploy.permissions, attrs: {job: deploy}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {jobs: "1", path: .github/workflows/ci.yml}}]
    grants: [{identity_uid: "repo:acme/web:workflow/ci.yml", language: github, actions: ["id-token:write"], policy: permissions}]
*/
SELECT i.uid AS identity, i.name, i.scope AS repository, i.attrs['jobs'] AS jobs, i.attrs['permissions'] AS token_permissions,
  CASE WHEN list_contains(g.actions, '*:write') THEN 'replace `write-all`, which includes the right to mint tokens, by `contents: read`'
    ELSE 'take `id-token: write` out of the top-level permissions' END AS change,
  i.attrs['path'] AS path, CAST(g.attrs['line'] AS BIGINT) AS line
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'github' AND g.policy = 'permissions'
  AND (list_contains(g.actions, 'id-token:write') OR list_contains(g.actions, '*:write'))
  AND CAST(coalesce(i.attrs['jobs'], '0') AS INTEGER) > 1
