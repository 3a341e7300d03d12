/*
id: oidc_trust_optional_condition
title: OIDC trust checks sub with an operator that passes when the claim is absent
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"]
inputs: [aws.iam, repository.iac]
key: [issuer, operator]
detects: A trust policy that limits `sub` only by `ForAllValues:...` or `...IfExists`.
why: |
  Both operators are true when the key is missing from the request. The limit then rests on the issuer always sending the
  claim under exactly the name written in the policy; one typing error in the key opens the role to every token of the issuer.
remediation: |
  In the trust policy of role {name} replace `{operator}` by StringEquals (or StringLike where a wildcard is meant) on
  `{issuer}:sub`: {how}.
blind_spots: Whether the issuer's administrators removed `sub` from its tokens is not visible here.
false_positives: Issuers such as GitHub always send `sub`, so the hole is latent until the policy's key and the token's claim differ.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"], attrs: {sub_operator: "ForAllValues:StringLike"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # ForAnyValue fails on an absent claim
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"], attrs: {sub_operator: "ForAnyValue:StringLike"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # a second, strict condition pins the repository
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"], attrs: {sub_operator: StringEqualsIfExists, claims: "repository_id"}}]
*/
SELECT o.identity_uid AS identity, min(i.name) AS name, o.issuer, o.sub_operator AS operator,
  string_agg(DISTINCT o.sub, ', ' ORDER BY o.sub) AS accepted_subs, min(o.conditions) AS conditions,
  CASE WHEN min(o.tenancy) = 'shared' THEN 'medium' ELSE 'low' END AS severity,
  CASE WHEN min(i.type) LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  min(o.source_path) AS path, min(CAST(o.source_line AS BIGINT)) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
WHERE o.optional AND o.sub IS NOT NULL AND NOT o.claim_pins_repository
GROUP BY o.identity_uid, o.issuer, o.sub_operator
