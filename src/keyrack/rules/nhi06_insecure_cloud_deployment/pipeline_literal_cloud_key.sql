/*
id: pipeline_literal_cloud_key
title: Pipeline definition contains a cloud key as plain text
severity: critical
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [repository.ci, repository.secrets]
key: [credential, repository]
detects: |
  The value of a long-lived AWS, Google Cloud or Azure key in a pipeline definition at HEAD (workflow, `.gitlab-ci.yml`,
  Jenkinsfile...), whichever detector saw it. One finding for each key and repository.
why: Everybody who can read the repository, and every fork and clone, holds the deployment's cloud credentials.
remediation: |
  Deactivate {what} now - its value is public to all readers of {repository}{how}; then let the pipeline in {path}:{line}
  federate (OIDC) instead of moving the value to the secret store.
blind_spots: Keys that a step downloads or decrypts at run time are not seen.
false_positives: Documented sample keys and emulator keys are recognised and left out; a key known to be inactive is reported as low.
bad:
  - credentials: [{uid: "cred:aws:A1", public_id: A1, fingerprint: f1, attrs: {cloud: aws}}]
    placements: [{credential_uid: "cred:aws:A1", system: ci_file, exposure: committed, scope: acme/web, path: .gitlab-ci.yml, line: 4}]
good:
  - credentials: [{uid: "cred:aws:A1", public_id: A1, fingerprint: f1, attrs: {cloud: aws, placeholder: documented sample}}]
    placements: [{credential_uid: "cred:aws:A1", system: ci_file, exposure: committed, scope: acme/web, path: .gitlab-ci.yml, line: 4}]
  - credentials: [{uid: "cred:a", issuer: github-actions, name: AWS_ACCESS_KEY_ID, attrs: {referenced: "true", cloud: aws}}]  # by name from the store
    placements: [{credential_uid: "cred:a", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/x.yml, line: 4, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]  # a secret, but no cloud's: other rules judge it
    placements: [{credential_uid: "cred:fp:1", system: ci_file, exposure: committed, scope: acme/web, path: .gitlab-ci.yml, line: 4}]
*/
SELECT min(c.identity_uid) AS identity, c.uid AS credential, min(c.name) AS name, min(c.public_id) AS public_id, p.scope AS repository,
  min(c.name) || coalesce(' (' || min(c.public_id) || ')', '') AS what,
  CASE WHEN min(c.issuer) = 'aws' AND min(c.public_id) LIKE 'AKIA%'
    THEN ' (`aws iam get-access-key-last-used --access-key-id {public_id}` names its user, `aws iam update-access-key --access-key-id {public_id} --status Inactive --user-name USER` stops it)'
    ELSE '' END AS how,
  min(p.consumer_uid) AS pipeline, min(c.status) AS status, min(p.commit) AS first_commit, min(p.author) AS author, min(p.seen_at) AS committed_at,
  CASE WHEN min(c.status) = 'inactive' THEN 'low' ELSE 'critical' END AS severity,
  CASE WHEN bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') THEN 'low' ELSE 'high' END AS confidence,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.system = 'ci_file' AND p.exposure IN ('committed', 'public') AND p.state <> 'dead'
  AND coalesce(p.attrs['referenced'], 'false') <> 'true' AND coalesce(c.attrs['referenced'], 'false') <> 'true'
  AND c.attrs['placeholder'] IS NULL AND c.status NOT IN ('revoked', 'expired')
  AND (c.attrs['cloud'] IS NOT NULL OR c.issuer IN ('aws', 'gcp', 'azure'))
  AND c.kind IN ('access_key', 'oauth_secret', 'private_key', 'api_token', 'secret', 'password')
GROUP BY c.uid, p.scope
