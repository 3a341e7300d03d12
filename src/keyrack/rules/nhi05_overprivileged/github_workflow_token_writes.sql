/*
id: github_workflow_token_writes
title: Every workflow may write by default, or approve pull requests
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: [CIS-GitHub-1.0:4.2.1, "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/en/organizations/managing-organization-settings/disabling-or-limiting-github-actions-for-your-organization"]
inputs: [github.organization]
key: [resource]
detects: >
  An organisation whose workflow token (GITHUB_TOKEN) writes unless a workflow says otherwise, or whose workflows may approve pull
  requests. High where both hold: a workflow can then change code and approve the change.
why: Any action that any workflow pulls in - and any injected title or branch name - gets a token that pushes code, packages and releases.
remediation: |
  Settings > Actions > General of {scope}: "Read repository contents and packages permissions", and clear "Allow GitHub Actions to create and approve pull
  requests". First add `permissions:` to the workflows that write ({repositories} repositories take the default).
blind_spots: Workflows that state their own permissions are not in danger; the repository provider reads that. Settings of single repositories under a read-only default cannot widen it.
false_positives: An organisation all of whose workflows state their permissions; the setting still decides for the next one.
bad:
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {token_default: write, token_approves: "false"}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {token_default: read, token_approves: "true"}}]
good:
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {token_default: read, token_approves: "false"}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {default_permission: read}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {token_default: write, token_approves: "true", actions_enabled: none}}]
*/
WITH writing AS (
  SELECT split_part(i.uid, ':', 2) AS org, count(*) AS repositories FROM identities i
  WHERE i.type = 'github:actions' AND i.attrs['token_default'] = 'write' GROUP BY split_part(i.uid, ':', 2)
)
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.source_id, r.name, r.scope, r.attrs['token_default'] AS token_default,
  r.attrs['token_approves'] AS may_approve, coalesce(w.repositories, 0) AS repositories,
  CASE WHEN r.attrs['token_default'] = 'write' AND r.attrs['token_approves'] = 'true' THEN 'high' WHEN r.attrs['token_default'] = 'write' THEN 'medium' ELSE 'low' END AS severity
FROM resources r
LEFT JOIN writing w ON w.org = r.scope
WHERE r.type = 'github:organization' AND (r.attrs['token_default'] = 'write' OR r.attrs['token_approves'] = 'true')
  AND coalesce(r.attrs['actions_enabled'], 'all') <> 'none'
