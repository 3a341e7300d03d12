/*
id: unpinned_action_with_secrets
title: Secrets are handed to a third-party action that is not pinned to a commit
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:SI-7", "CSF-2.0:GV.SC-07"]
references: ["https://docs.github.com/actions/reference/security/secure-use"]
inputs: [repository.ci]
key: [subject, path]
detects: >
  A pipeline step that runs code of another owner by tag, branch or no version at all, and gives it named secrets. Publishers of the
  platform itself (actions, github) and actions of the repository's own owner are not reported.
why: Whoever can move the tag - one stolen maintainer token, as with tj-actions/changed-files in March 2025 - reads the secrets on the next run.
remediation: |
  In {path}:{line} {how}; give it only the secrets it needs (now: {secrets}).
blind_spots: Actions that a pinned action itself uses unpinned; secrets read by earlier steps from files.
false_positives: Immutable releases look like tags.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/upload", mechanism: "ci:uses-action", attrs: {pin: tag, ref: v1, publisher: foo, secrets: NPM_TOKEN, source_path: .github/workflows/ci.yml, line: "12"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/upload", mechanism: "ci:uses-action", attrs: {pin: sha, publisher: foo, secrets: NPM_TOKEN}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/actions/setup-node", subject_kind: service, mechanism: "ci:uses-action", attrs: {pin: tag, ref: v4, publisher: actions, secrets: NPM_TOKEN}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/acme/deploy", subject_kind: same_account, mechanism: "ci:uses-action", attrs: {pin: branch, ref: main, publisher: acme, secrets: NPM_TOKEN}}]
*/
SELECT t.identity_uid AS identity, t.subject, t.attrs['source_path'] AS path, min(TRY_CAST(t.attrs['line'] AS BIGINT)) AS line, min(i.name) AS name,
  min(regexp_replace(t.subject, '^(github:action|docker:image|gitlab:[a-z]+|azure:[a-z]+|bitbucket:pipe|circleci:orb)/', '')
    || CASE WHEN t.attrs['ref'] IS NULL THEN '' WHEN t.subject LIKE 'docker:%' OR t.subject LIKE 'bitbucket:%' THEN ':' || t.attrs['ref'] ELSE '@' || t.attrs['ref'] END) AS uses, min(t.attrs['publisher']) AS publisher,
  min(CASE
    WHEN t.subject LIKE 'github:action/%' THEN 'replace `{uses}` by the full commit id of the release you reviewed, with the tag as a comment; Dependabot and Renovate keep such pins current'
    WHEN t.subject LIKE 'gitlab:remote/%' THEN 'add `integrity: sha256-<hash of the file you reviewed, base64>` to the include of {uses}, or keep a copy of the file in a project of yours'
    WHEN t.subject LIKE 'gitlab:project/%' THEN 'set `ref:` of the include of {uses} to the full commit id you reviewed'
    WHEN t.subject LIKE 'gitlab:component/%' THEN 'pin the component {uses} to the full commit id you reviewed'
    WHEN t.subject LIKE 'docker:image/%' THEN 'name the image {uses} by its digest (`@sha256:...`) instead of a tag'
    ELSE 'pin {uses} to the exact version or full commit id you reviewed' END) AS how,
  min(t.attrs['pin']) AS pinned_by, max(t.attrs['secrets']) AS secrets
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
WHERE t.mechanism = 'ci:uses-action' AND t.subject_kind = 'other_account' AND t.attrs['pin'] IN ('tag', 'branch', 'none')
  AND t.attrs['secrets'] IS NOT NULL AND t.attrs['secrets'] <> 'inherit' AND t.attrs['secrets'] <> ''
GROUP BY t.identity_uid, t.subject, t.attrs['source_path']
