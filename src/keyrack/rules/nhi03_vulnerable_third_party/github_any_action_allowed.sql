/*
id: github_any_action_allowed
title: Workflows may run anybody's action, pinned or not
severity: low
confidence: high
owasp: NHI3:2025
frameworks: [CIS-GitHub-1.0:4.2.1, "NIST-800-53:SR-3", "CSF-2.0:GV.SC-07"]
references: ["https://docs.github.com/en/organizations/managing-organization-settings/disabling-or-limiting-github-actions-for-your-organization"]
inputs: [github.organization]
key: [resource]
detects: >
  An organisation whose repositories may use every public action and reusable workflow, without the rule that actions are pinned to a commit.
  Medium while the workflow token writes by default, because every such action then gets a token that pushes.
why: >
  An action is somebody else's code that runs with your job's token, secrets and cloud sign-in. A tag moves: those who took over a popular
  action read the secrets of all who used it, within minutes.
remediation: |
  Settings > Actions > Policies of {scope}: allow your own and GitHub's actions plus a list of others, or require that actions are pinned to a
  full-length commit SHA (`gh api -X PUT orgs/{scope}/actions/permissions -f enabled_repositories=all -f allowed_actions=selected -F sha_pinning_required=true`).
blind_spots: Which actions are in use (the repository provider reads that); what an enterprise's policy says above the organisation.
false_positives: An organisation that checks actions by review alone; the setting still decides about the next workflow.
bad:
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {actions_allowed: all, actions_enabled: all, actions_pinned: "false"}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {actions_allowed: all, actions_enabled: selected}}]
good:
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {actions_allowed: selected, actions_enabled: all, actions_pinned: "false"}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {actions_allowed: all, actions_enabled: all, actions_pinned: "true"}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {actions_allowed: all, actions_enabled: none}}]
  - resources: [{uid: "github:acme:organization/acme", type: "github:organization", name: Acme, provider: github, scope: acme, attrs: {default_permission: read}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.source_id, r.name, r.scope, r.attrs['actions_enabled'] AS repositories,
  coalesce(r.attrs['actions_pinned'], 'not stated') AS must_be_pinned, r.attrs['token_default'] AS token_default,
  CASE WHEN r.attrs['token_default'] = 'write' THEN 'medium' ELSE 'low' END AS severity
FROM resources r
WHERE r.type = 'github:organization' AND r.attrs['actions_allowed'] = 'all' AND coalesce(r.attrs['actions_pinned'], 'false') <> 'true'
  AND coalesce(r.attrs['actions_enabled'], 'all') <> 'none'
