/*
id: foreign_trust_without_external_id
title: Third-party account may assume a role without an ExternalId
severity: medium
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:SR-3", "CSF-2.0:GV.SC-07"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"]
inputs: [aws.iam]
key: [subject]
detects: >
  A role that an account outside the organisation may assume while the trust policy pins neither sts:ExternalId nor our own organisation
  or a source.
why: >
  A vendor serves many customers from one account. Without an ExternalId another customer can have the vendor assume your role
  (confused deputy): the name of the role is the only secret.
remediation: |
  Agree a unique ExternalId with {vendor} and add it to the trust policy of {name}:
  `"Condition": {"StringEquals": {"sts:ExternalId": "<value from the vendor>"}}`
  (`aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`).
blind_spots: Whether the vendor really sends a different ExternalId per customer.
false_positives: >
  Accounts of your own company that are in no organisation and not listed as own accounts: list them. Roles declared in code are judged
  only where the account is a known vendor's.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/monitor", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/monitor", subject: "999988887777", attrs: {account: "999988887777"}}]
good:
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
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'other_account' AND t.mechanism = 'sts:AssumeRole' AND NOT t.external_id AND NOT t.own_account
  AND t.attrs['account'] IS NOT NULL AND t.attrs['org_condition'] IS NULL AND t.attrs['source_condition'] IS NULL
  AND (i.type = 'aws:iam-role' OR t.vendor IS NOT NULL)
