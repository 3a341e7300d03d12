/*
id: oidc_trust_any_ref
title: OIDC trust accepts every branch and pull request of a repository
severity: low
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/security/oidc"]
inputs: [aws.iam, repository.iac]
key: [issuer, accepted_sub]
detects: |
  A `sub` pattern that fixes the repository, project or workspace but not the branch, tag or environment (`repo:acme/web:*`,
  `project_path:acme/web:*`). Medium instead of low where the role administers, writes permissions or belongs to production.
why: |
  Everybody who may push a branch or open a pull request from inside the repository becomes the role, past branch
  protection, review and deployment approval.
remediation: |
  In the trust policy of role {name} replace `{accepted_sub}` by the environment or branch that deploys, e.g.
  `repo:<owner>@<owner id>/<repository>@<repository id>:environment:production`, and protect that environment with reviewers.
blind_spots: Who may push to the repository is not known here, so a repository with one trusted writer looks like any other.
false_positives: A role for tests of all branches needs this pattern; then it should hold read-only permissions on test data.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@12/web@34:*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/*"], attrs: {sub_operator: StringLike}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # a wildcard, but only below one protected prefix
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/tags/v*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # StringLike without a wildcard
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod"], attrs: {sub_operator: StringLike}}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.sub AS accepted_sub, o.sub_operator AS operator, o.repository,
  o.conditions, p.privilege AS role_privilege, i.environment, i.last_used_at AS role_last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') OR i.environment = 'prod' THEN 'medium' ELSE 'low' END AS severity,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.breadth = 'repository' AND coalesce(o.claims, '') NOT LIKE '%job_workflow_ref%'
