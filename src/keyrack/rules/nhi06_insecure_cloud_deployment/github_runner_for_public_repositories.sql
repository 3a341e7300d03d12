/*
id: github_runner_for_public_repositories
title: Self-hosted runners take jobs of public repositories
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:SC-39", "NIST-800-53:CM-7", "CSF-2.0:PR.PS-05"]
references: ["https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners"]
inputs: [github.runners, github.repositories]
key: [resource]
detects: >
  A group of self-hosted runners, with runners in it, that public repositories may use and that is not limited to named workflows. High
  while the organisation has a public repository, medium before it does. Medium too where every runner does one job and goes.
why: Anybody in the world can open a pull request whose workflow runs on your machine, inside your network, beside what the last job left there.
remediation: |
  Settings > Actions > Runner groups > {name} of {scope}: clear "Allow public repositories", or limit the group to named workflows; give public
  repositories GitHub's own runners.
blind_spots: Runners of single repositories and of the enterprise; which repositories the group was given.
false_positives: Fork pull requests that need approval first are still approved by somebody in a hurry.
bad:
  - identities: [{uid: "github:acme:runner/gpu-1", kind: cicd, type: "github:runner", name: gpu-1, provider: github, scope: acme, attrs: {runner_group: gpu, ephemeral: "false"}}]
    resources:
      - {uid: "github:acme:runner-group/gpu", type: "github:runner-group", name: gpu, provider: github, scope: acme, attrs: {public_repositories: "true", restricted_to_workflows: "false", runners: "1"}}
      - {uid: "github:acme:repo/site", type: "github:repository", name: site, provider: github, scope: acme, attrs: {visibility: public, archived: "false"}}
good:
  - resources:
      - {uid: "github:acme:runner-group/gpu", type: "github:runner-group", name: gpu, provider: github, scope: acme, attrs: {public_repositories: "false", restricted_to_workflows: "false", runners: "1"}}
      - {uid: "github:acme:repo/site", type: "github:repository", name: site, provider: github, scope: acme, attrs: {visibility: public, archived: "false"}}
  - resources: [{uid: "github:acme:runner-group/gpu", type: "github:runner-group", name: gpu, provider: github, scope: acme, attrs: {public_repositories: "true", restricted_to_workflows: "true", runners: "1"}}]
  - resources: [{uid: "github:acme:runner-group/empty", type: "github:runner-group", name: empty, provider: github, scope: acme, attrs: {public_repositories: "true", restricted_to_workflows: "false", runners: "0"}}]
*/
WITH lasting AS (
  SELECT i.scope, i.attrs['runner_group'] AS name, bool_and(coalesce(i.attrs['ephemeral'], 'false') = 'true') AS ephemeral, string_agg(i.name, ', ' ORDER BY i.name) AS runners
  FROM identities i WHERE i.type = 'github:runner' GROUP BY i.scope, i.attrs['runner_group']
),
public AS (
  SELECT scope, count(*) AS repositories FROM resources
  WHERE type = 'github:repository' AND attrs['visibility'] = 'public' AND attrs['archived'] = 'false' GROUP BY scope
)
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.source_id, r.name, r.scope, l.runners, coalesce(p.repositories, 0) AS public_repositories,
  CASE WHEN coalesce(l.ephemeral, FALSE) OR p.scope IS NULL THEN 'medium' ELSE 'high' END AS severity
FROM resources r
LEFT JOIN lasting l ON l.scope = r.scope AND l.name = r.name
LEFT JOIN public p ON p.scope = r.scope
WHERE r.type = 'github:runner-group' AND r.attrs['public_repositories'] = 'true' AND coalesce(r.attrs['restricted_to_workflows'], 'false') <> 'true'
  AND coalesce(r.attrs['runners'], '1') <> '0'
