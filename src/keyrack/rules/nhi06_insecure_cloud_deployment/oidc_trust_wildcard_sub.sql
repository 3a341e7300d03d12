/*
id: oidc_trust_wildcard_sub
title: OIDC trust accepts repositories or projects other than the intended one
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/security/oidc", "https://docs.gitlab.com/ci/cloud_services/aws/"]
inputs: [aws.iam, repository.iac]
key: [issuer, accepted_sub]
detects: |
  A condition on `sub` whose wildcard lets in more than one repository, project or workspace: `*`, `repo:*`, `repo:acme*`
  (an owner `acme-evil` can be registered), `repo:acme/*`, `repo:acme/web*`, `project_path:group/*`, `organization:acme:*`.
why: |
  IAM's `*` also matches `/` and `:`. Where the owner's name is not closed by `/`, anybody who can open an account at the
  platform can become the role; where only the owner is fixed, the least guarded repository of the organisation decides who can.
remediation: |
  In the trust policy of role {name} replace "{accepted_sub}" by the exact subjects that use it, with StringEquals:
  `repo:<owner>@<owner id>/<repository>@<repository id>:environment:<name>` (GitHub), `project_path:<group>/<project>:ref_type:branch:ref:main` (GitLab);
  then {how}.
blind_spots: |
  Subjects customised per organisation on the platform's side are read by their text only. Patterns of issuers we do not
  know are judged by their first words.
false_positives: |
  A platform team may mean a role for every repository of the organisation (such roles should be read-only; severity is
  medium unless the role can write permissions or administer). Another claim pinned in the same statement makes the rule silent.
bad:
  - &anyone
    identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@12/*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: gitlab.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: gitlab.com, subs: ["project_path:*:ref_type:branch:ref:main"], attrs: {sub_operator: "ForAnyValue:StringLike"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # both forms of one repository, whatever its ids
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:*", "repo:acme@*/web@*:*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # with StringEquals an asterisk is only a character: nothing matches
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # wide sub, one repository by its id
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/*"], attrs: {sub_operator: StringLike, claims: repository_id}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # release branches of one repository
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/release/*"], attrs: {sub_operator: StringLike}}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.sub AS accepted_sub, o.sub_operator AS operator,
  CASE WHEN o.breadth = 'anyone' AND NOT o.claim_pins_owner THEN 'any customer of the issuer' ELSE 'everything of one owner' END AS lets_in,
  o.conditions, o.also_denies AS policy_also_denies, p.privilege AS role_privilege, i.last_used_at AS role_last_used_at,
  CASE
    WHEN o.breadth = 'anyone' AND NOT o.claim_pins_owner THEN 'critical'
    WHEN p.privilege IN ('admin', 'permissions') OR i.environment = 'prod' THEN 'high'
    ELSE 'medium' END AS severity,
  CASE WHEN o.also_denies OR o.form = 'other' THEN 'medium' ELSE 'high' END AS confidence,
  CASE WHEN i.type LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.sub IS NOT NULL AND o.tenancy = 'shared' AND o.breadth IN ('anyone', 'owner') AND NOT o.claim_pins_repository
