/*
id: foreign_trust_without_external_id
title: Third-party account may assume a role without an ExternalId
severity: medium
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:SR-3", "CSF-2.0:GV.SC-07"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"]
inputs: [aws.iam, repository.iac]
key: [subject]
detects: >
  A role that an account outside the organisation may assume while the trust policy pins neither sts:ExternalId nor our own organisation
  or a source. For roles declared in code, where it is not known which accounts are ours, low unless the account is a known vendor's or the role
  administers.
why: >
  A vendor serves many customers from one account. Without an ExternalId another customer can have the vendor assume your role
  (confused deputy): the name of the role is the only secret.
remediation: |
  Agree a unique ExternalId with {vendor} and add it to the trust policy of {name}:
  `"Condition": {"StringEquals": {"sts:ExternalId": "<value from the vendor>"}}`
  ({how}).
blind_spots: Whether the vendor really sends a different ExternalId per customer.
false_positives: >
  Accounts of your own company that are in no organisation and not listed as own accounts: list them. The same
  holds for roles declared in code, which say nothing of the account they are made in, hence low confidence there.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/monitor", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/monitor", subject: "999988887777", attrs: {account: "999988887777"}}]
  - identities: [{uid: "repo:acme/infra:iam-role/aws_iam_role.vendor", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    trusts: [{identity_uid: "repo:acme/infra:iam-role/aws_iam_role.vendor", subject: "999988887777", attrs: {account: "999988887777", source_path: iam.tf, line: "4"}}]
good:
  - identities: [{uid: "repo:acme/infra:iam-role/aws_iam_role.vendor", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    trusts: [{identity_uid: "repo:acme/infra:iam-role/aws_iam_role.vendor", subject: "999988887777", attrs: {account: "999988887777", source_path: iam.tf, line: "4"}, external_id: true}]
  - identities: [{uid: "repo:acme/infra:iam-role/aws_iam_role.member", type: "iac:aws-iam-role", provider: repository, scope: acme/infra}]
    trusts: [{identity_uid: "repo:acme/infra:iam-role/aws_iam_role.member", subject: "${var.hub_account}", attrs: {account: "${var.hub_account}", source_path: iam.tf, line: "4"}}]  # whose account, the caller decides
  - identities: [{uid: "aws:iam::111122223333:role/monitor", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/monitor", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
  - identities: [{uid: "aws:iam::111122223333:role/audit", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/audit", subject: "444455556666", attrs: {account: "444455556666"}}]
    resources: [{uid: "aws:organizations::111122223333:account/444455556666", type: "aws:account", name: "444455556666"}]
  - identities: [{uid: "aws:iam::111122223333:role/org", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/org", subject: "999988887777", attrs: {account: "999988887777", org_condition: o-abc123}}]
*/
SELECT i.uid AS identity, t.subject, i.name, i.scope, t.attrs['account'] AS account, coalesce(t.vendor, 'the operator of account ' || t.attrs['account']) AS vendor,
  coalesce(p.privilege, 'none stated') AS privilege, t.conditions, i.last_used_at,
  CASE
    WHEN i.type = 'iac:aws-iam-role' THEN 'in {path}:{line} of {scope}'
    ELSE '`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`' END AS how,
  CASE
    WHEN i.type = 'iac:aws-iam-role' AND t.vendor IS NULL THEN CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'medium' ELSE 'low' END
    WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN i.type = 'iac:aws-iam-role' AND t.vendor IS NULL THEN 'low' ELSE 'high' END AS confidence,
  t.attrs['source_path'] AS path, TRY_CAST(t.attrs['line'] AS BIGINT) AS line
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'other_account' AND t.mechanism = 'sts:AssumeRole' AND NOT t.external_id AND NOT t.own_account
  AND regexp_matches(t.attrs['account'], '^[0-9]{12}$') AND t.attrs['org_condition'] IS NULL AND t.attrs['source_condition'] IS NULL
  AND i.type IN ('aws:iam-role', 'iac:aws-iam-role')
