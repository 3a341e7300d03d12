/*
id: prod_role_trusts_nonprod_jobs
title: Production role accepts jobs of a non-production environment or branch
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, repository.iac]
key: [issuer, accepted_sub]
detects: |
  A role of production whose OIDC trust names a test environment, a development branch or a test namespace in an accepted `sub`
  (`repo:acme/web:environment:staging`, `system:serviceaccount:dev:api`).
why: A job that is meant for the test system - and everybody who may change it - acts in production.
remediation: |
  Remove `{accepted_sub}` from the trust policy of role {name} and give those jobs a role of the test account.
blind_spots: Repositories and projects that are test systems as a whole, under a name that does not say so.
false_positives: An environment called "staging" from which production releases are really made.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy-prod", type: aws:iam-role, environment: prod}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy-prod", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@1/web@2:environment:production", "repo:acme@1/web@2:environment:staging"], attrs: {sub_operator: StringEquals}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy-prod", type: aws:iam-role, environment: prod}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy-prod", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@1/test-tools@2:environment:production"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy-dev", type: aws:iam-role, environment: nonprod}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy-dev", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@1/web@2:environment:staging"], attrs: {sub_operator: StringEquals}}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.sub AS accepted_sub, i.environment_evidence AS production_known_by, o.conditions,
  p.privilege AS role_privilege, i.last_used_at AS role_last_used_at,
  CASE WHEN p.privilege = 'read' THEN 'medium' ELSE 'high' END AS severity,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE i.environment = 'prod'
  AND regexp_matches(lower(o.sub), '(:environment:|:ref:refs/heads/|:ref:|^system:serviceaccount:)([a-z0-9]+[-_/])?(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|nonprod|preprod|preview)([-_/:*0-9]|$)')
