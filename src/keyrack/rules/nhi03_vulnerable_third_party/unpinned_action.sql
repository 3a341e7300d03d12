/*
id: unpinned_action
title: Third-party action is not pinned to a commit
severity: low
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:SI-7"]
references: ["https://docs.github.com/actions/reference/security/secure-use"]
inputs: [repository.ci]
key: [subject, path]
detects: >
  A pipeline step that runs code of another owner by tag or branch, without being handed secrets by name. Medium when the pipeline's own
  token may write or mint cloud identities, or when a branch is followed; else low.
why: The code runs with the pipeline's token and on its runner, and its owner - or a thief of the owner's token - may change it at will.
remediation: |
  In {path}:{line} {how}.
blind_spots: Actions used by pinned actions.
false_positives: Immutable releases look like tags. Platform publishers (actions, github) and own actions are not reported.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/lint", mechanism: "ci:uses-action", attrs: {pin: branch, ref: main, publisher: foo, source_path: .github/workflows/ci.yml, line: "12"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/lint", mechanism: "ci:uses-action", attrs: {pin: sha, publisher: foo}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/actions/checkout", subject_kind: service, mechanism: "ci:uses-action", attrs: {pin: tag, ref: v4, publisher: actions}}]
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
  min(t.attrs['pin']) AS pinned_by, min(i.attrs['permissions']) AS token_permissions,
  CASE WHEN bool_or(t.attrs['pin'] IN ('branch', 'none') OR i.attrs['oidc'] = 'true' OR i.attrs['permissions'] LIKE '%write%') THEN 'medium' ELSE 'low' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
WHERE t.mechanism = 'ci:uses-action' AND t.subject_kind = 'other_account' AND t.attrs['pin'] IN ('tag', 'branch', 'none')
GROUP BY t.identity_uid, t.subject, t.attrs['source_path']
HAVING max(coalesce(t.attrs['secrets'], '')) = ''
