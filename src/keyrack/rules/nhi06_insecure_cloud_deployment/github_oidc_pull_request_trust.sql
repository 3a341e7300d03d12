/*
id: github_oidc_pull_request_trust
title: Role can be assumed from pull requests
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/security/oidc"]
inputs: [aws.iam, repository.iac]
key: [issuer, accepted_sub]
detects: |
  A trust that accepts the subject `repo:...:pull_request`. High where the role administers or writes permissions, low
  where its statements only read.
why: Code that nobody has reviewed yet, from everybody who may push a branch, runs with the role's rights.
remediation: |
  Give pull requests a role of their own that can only read what a plan or test needs, and remove `{accepted_sub}` from the
  trust policy of role {name}: {how}.
blind_spots: A role declared in a template is judged without the policies that are attached elsewhere.
false_positives: A read-only role for `terraform plan` is a common and accepted use; it is reported as low.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@12/web@34:pull_request"], attrs: {sub_operator: StringEquals}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:pull_request_preview"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # a repository of that name is no event
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/pull_request:ref:refs/heads/main"], attrs: {sub_operator: StringEquals}}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.sub AS accepted_sub, o.repository, o.conditions,
  p.privilege AS role_privilege, i.last_used_at AS role_last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' WHEN p.privilege = 'read' THEN 'low' ELSE 'medium' END AS severity,
  CASE WHEN i.type LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.form = 'github' AND o.plain LIKE '%/%:pull_request'
