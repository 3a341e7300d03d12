/*
id: oidc_trust_without_audience
title: OIDC trust accepts tokens made for another audience
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-9", "CSF-2.0:PR.AA-03"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html"]
inputs: [aws.iam, repository.iac]
key: [issuer]
detects: |
  A role for web identity whose trust policy has no condition on `aud`, an `aud` of `*`, or one that passes when the claim is
  absent. Low where
  an operator that passes on absence is all that is wrong; critical for login providers such as Cognito where `aud` is the only thing that tells one customer's pool from another's.
why: |
  A token handed to another service, one that the job trusts less, can be replayed to AWS. IAM checks the audience only
  against the list of the OIDC provider, which all roles of the account share.
remediation: |
  Add `"StringEquals": {"{issuer}:aud": "sts.amazonaws.com"}` (the audience that your jobs ask for) to the trust policy of role {name}:
  {how}.
blind_spots: Audiences computed at deployment time cannot be read from a template.
false_positives: Where the account's OIDC provider lists a single audience that nobody else uses, nothing more can be accepted; reported as low.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/app", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/app", subject: cognito-identity.amazonaws.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: cognito-identity.amazonaws.com, attrs: {claims: amr}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod"], audiences: [sts.amazonaws.com], attrs: {aud_operator: StringEquals, sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/partner", type: aws:iam-role}]  # Google: the one service account is pinned by its numeric sub
    trusts: [{identity_uid: "aws:iam::111122223333:role/partner", subject: accounts.google.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: accounts.google.com, subs: ["1029384756"], attrs: {sub_operator: StringEquals}}]
*/
WITH audience_lists AS (
  SELECT scope, attrs['url'] AS url, min(attrs['audiences']) AS audiences
  FROM resources WHERE type = 'aws:oidc-provider' GROUP BY scope, attrs['url']
)
SELECT o.identity_uid AS identity, min(i.name) AS name, o.issuer, min(a.audiences) AS audiences_of_provider,
  min(o.conditions) AS conditions, string_agg(DISTINCT o.sub, ', ' ORDER BY o.sub) AS accepted_subs,
  CASE
    WHEN min(o.tenancy) = 'login' THEN 'critical'
    WHEN min(a.audiences) = 'sts.amazonaws.com' OR min(o.tenancy) = 'private' OR bool_and(len(o.audiences) > 0 AND NOT list_contains(o.audiences, '*')) THEN 'low'
    ELSE 'medium' END AS severity,
  CASE WHEN min(i.type) LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  min(o.source_path) AS path, min(CAST(o.source_line AS BIGINT)) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN audience_lists a ON a.scope = i.scope AND (a.url = o.issuer OR a.url = 'https://' || o.issuer)
WHERE ((len(o.audiences) = 0 AND o.aud_operator IS NULL) OR list_contains(o.audiences, '*') OR lower(coalesce(o.aud_operator, '')) LIKE 'forallvalues:%'
    OR lower(coalesce(o.aud_operator, '')) LIKE '%ifexists')
  AND NOT (len(o.audiences) = 0 AND coalesce(o.conditions, '') LIKE '%${%}":%')
  AND (o.tenancy <> 'login' OR o.sub IS NULL OR o.breadth = 'anyone')
GROUP BY o.identity_uid, o.issuer
