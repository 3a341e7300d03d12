/*
id: ci_secret_in_many_pipelines
title: One CI secret serves many pipelines
severity: low
confidence: medium
owasp: NHI9:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [repository.ci]
key: [credential]
detects: A secret of a CI store that five or more pipelines of a repository name.
why: The pipeline with the least review decides how safe the secret is, and a rotation has to be tested in all of them.
remediation: |
  Split {name} of {repository} by purpose (deploy, publish, read) into secrets or deployment environments of their own, starting with
  what these pipelines need least: {pipelines}.
blind_spots: The same secret of an organisation in other repositories is not recognised by its name alone.
false_positives: A harmless setting kept as a secret.
bad:
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: DEPLOY_TOKEN, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/a.yml, consumer_uid: "repo:acme/web:workflow/a.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/b.yml, consumer_uid: "repo:acme/web:workflow/b.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/c.yml, consumer_uid: "repo:acme/web:workflow/c.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/d.yml, consumer_uid: "repo:acme/web:workflow/d.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/e.yml, consumer_uid: "repo:acme/web:workflow/e.yml"}
good:
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: DEPLOY_TOKEN, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/a.yml, line: 1, consumer_uid: "repo:acme/web:workflow/a.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/a.yml, line: 2, consumer_uid: "repo:acme/web:workflow/a.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: .github/workflows/b.yml, line: 3, consumer_uid: "repo:acme/web:workflow/b.yml"}
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: all secrets, attrs: {referenced: "true"}}]  # `secrets: inherit` is another rule's business
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: a.yml, consumer_uid: "repo:acme/web:workflow/a.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: b.yml, consumer_uid: "repo:acme/web:workflow/b.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: c.yml, consumer_uid: "repo:acme/web:workflow/c.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: d.yml, consumer_uid: "repo:acme/web:workflow/d.yml"}
      - {credential_uid: "cred:at:x", system: ci_file, scope: acme/web, path: e.yml, consumer_uid: "repo:acme/web:workflow/e.yml"}
*/
SELECT CAST(NULL AS VARCHAR) AS identity, c.uid AS credential, min(c.name) AS name, min(p.scope) AS repository, count(DISTINCT p.consumer_uid) AS number_of_pipelines,
  string_agg(DISTINCT p.consumer_uid, ', ' ORDER BY p.consumer_uid) AS pipelines, min(p.path) AS path
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.system = 'ci_file' AND c.attrs['referenced'] = 'true' AND c.name <> 'all secrets' AND p.consumer_uid IS NOT NULL
GROUP BY c.uid
HAVING count(DISTINCT p.consumer_uid) >= 5
