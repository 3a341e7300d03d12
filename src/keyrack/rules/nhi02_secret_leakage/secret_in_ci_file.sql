/*
id: secret_in_ci_file
title: Secret is written into a CI definition
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [repository.ci]
key: [credential, scope, path]
detects: >
  The value of a credential in a pipeline definition (GitHub Actions, GitLab CI, Jenkinsfile, CircleCI, Azure Pipelines, Bitbucket), where
  a reference to the CI system's secret store belongs.
why: The definition is readable by every contributor, is printed into build logs, and is copied with every fork.
remediation: |
  Rotate {name} {where_to_rotate}, put the new value into the secret store of the CI system, and replace {field} in {path}:{line} of {scope}
  by a reference to it - or by OIDC, which needs no secret at all.
blind_spots: Values assembled at run time by scripts; variables kept on the CI server.
false_positives: Passwords of throw-away service containers are not reported; neither are references such as secrets.NAME.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: ci_file, exposure: committed, scope: acme/web, path: .gitlab-ci.yml, line: 9, attrs: {field: variables.NPM_TOKEN}}]
good:
  - credentials: [{uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", kind: secret, issuer: github-actions, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/NPM_TOKEN", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/ci.yml, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: unknown, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: ci_file, exposure: committed, scope: acme/web, path: .gitlab-ci.yml}]
*/
SELECT min(consumer_uid) AS identity, credential, min(severity) AS severity, min(confidence) AS confidence, scope, path, min(line) AS line,
  min(field) AS field, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'ci_file'
GROUP BY credential, scope, path
