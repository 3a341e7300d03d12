/*
id: github_secret_unrotated
title: Stored secret of GitHub has kept its value for more than a year
severity: medium
confidence: medium
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets"]
inputs: [github.secrets]
detects: >
  A secret of Actions, Dependabot or Codespaces whose value was last written more than 365 days ago; a cloud's long-lived key after 90 days, and
  high beyond a year. Its name has to speak of a credential.
why: Every job that ran since then saw the value, with every action it pulled in; only a new value ends their copies.
remediation: |
  Make a new {what} for {name} at its issuer, `gh secret set {name} {flags}`, run the jobs, then revoke the old one{better}.
blind_spots: >
  GitHub tells when a value was written, not whether it changed. Whether the credential behind it was rotated in place (same value, new rights).
false_positives: Settings kept as secrets under names like SECRET_REGION; addresses, names and ids are recognised by their names and left out.
bad:
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", kind: secret, issuer: github-actions, name: NPM_TOKEN, created_at: now-800d, rotated_at: now-500d, attrs: {referenced: "true", store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/NPM_TOKEN, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:github:acme/secrets/AWS_SECRET_ACCESS_KEY", kind: access_key, issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, created_at: now-800d, rotated_at: now-100d, attrs: {referenced: "true", store: actions, level: organization, cloud: aws}}]
    placements: [{credential_uid: "cred:at:github:acme/secrets/AWS_SECRET_ACCESS_KEY", system: ci_variable, exposure: sanctioned, scope: acme, path: settings/secrets/actions/AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true"}}]
good:
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", kind: secret, issuer: github-actions, name: NPM_TOKEN, created_at: now-800d, rotated_at: now-300d, attrs: {referenced: "true", store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/NPM_TOKEN, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/DEPLOY_HOST", kind: secret, issuer: github-actions, name: DEPLOY_HOST, created_at: now-800d, rotated_at: now-800d, attrs: {referenced: "true", store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/DEPLOY_HOST", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/DEPLOY_HOST, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/SLACK_CHANNEL_ID", kind: secret, issuer: github-actions, name: SLACK_CHANNEL_ID, created_at: now-800d, rotated_at: now-800d, attrs: {referenced: "true", store: actions, level: repository}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/SLACK_CHANNEL_ID", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/SLACK_CHANNEL_ID, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", kind: secret, issuer: github-actions, name: NPM_TOKEN, attrs: {referenced: "true"}}]  # named by a workflow; the store was not read
*/
WITH kept AS (
  SELECT credential_uid, min(scope) AS scope, min(path) AS path, min(consumer_uid) AS consumer FROM placements
  WHERE system = 'ci_variable' AND exposure = 'sanctioned' GROUP BY credential_uid
)
SELECT k.consumer AS identity, c.uid AS credential, c.name, k.scope, k.path, c.rotated_at AS written_at, c.rotated_days AS days_since_written, c.attrs['store'] AS store,
  CASE WHEN c.attrs['cloud'] IS NOT NULL THEN 'key' ELSE 'value' END AS what,
  CASE WHEN c.attrs['cloud'] IS NOT NULL THEN '; better, let the workflow sign in by OIDC and keep no key' ELSE '' END AS better,
  CASE WHEN c.attrs['level'] = 'organization' THEN '--org ' || k.scope ELSE '--repo ' || k.scope END
    || CASE WHEN c.attrs['level'] = 'environment' THEN ' --env ' || regexp_extract(k.path, '^settings/environments/(.+)/secrets/', 1) ELSE '' END
    || CASE WHEN c.attrs['store'] <> 'actions' THEN ' --app ' || c.attrs['store'] ELSE '' END AS flags,
  CASE WHEN c.attrs['cloud'] IS NOT NULL AND c.rotated_days > 365 THEN 'high' WHEN c.rotated_days > 1095 THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN kept k ON k.credential_uid = c.uid
WHERE starts_with(c.issuer, 'github-') AND c.attrs['store'] IS NOT NULL AND c.rotated_days > CASE WHEN c.attrs['cloud'] IS NOT NULL THEN 90 ELSE 365 END
  AND (c.attrs['cloud'] IS NOT NULL OR (
    regexp_matches(upper(c.name), '(TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|_PAT$|^PAT_|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SSH_?KEY|SIGNING|CREDENTIALS?|CREDS|_KEY$|WEBHOOK|DSN|CONNECTION_STRING|DATABASE_URL|DB_URL)')
    AND NOT regexp_matches(upper(c.name), '(_ID|_NAME|_HOST|_USER|_USERNAME|_URL_PUBLIC|_REGION|_ARN|_EMAIL|PUBLIC_KEY)$')))
