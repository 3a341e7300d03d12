/*
id: github_organization_secret_for_all
title: One secret of the organisation serves every repository
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets#creating-secrets-for-an-organization"]
inputs: [github.secrets, github.repositories]
detects: >
  A secret of the organisation that all repositories get. High for a cloud's long-lived key, or while repositories open to everybody are
  among them; low otherwise. One for all private repositories is reported when it is a cloud's key (medium).
why: Whoever may push a branch to the least of the repositories can read it, and all of them act under one name, so nobody can tell who leaked it.
remediation: |
  Find the repositories that use `secrets.{name}` (`gh search code --owner {scope} 'secrets.{name}'`), then `gh secret set {name} --org {scope} --visibility selected
  --repos A,B`; better, give each its own value.
blind_spots: Which repositories use it; whether its value is worth anything.
false_positives: A read-only token for a registry of public packages.
bad:
  - credentials: [{uid: "cred:at:github:acme/secrets/SHARED_TOKEN", kind: secret, issuer: github-actions, name: SHARED_TOKEN, attrs: {referenced: "true", store: actions, level: organization, visibility: all, public_repositories: "true"}}]
    placements: [{credential_uid: "cred:at:github:acme/secrets/SHARED_TOKEN", system: ci_variable, exposure: sanctioned, scope: acme, path: settings/secrets/actions/SHARED_TOKEN, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:github:acme/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws, store: actions, level: organization, visibility: private, public_repositories: "false"}}]
    placements: [{credential_uid: "cred:at:github:acme/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme, path: settings/secrets/actions/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}]
good:
  - credentials: [{uid: "cred:at:github:acme/secrets/SIGNING_KEY", kind: secret, issuer: github-actions, name: SIGNING_KEY, attrs: {referenced: "true", store: actions, level: organization, visibility: selected, public_repositories: "true"}}]
    placements: [{credential_uid: "cred:at:github:acme/secrets/SIGNING_KEY", system: ci_variable, exposure: sanctioned, scope: acme, path: settings/secrets/actions/SIGNING_KEY, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:github:acme/secrets/NPM_READ", kind: secret, issuer: github-actions, name: NPM_READ, attrs: {referenced: "true", store: actions, level: organization, visibility: private, public_repositories: "false"}}]
    placements: [{credential_uid: "cred:at:github:acme/secrets/NPM_READ", system: ci_variable, exposure: sanctioned, scope: acme, path: settings/secrets/actions/NPM_READ, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/X_TOKEN", kind: secret, issuer: github-actions, name: X_TOKEN, attrs: {referenced: "true", store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/X_TOKEN", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/X_TOKEN, attrs: {referenced: "true"}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, c.uid AS credential, c.name, min(p.scope) AS scope, min(p.path) AS path, c.attrs['visibility'] AS visibility,
  c.attrs['public_repositories'] AS public_repositories_get_it, c.attrs['store'] AS store, c.rotated_at AS written_at,
  CASE WHEN c.attrs['visibility'] = 'private' THEN 'medium' WHEN c.attrs['public_repositories'] = 'true' OR c.attrs['cloud'] IS NOT NULL THEN 'high' ELSE 'low' END AS severity
FROM credentials c
JOIN placements p ON p.credential_uid = c.uid
WHERE p.system = 'ci_variable' AND c.attrs['level'] = 'organization'
  AND (c.attrs['visibility'] = 'all' OR (c.attrs['visibility'] = 'private' AND c.attrs['cloud'] IS NOT NULL))
GROUP BY c.uid, c.name, c.attrs['visibility'], c.attrs['public_repositories'], c.attrs['store'], c.attrs['cloud'], c.rotated_at
