/*
id: trust_to_anyone
title: Role can be assumed by anyone
severity: critical
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:AC-6"]
inputs: [aws.iam, repository.iac]
key: [mechanism]
detects: >
  A role whose trust policy has the principal `*` (or everybody except a few) and no condition that pins an organisation, a principal, a
  source or an ExternalId; a wildcard that fits any organisation or any account pins nothing. With nothing but an ExternalId it is high:
  that value is a shared password, not an identity.
why: Every AWS customer in the world may become this identity; its name is all they need to guess.
remediation: |
  Replace the principal `*` in the trust policy of {name} by the accounts or roles that need it, or pin the organisation:
  `"Condition": {"StringEquals": {"aws:PrincipalOrgID": "<o-...>"}}`. Write the whole policy to trust.json, then
  `aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`.
blind_spots: Conditions on other keys (source IP, time) are not weighed; they are shown as evidence.
false_positives: Conditions that this rule does not understand may narrow the trust; a deny statement beside it lowers the confidence.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/open", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/open", subject: "*", subject_kind: anyone}]
  - identities: [{uid: "aws:iam::111122223333:role/any-org", type: "aws:iam-role"}]  # StringLike aws:PrincipalOrgID o-*
    trusts: [{identity_uid: "aws:iam::111122223333:role/any-org", subject: "*", subject_kind: anyone, conditions: '{"StringLike":{"aws:PrincipalOrgID":["o-*"]}}', attrs: {void_conditions: "true"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/org", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/org", subject: "*", subject_kind: anyone, attrs: {org_condition: o-abc123}}]
  - identities: [{uid: "aws:iam::111122223333:role/fn", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/fn", subject: "*", subject_kind: anyone, attrs: {principal_condition: "arn:aws:iam::111122223333:role/ci"}}]
  - identities: [{uid: "aws:iam::111122223333:role/fn", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/fn", subject: lambda.amazonaws.com, subject_kind: service}]
*/
SELECT i.uid AS identity, t.mechanism, i.name, i.scope, max(t.subject) AS subject, max(t.conditions) AS conditions, min(t.attrs['source_path']) AS path,
  min(TRY_CAST(t.attrs['line'] AS BIGINT)) AS line, max(p.privilege) AS privilege,
  CASE WHEN bool_and(t.external_id OR (t.conditions IS NOT NULL AND t.attrs['void_conditions'] IS NULL)) THEN 'high'
    WHEN bool_and(coalesce(t.attrs['deny'] = 'true', FALSE)) THEN 'high' ELSE 'critical' END AS severity,
  CASE WHEN bool_and(coalesce(t.attrs['deny'] = 'true', FALSE) OR (t.conditions IS NOT NULL AND t.attrs['void_conditions'] IS NULL)) THEN 'medium'
    ELSE 'high' END AS confidence
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'anyone' AND t.mechanism = 'sts:AssumeRole'
  AND t.attrs['org_condition'] IS NULL AND t.attrs['principal_condition'] IS NULL AND t.attrs['source_condition'] IS NULL
GROUP BY i.uid, t.mechanism, i.name, i.scope
