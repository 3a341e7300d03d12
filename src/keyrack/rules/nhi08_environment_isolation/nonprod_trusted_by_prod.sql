/*
id: nonprod_trusted_by_prod
title: Production role can be assumed from outside production
severity: high
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, aws.organization, repository.iac, repository.ci]
key: [subject]
detects: |
  A trust whose target belongs to production (tag, path or name) and whose subject - role, user, pipeline or account - belongs to a
  non-production environment. Confidence is high where both sides state their environment, medium where a name had to speak.
why: Whoever controls the test system controls production; the boundary between the two exists on paper only.
remediation: |
  Remove {subject} from the trust policy of {name} ({how})
  and give what it needed there a role of its own in production.
blind_spots: Longer chains - a test role that becomes a shared role that becomes production's - are shown as paths, not by this rule.
false_positives: |
  A deployment pipeline named after its staging stage that also promotes to production. Conditions of the trust are shown, not evaluated.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/orders-operator", type: aws:iam-role, environment: prod}
      - {uid: "aws:iam::111122223333:role/orders-runner-staging", type: aws:iam-role, environment: nonprod}
    trusts: [{identity_uid: "aws:iam::111122223333:role/orders-operator", subject: "aws:iam::111122223333:role/orders-runner-staging", subject_kind: same_account}]
  - identities: [{uid: "aws:iam::111122223333:role/orders-operator", type: aws:iam-role, environment: prod}]
    resources: [{uid: "aws:account:999900001111", type: aws:account, name: acme-staging, scope: "999900001111"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/orders-operator", subject: "999900001111", subject_kind: other_account, attrs: {account: "999900001111"}}]
good:
  - identities:
      - {uid: "aws:iam::111122223333:role/orders-operator", type: aws:iam-role, environment: prod}
      - {uid: "aws:iam::111122223333:role/orders-runner", type: aws:iam-role, environment: prod}
    trusts: [{identity_uid: "aws:iam::111122223333:role/orders-operator", subject: "aws:iam::111122223333:role/orders-runner", subject_kind: same_account}]
  - identities:  # the other way: production may look at its test system
      - {uid: "aws:iam::111122223333:role/orders-staging", type: aws:iam-role, environment: nonprod}
      - {uid: "aws:iam::111122223333:role/orders-runner", type: aws:iam-role, environment: prod}
    trusts: [{identity_uid: "aws:iam::111122223333:role/orders-staging", subject: "aws:iam::111122223333:role/orders-runner", subject_kind: same_account}]
  - identities:  # the subject's environment is unknown
      - {uid: "aws:iam::111122223333:role/orders-operator", type: aws:iam-role, environment: prod}
      - {uid: "aws:iam::111122223333:role/orders-runner", type: aws:iam-role}
    trusts: [{identity_uid: "aws:iam::111122223333:role/orders-operator", subject: "aws:iam::111122223333:role/orders-runner", subject_kind: same_account}]
*/
WITH subjects AS (
  SELECT uid, name, environment, environment_evidence AS evidence FROM identities WHERE environment = 'nonprod'
  UNION ALL
  SELECT r.scope AS uid, r.name, 'nonprod' AS environment, 'name' AS evidence
  FROM resources r
  WHERE r.type = 'aws:account'
    AND (r.environment = 'nonprod' OR regexp_matches(lower(r.name), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)'))
    AND NOT regexp_matches(lower(r.name), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')
)
SELECT i.uid AS identity, i.name, t.subject, s.name AS subject_name, t.mechanism, i.environment_evidence AS production_known_by, s.evidence AS nonproduction_known_by,
  t.conditions, p.privilege AS privilege_gained, i.last_used_at AS last_used_at,
  CASE WHEN p.privilege = 'read' THEN 'medium' ELSE 'high' END AS severity,
  CASE WHEN i.environment_evidence = 'stated' AND s.evidence = 'stated' THEN 'high' ELSE 'medium' END AS confidence,
  CASE WHEN i.type LIKE 'iac:%' THEN 'edit {path} and deploy it' ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  t.attrs['source_path'] AS path, CAST(t.attrs['line'] AS BIGINT) AS line
FROM trusts t
JOIN subjects s ON s.uid = t.subject
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.environment = 'prod' AND t.mechanism IN ('sts:AssumeRole', 'ci:assumes-role', 'os:assumes-role')
