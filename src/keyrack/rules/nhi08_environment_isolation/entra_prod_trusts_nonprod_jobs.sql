/*
id: entra_prod_trusts_nonprod_jobs
title: Production application lets in jobs of a non-production environment
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-7", "NIST-800-53:IA-9"]
inputs: [entra.federated_credentials, entra.managed_identities]
key: [sub]
detects: >
  A production application or managed identity (by tag, place or name) with a federated credential whose subject names an environment, branch or
  namespace of development, test or staging.
why: Staging jobs run unreviewed code. With this credential that code acts on production.
remediation: |
  Remove the credential `{credential}` ({sub}) from {name}, and let that job use an identity of its own environment.
blind_spots: Environments and branches with names that tell nothing.
false_positives: A branch called `test` that is production's release branch.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: prod}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:staging"], attrs: {name: a}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: prod}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:production"], attrs: {name: a}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: nonprod}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:staging"], attrs: {name: a}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: prod}]  # a repository about testing
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/test-tools:environment:live"], attrs: {name: a}}]
*/
WITH accepted AS (
  SELECT t.identity_uid, t.issuer, t.attrs['name'] AS credential, unnest(t.subs) AS sub FROM trusts t WHERE t.mechanism = 'entra:federated-credential'
)
SELECT a.identity_uid AS identity, a.sub, i.name, a.issuer, a.credential, i.environment_evidence AS production_known_by, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege = 'read' THEN 'medium' ELSE 'high' END AS severity
FROM accepted a
JOIN identities i ON i.uid = a.identity_uid
LEFT JOIN privileges p ON p.identity_uid = a.identity_uid
WHERE i.environment = 'prod' AND i.status IN ('active', 'unknown')
  AND regexp_matches(lower(a.sub), '(:environment:|:ref:refs/heads/|:ref:|^system:serviceaccount:)([a-z0-9]+[-_/])?(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|nonprod|preprod|preview)([-_/:*0-9]|$)')
