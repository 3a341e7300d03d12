/*
id: github_environment_unprotected
title: Any branch can take the secrets of the production environment
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:CM-5", "NIST-800-53:AC-3", "CSF-2.0:PR.PS-06"]
references: ["https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments"]
inputs: [github.environments, github.secrets, github.repositories]
key: [resource]
detects: >
  An environment that is production by its name, holds secrets, has no required reviewer and no custom rule, and lets every branch
  deploy - also one limited to protected branches in a repository that has none, where GitHub lets every branch through.
why: >
  Whoever may push a branch - most of the company - adds a job with `environment: {name}` to a workflow on it, and the job prints the keys of production.
remediation: |
  Settings > Environments > {name} of {scope}: limit deployment branches to the default branch (protect it first: {protection}), and require a reviewer.
blind_spots: Which branches a listed policy names; what custom protection rules decide; environments whose name does not say production.
false_positives: Repositories where nobody but the deployers may push.
bad:
  - resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod, attrs: {branches: any, reviewers: "0", rules: "0", secrets: "2"}}]
  - resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod, attrs: {branches: protected-none, reviewers: "0", rules: "0", secrets: "1"}}]
good:
  - resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod, attrs: {branches: protected, reviewers: "0", rules: "0", secrets: "2"}}]
  - resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod, attrs: {branches: any, reviewers: "2", rules: "0", secrets: "2"}}]
  - resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod, attrs: {branches: any, reviewers: "0", rules: "0", secrets: "0"}}]
  - resources: [{uid: "github:acme:environment/web/staging", type: "github:environment", name: staging, provider: github, scope: acme/web, environment: nonprod, attrs: {branches: any, reviewers: "0", rules: "0", secrets: "2"}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, e.uid AS resource, e.source_id, e.name, e.scope, e.attrs['branches'] AS branches, e.attrs['secrets'] AS secrets,
  CASE coalesce(r.attrs['protected'], 'unknown') WHEN 'reviews' THEN 'it is' WHEN 'rule' THEN 'it is, without reviews' WHEN 'none' THEN 'it is not' ELSE 'not known' END AS protection
FROM resources e
LEFT JOIN resources r ON r.type = 'github:repository' AND r.scope || '/' || r.name = e.scope
WHERE e.type = 'github:environment' AND e.environment = 'prod' AND e.attrs['branches'] IN ('any', 'protected-none')
  AND e.attrs['reviewers'] = '0' AND e.attrs['rules'] = '0' AND coalesce(e.attrs['secrets'], '0') <> '0'
