/*
id: pipeline_without_owner
title: Pipeline that holds secrets or roles has no owner
severity: low
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08"]
inputs: [repository.owners, repository.ci]
key: []
detects: >
  A pipeline definition that uses secrets, becomes a cloud role or writes with its token, and for which neither CODEOWNERS, a catalogue, nor a
  commit of the last 180 days names anybody. Medium when it becomes a cloud role.
why: Pipelines act with the strongest credentials of a team; one that nobody looks after keeps them when the team moves on.
remediation: |
  Add a line for {path} to CODEOWNERS of {scope}, or spec.owner to its catalog-info.yaml. If nobody claims {name}, disable the pipeline and remove
  its secrets ({secrets} in use) and trust.
blind_spots: Owners recorded in the forge only (teams with rights on the repository).
false_positives: Stable repositories that nobody has had to touch for half a year.
bad:
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {path: .github/workflows/ci.yml}}]
    credentials: [{uid: "cred:at:repo:acme/web/secrets/T", kind: secret, issuer: github-actions, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:repo:acme/web/secrets/T", system: ci_file, exposure: sanctioned, consumer_uid: "repo:acme/web:workflow/ci.yml", attrs: {referenced: "true"}}]
good:
  - identities: [{uid: "repo:acme/web:workflow/lint.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web, attrs: {path: .github/workflows/lint.yml}}]
  - identities: [{uid: "repo:acme/web:workflow/ci.yml", kind: cicd, type: "github:workflow", provider: repository, scope: acme/web}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/d", subject: "repo:acme/web:workflow/ci.yml", subject_kind: identity, mechanism: "ci:assumes-role"}]
    ownership: [{identity_uid: "repo:acme/web:workflow/ci.yml", owner: "team:web", evidence: codeowners}]
*/
WITH uses AS (
  SELECT consumer_uid, count(DISTINCT credential_uid) AS secrets FROM placements
  WHERE system = 'ci_file' AND consumer_uid IS NOT NULL GROUP BY consumer_uid
),
becomes AS (
  SELECT subject, min(identity_uid) AS role FROM trusts WHERE mechanism = 'ci:assumes-role' GROUP BY subject
)
SELECT i.uid AS identity, i.name, i.type, i.scope, coalesce(i.attrs['path'], i.name) AS path, coalesce(u.secrets, 0) AS secrets, b.role AS becomes_role, p.privilege,
  CASE WHEN b.role IS NOT NULL THEN 'medium' ELSE 'low' END AS severity
FROM identities i
LEFT JOIN uses u ON u.consumer_uid = i.uid
LEFT JOIN becomes b ON b.subject = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.kind = 'cicd' AND i.owner_status = 'none' AND NOT coalesce(i.creator_gone, FALSE) AND i.status IN ('active', 'unknown')
  AND (u.secrets > 0 OR b.role IS NOT NULL OR p.privilege IN ('admin', 'permissions', 'write'))
