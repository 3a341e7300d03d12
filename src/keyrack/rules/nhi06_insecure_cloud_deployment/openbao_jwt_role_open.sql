/*
id: openbao_jwt_role_open
title: OpenBao role admits every token of its issuer
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-9", "CIS-GitHub-1.0:2.1"]
references: ["https://openbao.org/docs/auth/jwt/"]
inputs: [openbao.roles]
key: [issuer, accepted_sub]
detects: >
  A role of a JWT mount whose bound subject and claims let in every customer of the issuer, or every repository or project of one owner.
why: >
  At a shared issuer (GitHub, GitLab) anybody can have a token made that fits; whoever does gets the policies of the role, and with them the
  secrets.
remediation: >
  Bind the role to one workload: `bao write auth/{mount}/role/{name} bound_subject=<the whole sub>`, or `bound_claims` on ids (repository_id,
  project_id) with `bound_claims_type=string`; set `bound_audiences` too.
blind_spots: >
  The claims the issuer puts into tokens are taken from its pages; a private issuer may mean more or less by them.
false_positives: >
  A role with harmless policies that every pipeline of the organisation is meant to have.
bad:
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, audiences: [bao]}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "openbao:v:role/jwt/wf", type: "openbao:jwt-role", name: wf, attrs: {mount: jwt}}]  # a claim of one workflow, with a pattern for all of the owner
    trusts: [{identity_uid: "openbao:v:role/jwt/wf", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, conditions: '{"bound_claims": {"job_workflow_ref": "acme/*"}, "bound_claims_type": "glob"}', attrs: {claims: job_workflow_ref}}]
good:
  - identities: [{uid: "openbao:v:role/jwt/wf", type: "openbao:jwt-role", name: wf, attrs: {mount: jwt}}]  # every workflow, of one repository
    trusts: [{identity_uid: "openbao:v:role/jwt/wf", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, conditions: '{"bound_claims": {"job_workflow_ref": "acme/infra/*"}, "bound_claims_type": "glob"}', attrs: {claims: job_workflow_ref}}]
  - identities: [{uid: "openbao:v:role/jwt/wf", type: "openbao:jwt-role", name: wf, attrs: {mount: jwt}}]  # and the repository's number beside it
    trusts: [{identity_uid: "openbao:v:role/jwt/wf", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, conditions: '{"bound_claims": {"job_workflow_ref": "acme/*", "repository_id": "42"}, "bound_claims_type": "glob"}', attrs: {claims: "job_workflow_ref,repository_id"}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]  # no sub, but one repository by its id
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, attrs: {claims: repository_id}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]  # without glob the star is only a character: nobody gets in
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]  # any branch of one repository
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:*"], attrs: {sub_operator: StringLike}}]
*/
WITH bound AS (
  SELECT t.identity_uid, t.issuer, t.audiences, t.conditions, coalesce(t.attrs['claims'], '') AS claims, coalesce(t.attrs['sub_operator'], '') = 'StringLike' AS glob,
    unnest(CASE WHEN len(t.subs) = 0 THEN [''] ELSE t.subs END) AS accepted_sub
  FROM trusts t WHERE t.mechanism = 'openbao:jwt-login'
),
wide AS (
  SELECT b.*, regexp_extract(b.accepted_sub, '^[^*]*') AS head,
    regexp_matches(b.claims, '(^|,)(repository|repository_id|job_workflow_ref|project_id|project_path|terraform_workspace_id|pipeline_id|environment)(,|$)') AS one_project,
    -- a pattern that names an owner and no repository, where nothing else binds one
    regexp_matches(coalesce(b.conditions, ''), '"bound_claims_type": *"glob"') AND regexp_matches(coalesce(b.conditions, ''), '"(job_workflow_ref|repository|project_path)": *"[^"/*]*/?[*]"')
      AND NOT regexp_matches(b.claims, '(^|,)(repository_id|project_id|terraform_workspace_id|pipeline_id)(,|$)') AS owner_pattern
  FROM bound b WHERE b.accepted_sub = '' OR (b.glob AND strpos(b.accepted_sub, '*') > 0)
)
SELECT w.identity_uid AS identity, i.name, i.attrs['mount'] AS mount, coalesce(w.issuer, 'its issuer') AS issuer, nullif(w.accepted_sub, '') AS accepted_sub,
  w.claims AS other_claims_bound, w.audiences, w.conditions AS bounds, coalesce(p.privilege, 'none stated') AS privilege, i.last_used_at,
  CASE
    WHEN regexp_matches(w.claims, 'owner|namespace|group|organization') OR w.owner_pattern OR regexp_matches(w.head, '^(repo|project_path|organization|owner):[^/:]+[/:]')
      THEN CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END
    WHEN lower(coalesce(w.issuer, '')) IN ('token.actions.githubusercontent.com', 'gitlab.com', 'app.terraform.io', 'agent.buildkite.com', 'oidc.vercel.com')
      THEN 'critical' ELSE 'high' END AS severity
FROM wide w
JOIN identities i ON i.uid = w.identity_uid
LEFT JOIN privileges p ON p.identity_uid = w.identity_uid
WHERE (NOT w.one_project OR w.owner_pattern) AND NOT regexp_matches(w.head, '^repo:[^/:]+/[^/:]+:|^project_path:[^:]+/[^:]+:|^organization:[^:]+:project:[^:]+:')
  AND NOT (w.accepted_sub <> '' AND regexp_matches(w.head, '^system:serviceaccount:[^:]+:'))
