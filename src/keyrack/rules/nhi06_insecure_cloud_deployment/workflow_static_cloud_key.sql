/*
id: workflow_static_cloud_key
title: Pipeline signs in to a cloud with a stored long-lived key where OIDC would do
severity: medium
confidence: medium
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-5", "CSF-2.0:PR.AA-01"]
references: ["https://docs.github.com/actions/concepts/security/openid-connect", "https://docs.gitlab.com/ci/cloud_services/"]
inputs: [repository.ci]
key: [cloud]
detects: |
  A pipeline that hands a stored AWS access key, Google service-account key or Azure client secret to its jobs, on a system
  whose jobs can get a short-lived OIDC token instead (GitHub Actions, GitLab, CircleCI, Azure Pipelines, Bitbucket). One
  finding for each pipeline and cloud. High where the pipeline starts on events that an outsider can cause; low for Jenkins,
  which needs a plug-in for OIDC.
why: |
  The key outlives the job and the people who set it up, works from anywhere, and is readable by every step of the job. A
  poisoned dependency or action that prints it gives away the cloud account, not one run.
remediation: |
  Let {pipeline} in {repository} federate: give it a role that trusts this repository's environment (`id-token: write` and
  `aws-actions/configure-aws-credentials` with `role-to-assume`; `google-github-actions/auth` with `workload_identity_provider`;
  `azure/login` with `client-id`), then delete {secrets} from the store and deactivate the key behind it.
blind_spots: |
  The store's values are not read: whether the key is still valid, and what it may do, is unknown unless the cloud is scanned too.
false_positives: |
  Variables with AWS names are also used for S3-compatible services (Cloudflare R2, MinIO) that have no OIDC; and a pipeline
  that receives a session token beside the key uses short-lived credentials and is not reported.
bad:
  - identities: [{uid: "repo:acme/web:workflow/deploy.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {triggers: push}}]
    credentials: [{uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/AWS_SECRET_ACCESS_KEY", system: ci_file, exposure: sanctioned, scope: acme/web,
      path: .github/workflows/deploy.yml, line: 12, consumer_uid: "repo:acme/web:workflow/deploy.yml", attrs: {referenced: "true"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/deploy.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {triggers: push, oidc: "true"}}]
    credentials: [{uid: "cred:at:repo:acme/web/secrets/AWS_ROLE_ARN", kind: secret, issuer: github-actions, name: AWS_ROLE_ARN, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/AWS_ROLE_ARN", system: ci_file, exposure: sanctioned, scope: acme/web,
      path: .github/workflows/deploy.yml, line: 12, consumer_uid: "repo:acme/web:workflow/deploy.yml", attrs: {referenced: "true"}}]
  - identities: [{uid: "repo:acme/web:workflow/deploy.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {triggers: push}}]
    credentials:  # short-lived: a session token comes with the key
      - {uid: "cred:a", issuer: github-actions, name: AWS_SECRET_ACCESS_KEY, attrs: {referenced: "true", cloud: aws}}
      - {uid: "cred:b", kind: secret, issuer: github-actions, name: AWS_SESSION_TOKEN, attrs: {referenced: "true"}}
    placements:
      - {credential_uid: "cred:a", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/deploy.yml, line: 12, consumer_uid: "repo:acme/web:workflow/deploy.yml"}
      - {credential_uid: "cred:b", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/deploy.yml, line: 13, consumer_uid: "repo:acme/web:workflow/deploy.yml"}
*/
WITH named AS (
  SELECT p.consumer_uid, p.path, p.line, p.scope, c.name, c.attrs['cloud'] AS cloud
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE p.system = 'ci_file' AND p.consumer_uid IS NOT NULL AND c.attrs['referenced'] = 'true'
    AND (c.attrs['cloud'] IS NOT NULL OR c.name LIKE '%SESSION_TOKEN%')
),
short_lived AS (
  SELECT DISTINCT consumer_uid FROM named WHERE name LIKE '%SESSION_TOKEN%'
)
SELECT n.consumer_uid AS identity, min(i.name) AS pipeline, n.cloud, min(n.scope) AS repository,
  string_agg(DISTINCT n.name, ', ' ORDER BY n.name) AS secrets, min(i.attrs['oidc']) AS may_mint_oidc_token, min(i.attrs['triggers']) AS triggers,
  CASE
    WHEN min(i.type) = 'jenkins:pipeline' THEN 'low'
    WHEN regexp_matches(min(coalesce(i.attrs['triggers'], '')), '(^|,)(pull_request_target|workflow_run|issue_comment|issues)(,|$)') THEN 'high'
    ELSE 'medium' END AS severity,
  min(n.path) AS path, min(n.line) AS line
FROM named n
JOIN identities i ON i.uid = n.consumer_uid
LEFT JOIN short_lived s ON s.consumer_uid = n.consumer_uid
WHERE n.cloud IS NOT NULL AND NOT (n.cloud = 'aws' AND s.consumer_uid IS NOT NULL)
GROUP BY n.consumer_uid, n.cloud
