/*
id: ci_secret_crosses_environments
title: Production and non-production jobs use the same CI secret
severity: low
confidence: low
owasp: NHI8:2025
frameworks: ["NIST-800-53:CM-4(1)", "CSF-2.0:PR.AA-05"]
inputs: [repository.ci]
key: [credential]
detects: |
  A secret of a CI store that is named by a job of a production environment and by a job of another one. Cloud keys are medium.
why: |
  If the store keeps one value for both - a secret of the organisation or the repository - the test job can do what the production job
  can, and everybody who may change the test job with it.
remediation: |
  Define {name} in each deployment environment of {repository}{how}, with different credentials, and only then delete the
  one of the repository or organisation.
blind_spots: The store itself is not read. Jobs whose environment is computed at run time are not counted.
false_positives: |
  Secrets of an environment may shadow the one of the repository under the same name; then each job already gets its own value. The
  definition cannot tell, hence low confidence.
bad:
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: DEPLOY_TOKEN, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/deploy.yml, line: 10, environment: prod, attrs: {referenced: "true"}}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/deploy.yml, line: 30, environment: nonprod, attrs: {referenced: "true"}}
good:
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: DEPLOY_TOKEN, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/deploy.yml, line: 10, environment: prod, attrs: {referenced: "true"}}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/ci.yml, line: 30, attrs: {referenced: "true"}}
  - credentials: [{uid: "cred:at:x", issuer: github-actions, kind: secret, name: PROD_TOKEN, attrs: {referenced: "true"}}, {uid: "cred:at:y", kind: secret, issuer: github-actions, name: STAGING_TOKEN, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/deploy.yml, line: 10, environment: prod, attrs: {referenced: "true"}}
      - {credential_uid: "cred:at:y", system: ci_file, scope: acme/web, path: .github/workflows/deploy.yml, line: 30, environment: nonprod, attrs: {referenced: "true"}}
*/
SELECT min(p.consumer_uid) AS identity, c.uid AS credential, min(c.name) AS name, min(p.scope) AS repository,
  min(p.attrs['field']) FILTER (WHERE p.environment = 'prod') AS prod_job, min(p.attrs['field']) FILTER (WHERE p.environment = 'nonprod') AS nonprod_job,
  CASE WHEN min(c.issuer) = 'github-actions' THEN ' (`gh secret set {name} --repo {repository} --env production`, and so for each environment)' ELSE '' END AS how,
  CASE WHEN min(c.attrs['cloud']) IS NOT NULL THEN 'medium' ELSE 'low' END AS severity,
  min(p.path) FILTER (WHERE p.environment = 'nonprod') AS path, min(p.line) FILTER (WHERE p.environment = 'nonprod') AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.system = 'ci_file' AND p.environment IS NOT NULL AND c.attrs['referenced'] = 'true' AND c.name <> 'all secrets'
GROUP BY c.uid
HAVING count(DISTINCT p.environment) = 2
