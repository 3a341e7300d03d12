/*
id: unpinned_ci_image
title: Third-party image runs in a pipeline under a moving tag
severity: low
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:SI-7"]
inputs: [repository.ci]
key: [subject, path]
detects: >
  A pipeline that runs an image of another publisher without a tag or under a tag that is meant to move (latest, edge, main, nightly...);
  medium when secrets are handed to it. Version tags are left alone, and so are Docker's official images unless secrets are handed to them.
why: Whoever may push to that name runs code with the pipeline's rights at the next build.
remediation: |
  In {path}:{line} pin `{image}` by digest (`{image}@sha256:...`), and let Renovate or Dependabot move it.
blind_spots: Version tags can be overwritten too; images that scripts pull.
false_positives: Images of a private registry whose publisher is your own under another name.
bad:
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:pipeline/.gitlab-ci.yml", subject: "docker:image/docker.io/foo/deployer", mechanism: "ci:uses-image", attrs: {pin: none, publisher: foo, source_path: .gitlab-ci.yml, line: "3"}}]
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:pipeline/.gitlab-ci.yml", subject: "docker:image/docker.io/foo/deployer", mechanism: "ci:uses-image", attrs: {pin: tag, ref: latest, publisher: foo, secrets: TOKEN, source_path: .gitlab-ci.yml, line: "3"}}]
good:
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:pipeline/.gitlab-ci.yml", subject: "docker:image/docker.io/foo/deployer", mechanism: "ci:uses-image", attrs: {pin: sha, publisher: foo}}]
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:pipeline/.gitlab-ci.yml", subject: "docker:image/docker.io/foo/deployer", mechanism: "ci:uses-image", attrs: {pin: tag, ref: 1.2.3, publisher: foo}}]
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "repo:acme/web:pipeline/.gitlab-ci.yml", subject: "docker:image/docker.io/library/node", mechanism: "ci:uses-image", attrs: {pin: tag, ref: latest, publisher: library}}]
*/
SELECT t.identity_uid AS identity, t.subject, t.attrs['source_path'] AS path, min(TRY_CAST(t.attrs['line'] AS BIGINT)) AS line, min(i.name) AS name,
  min(replace(t.subject, 'docker:image/', '')) AS image, min(t.attrs['ref']) AS tag, min(t.attrs['publisher']) AS publisher, max(t.attrs['secrets']) AS secrets,
  CASE WHEN max(coalesce(t.attrs['secrets'], '')) <> '' THEN 'medium' ELSE 'low' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
WHERE t.mechanism = 'ci:uses-image' AND t.subject_kind = 'other_account'
  AND (t.attrs['pin'] = 'none'
    OR t.attrs['ref'] IN ('latest', 'edge', 'main', 'master', 'nightly', 'stable', 'canary', 'dev', 'develop', 'rolling', 'head', 'snapshot'))
  AND (coalesce(t.attrs['publisher'], '') <> 'library' OR coalesce(t.attrs['secrets'], '') <> '')
GROUP BY t.identity_uid, t.subject, t.attrs['source_path']
