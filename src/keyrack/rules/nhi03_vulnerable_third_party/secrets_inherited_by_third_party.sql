/*
id: secrets_inherited_by_third_party
title: All secrets are handed to a third party's reusable workflow
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:SR-3"]
inputs: [repository.ci]
key: [subject, path]
detects: A call of a reusable workflow of another owner with `secrets inherit`, pinned or not.
why: The other owner's code receives every secret of the repository and of the organisation that the repository may read - not only those it needs.
remediation: |
  In {path}:{line} replace `secrets: inherit` by the named secrets that `{uses}` documents, and pin it to a full commit id.
blind_spots: What the called workflow does with the secrets.
false_positives: A workflow of a sister organisation of your company; record an exception.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/flows/.github/workflows/x.yml", mechanism: "ci:uses-action", attrs: {pin: sha, publisher: foo, secrets: inherit, source_path: .github/workflows/ci.yml, line: "8"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/acme/flows/.github/workflows/x.yml", subject_kind: same_account, mechanism: "ci:uses-action", attrs: {pin: branch, publisher: acme, secrets: inherit}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:workflow/ci.yml", subject: "github:action/foo/flows/.github/workflows/x.yml", mechanism: "ci:uses-action", attrs: {pin: sha, publisher: foo, secrets: NPM_TOKEN}}]
*/
SELECT t.identity_uid AS identity, t.subject, t.attrs['source_path'] AS path, min(TRY_CAST(t.attrs['line'] AS BIGINT)) AS line, min(i.name) AS name,
  min(replace(t.subject, 'github:action/', '') || coalesce('@' || t.attrs['ref'], '')) AS uses, min(t.attrs['publisher']) AS publisher,
  min(t.attrs['pin']) AS pinned_by
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
WHERE t.mechanism = 'ci:uses-action' AND t.subject_kind = 'other_account' AND t.attrs['secrets'] = 'inherit'
GROUP BY t.identity_uid, t.subject, t.attrs['source_path']
