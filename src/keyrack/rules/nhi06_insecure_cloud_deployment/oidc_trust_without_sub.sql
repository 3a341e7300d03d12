/*
id: oidc_trust_without_sub
title: Role trusts an OIDC issuer without saying whose tokens
severity: critical
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/security/oidc", "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html"]
inputs: [aws.iam, repository.iac]
key: [issuer]
detects: |
  A role that `sts:AssumeRoleWithWebIdentity` opens to an OIDC issuer with no condition on the token's `sub` claim and
  no other claim that names one repository, project, workspace or owner.
why: |
  An issuer such as token.actions.githubusercontent.com signs tokens for everybody on the platform. Without `sub`, a
  workflow in any stranger's repository can become the role. With a private issuer it is every workload of that cluster
  or organisation.
remediation: |
  Add to the trust policy of role {name} a condition on `{issuer}:sub`, e.g.
  `"StringEquals": {"{issuer}:sub": "repo:<owner>@<owner id>/<repository>@<repository id>:environment:<name>", "{issuer}:aud": "sts.amazonaws.com"}`
  for GitHub, or `system:serviceaccount:<namespace>:<name>` for a cluster: {how}.
  Until then detach the role's policies if nothing is known to use it.
blind_spots: |
  Conditions that are computed at deployment time (Terraform expressions) cannot be read from a template. A service control
  policy that forbids AssumeRoleWithWebIdentity is not considered.
false_positives: |
  A Deny statement in the same trust policy may close the hole; confidence is then medium. Login providers for end users
  (Cognito, Google, Facebook, Amazon) are judged by their audience instead, in oidc_trust_without_audience.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, audiences: [sts.amazonaws.com], attrs: {aud_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/pod", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/pod", subject: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: oidc.eks.eu-west-1.amazonaws.com/id/ABC}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@12/web@34:ref:refs/heads/main"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # no sub, but the repository is pinned by its id
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, attrs: {claims: repository_id}}]
  - identities: [{uid: "aws:iam::111122223333:role/app-users", type: aws:iam-role}]  # sign-in of end users: one identity pool is pinned
    trusts: [{identity_uid: "aws:iam::111122223333:role/app-users", subject: cognito-identity.amazonaws.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: cognito-identity.amazonaws.com, audiences: ["eu-west-1:pool"], attrs: {claims: amr}}]
  - identities: [{uid: "repo:acme/infra:iam-role/aws_iam_role.main", type: "iac:aws-iam-role"}]  # a module: the condition comes from a variable
    trusts: [{identity_uid: "repo:acme/infra:iam-role/aws_iam_role.main", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, conditions: '{"${condition.value.test}":{"${condition.value.variable}":["${condition.value.values}"]}}'}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.tenancy AS issuer_serves, o.claims AS other_claims_pinned,
  o.conditions, o.also_denies AS policy_also_denies, p.privilege AS role_privilege, i.last_used_at AS role_last_used_at,
  CASE WHEN o.claim_pins_owner THEN 'high' WHEN o.tenancy = 'shared' THEN 'critical' ELSE 'high' END AS severity,
  CASE WHEN o.also_denies THEN 'medium' ELSE 'high' END AS confidence,
  CASE WHEN i.type LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.sub IS NULL AND o.breadth = 'anyone' AND o.tenancy <> 'login' AND NOT o.claim_pins_repository
