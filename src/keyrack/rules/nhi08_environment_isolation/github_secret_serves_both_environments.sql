/*
id: github_secret_serves_both_environments
title: Jobs of production and of other environments get the same cloud key
severity: medium
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:CM-4(1)", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets"]
inputs: [github.secrets, github.environments]
detects: >
  A long-lived cloud key kept as a secret of a repository that deploys to production and to another environment, where neither
  environment keeps one of its own under that name. GitHub then hands the one value to jobs of both.
why: The test job can do what the production job can, and so can everybody who may change the test job.
remediation: |
  Give each environment of {scope} a key of its own (`gh secret set {name} --repo {scope} --env ENVIRONMENT`), with rights in that environment only, then
  delete the repository's: `gh secret delete {name} --repo {scope}`. Better, use OIDC with the environment in the subject.
blind_spots: Secrets of the organisation; whether workflows use the secret in both environments; keys under names no cloud's tools read.
false_positives: A repository whose workflows use the key in neither environment, or in one only.
bad:
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws, store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}]
    resources:
      - {uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod}
      - {uid: "github:acme:environment/web/staging", type: "github:environment", name: staging, provider: github, scope: acme/web, environment: nonprod}
good:
  - credentials:
      - {uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws, store: actions, level: repository}}
      - {uid: "cred:at:repo:acme/web/environments/production/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws, store: actions, level: environment}}
    placements:
      - {credential_uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}
      - {credential_uid: "cred:at:repo:acme/web/environments/production/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/environments/production/secrets/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}
    resources:
      - {uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod}
      - {uid: "github:acme:environment/web/staging", type: "github:environment", name: staging, provider: github, scope: acme/web, environment: nonprod}
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws, store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}]
    resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, environment: prod}]
*/
WITH kept AS (
  SELECT c.uid, c.name, c.attrs['cloud'] AS cloud, c.attrs['level'] AS level, p.scope, min(p.path) AS path, min(p.consumer_uid) AS consumer
  FROM credentials c JOIN placements p ON p.credential_uid = c.uid
  WHERE p.system = 'ci_variable' AND p.exposure = 'sanctioned' AND c.attrs['store'] = 'actions' AND c.attrs['cloud'] IS NOT NULL
  GROUP BY c.uid, c.name, c.attrs['cloud'], c.attrs['level'], p.scope
),
open_to AS (
  SELECT k.uid, e.environment, min(e.name) AS name
  FROM kept k
  JOIN resources e ON e.type = 'github:environment' AND e.scope = k.scope AND e.environment IS NOT NULL
  LEFT JOIN kept own ON own.scope = k.scope AND own.level = 'environment' AND own.name = k.name AND own.path = 'settings/environments/' || e.name || '/secrets/' || k.name
  WHERE k.level = 'repository' AND own.uid IS NULL
  GROUP BY k.uid, e.environment
)
SELECT k.consumer AS identity, k.uid AS credential, k.name, k.scope, k.cloud, p.name AS production, n.name AS other_environment, k.path
FROM kept k
JOIN open_to p ON p.uid = k.uid AND p.environment = 'prod'
JOIN open_to n ON n.uid = k.uid AND n.environment = 'nonprod'
