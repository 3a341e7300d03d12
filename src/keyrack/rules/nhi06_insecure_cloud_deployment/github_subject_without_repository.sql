/*
id: github_subject_without_repository
title: OIDC subject of a repository's workflows does not name the repository
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-9", "NIST-800-53:AC-3", "CSF-2.0:PR.AA-03"]
references: ["https://docs.github.com/en/actions/reference/security/oidc"]
inputs: [github.oidc]
key: []
detects: >
  Actions of a repository whose OIDC subject was customised to claims that say nothing about the repository or its owner: only an environment, a
  ref, a workflow's name, an actor. Any repository of any organisation can have the same subject.
why: A cloud that trusts this subject trusts everybody on GitHub who customises theirs to the same words; the issuer is the same for all.
remediation: |
  Put `repo` (or repository_id) first among the claims: `gh api -X PUT repos/{scope}/actions/oidc/customization/sub -F use_default=false -f
  'include_claim_keys[]=repo' -f 'include_claim_keys[]=context'`, after the trusts that name the old subject accept the new one.
blind_spots: Whether a cloud trusts the subject; whether that trust pins other claims (repository_id, repository_owner_id).
false_positives: A trust that pins the owner by another claim is safe; keep the subject sound all the same.
bad:
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: environment, repository: web}}]
good:
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: default, repository: web}}]
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: "repo,context", repository: web}}]
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: "repository_owner_id,environment", repository: web}}]
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: job_workflow_ref, repository: web}}]
  - identities: [{uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {repository: web}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['subject_claims'] AS subject_claims, i.owner
FROM identities i
WHERE i.type = 'github:actions' AND coalesce(i.attrs['subject_claims'], 'default') <> 'default'
  AND NOT regexp_matches(i.attrs['subject_claims'], '(^|,)(repo|repository|repository_id|repository_owner|repository_owner_id|job_workflow_ref|workflow_ref|enterprise_id)(,|$)')
