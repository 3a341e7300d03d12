/*
id: entra_application_many_repositories
title: One application is the identity of several repositories' pipelines
severity: low
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "CIS-SSC:4.2"]
inputs: [entra.federated_credentials, entra.managed_identities]
key: []
detects: >
  An application or managed identity whose federated credentials name jobs of two or more repositories or projects, or service accounts of two or more
  namespaces of a cluster. Medium when it is privileged or
  of production.
why: Each pipeline gets the rights of all, a breach of the least guarded one is a breach of all, and the log names one identity for every deployment.
remediation: |
  Register an application (or a user-assigned identity) for each of {repositories}, with the roles that pipeline uses, and remove the others' credentials from {name}.
blind_spots: Which of the credentials is still used.
false_positives: Two repositories that are one product; a mirror.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:p"]}, {identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/mail:environment:p"]}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # pods of two teams
    trusts: [{identity_uid: "entra:t:sp/a", subject: oidc.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example, subs: ["system:serviceaccount:a:api"]}, {identity_uid: "entra:t:sp/a", subject: oidc.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example, subs: ["system:serviceaccount:b:api"]}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # two accounts of one namespace
    trusts: [{identity_uid: "entra:t:sp/a", subject: oidc.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example, subs: ["system:serviceaccount:a:api"]}, {identity_uid: "entra:t:sp/a", subject: oidc.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example, subs: ["system:serviceaccount:a:worker"]}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # two branches, with ids and without
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"]}, {identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme@1/web@2:ref:refs/heads/main"]}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # a repository and a cluster
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:p"]}, {identity_uid: "entra:t:sp/a", subject: oidc.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: oidc.example, subs: ["system:serviceaccount:a:b"]}]
*/
WITH accepted AS (
  SELECT t.identity_uid, t.issuer, regexp_replace(unnest(t.subs), '@[0-9]+', '', 'g') AS sub FROM trusts t WHERE t.mechanism = 'entra:federated-credential'
),
named AS (
  SELECT identity_uid, 'repository' AS kind, lower(regexp_extract(sub, '^(?:repo|project_path):([^:*?]+):', 1)) AS repository FROM accepted WHERE regexp_matches(sub, '^(repo|project_path):[^:*?]+:')
  UNION ALL
  SELECT identity_uid, 'namespace', 'namespace ' || regexp_extract(sub, '^system:serviceaccount:([^:*?]+):', 1) || ' of ' || coalesce(issuer, 'a cluster') FROM accepted WHERE regexp_matches(sub, '^system:serviceaccount:[^:*?]+:')
),
several AS (
  SELECT identity_uid, count(DISTINCT repository) AS number_of_repositories, string_agg(DISTINCT repository, ', ' ORDER BY repository) AS repositories
  FROM named GROUP BY identity_uid
  HAVING count(DISTINCT repository) FILTER (kind = 'repository') > 1 OR count(DISTINCT repository) FILTER (kind = 'namespace') > 1
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, s.number_of_repositories, s.repositories, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') OR i.environment = 'prod' THEN 'medium' ELSE 'low' END AS severity
FROM several s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.status IN ('active', 'unknown')
