/*
id: entra_federation_too_broad
title: Federated credential admits more than one workload
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-9", "CIS-SSC:4.2"]
references: ["https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials"]
inputs: [entra.federated_credentials, entra.managed_identities]
key: [sub]
detects: >
  A federated credential of an application or managed identity whose expression lets in other owners' or other repositories' jobs, every branch
  and pull request of a repository, or - by an exact subject - pull requests.
why: Whoever can start such a job - a fork's pull request, a colleague's test repository, a stranger on the same issuer - becomes the application.
remediation: |
  Let {name} trust one environment: replace the credential `{credential}` ({sub}) by the subject `{advice}` (Certificates & secrets, Federated credentials).
blind_spots: Who may push to the branch or approve the environment that the subject names.
false_positives: An expression that also pins `job_workflow_ref` to one reusable workflow is taken for narrow.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringLike, name: any}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:pull_request"], attrs: {sub_operator: StringEquals, name: pr}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: gitlab.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: gitlab.com, subs: ["project_path:acme/*:ref_type:branch:ref:main"], attrs: {sub_operator: StringLike, name: gl}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:production"], attrs: {sub_operator: StringEquals, name: a}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # release branches of one repository
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/release/*"], attrs: {sub_operator: StringLike, name: a}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # an asterisk that is only a character
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringEquals, name: a}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # one reusable workflow
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringLike, claims: job_workflow_ref, name: a}}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: oidc.example/1, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example/1, subs: ["system:serviceaccount:shop:api"], attrs: {sub_operator: StringEquals, name: a}}]
*/
WITH accepted AS (
  SELECT t.identity_uid, t.issuer, t.attrs['name'] AS credential, unnest(t.subs) AS sub, t.attrs['sub_operator'] = 'StringLike' AS pattern
  FROM trusts t WHERE t.mechanism = 'entra:federated-credential' AND coalesce(t.attrs['claims'], '') NOT LIKE '%job_workflow_ref%'
),
read AS (
  SELECT a.*, CASE WHEN pattern THEN regexp_extract(sub, '^[^*?]*') ELSE sub END AS head, pattern AND regexp_matches(sub, '[*?]') AS wild FROM accepted a
),
judged AS (
  SELECT r.*, CASE
      WHEN NOT wild THEN CASE WHEN regexp_matches(sub, '^repo:[^:]+:pull_request$') THEN 'pull requests' END
      WHEN regexp_matches(head, '^repo:[^/]+/[^/:]+:(ref:refs/[a-z]+/.|environment:.|job_workflow_ref:.)') THEN NULL
      WHEN regexp_matches(head, '^project_path:[^:]+/[^:/]+:ref_type:[a-z]+:ref:.') THEN NULL
      WHEN regexp_matches(head, '^organization:[^:]+:project:[^:]+:workspace:[^:]+:') THEN NULL
      WHEN regexp_matches(head, '^(repo:[^/]+/[^/:]+:|project_path:[^:]+/[^:/]+:)') THEN 'every branch, tag and pull request'
      WHEN regexp_matches(head, '^(repo:[^/:]+/|project_path:[^/:]+/|organization:[^:]+:)') THEN 'everything of one owner'
      ELSE 'everybody the issuer serves' END AS lets_in
  FROM read r
)
SELECT j.identity_uid AS identity, i.name, j.issuer, j.sub, j.credential, j.lets_in, coalesce(p.privilege, 'none stated') AS privilege, i.environment, i.last_used_at, i.owner,
  CASE WHEN j.issuer = 'token.actions.githubusercontent.com' THEN 'repo:OWNER/REPOSITORY:environment:NAME' ELSE 'of one project and one protected branch' END AS advice,
  CASE
    WHEN j.lets_in = 'everybody the issuer serves' THEN 'critical'
    WHEN j.lets_in = 'everything of one owner' THEN 'high'
    WHEN p.privilege IN ('admin', 'permissions') THEN 'high'
    WHEN p.privilege = 'read' THEN 'low' ELSE 'medium' END AS severity
FROM judged j
JOIN identities i ON i.uid = j.identity_uid
LEFT JOIN privileges p ON p.identity_uid = j.identity_uid
WHERE j.lets_in IS NOT NULL AND i.status IN ('active', 'unknown')
