/*
id: third_party_admin
title: Third party can act as administrator
severity: critical
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-6(5)", "NIST-800-53:SR-3", "CSF-2.0:GV.SC-07"]
inputs: [aws.iam]
key: [subject]
detects: A role with administrator rights, or rights to give itself such, that an account outside the organisation may assume.
why: The vendor's next breach is then your breach, in full. Monitoring and cost tools need to read, not to administer.
remediation: |
  Ask {vendor} for the permissions its product really needs, attach those to {name} instead of the administrator policy, and remove the
  role's right to change IAM.
blind_spots: Rights that reach administrator by several hops.
false_positives: A managed-service provider that is meant to administer the account; record an exception with an end.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/msp", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/msp", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    grants: [{identity_uid: "aws:iam::111122223333:role/msp", actions: ["*"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/msp", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/msp", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    grants: [{identity_uid: "aws:iam::111122223333:role/msp", actions: ["s3:GetObject"]}]
  - identities: [{uid: "aws:iam::111122223333:role/own", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/own", subject: "444455556666", attrs: {account: "444455556666"}}]
    grants: [{identity_uid: "aws:iam::111122223333:role/own", actions: ["*"]}]
    resources: [{uid: "aws:organizations::111122223333:account/444455556666", type: "aws:account", name: "444455556666"}]
*/
SELECT i.uid AS identity, t.subject, i.name, i.scope, t.attrs['account'] AS account,
  coalesce(t.vendor, 'the operator of account ' || t.attrs['account']) AS vendor, p.privilege, t.external_id, i.last_used_at,
  CASE WHEN p.privilege = 'admin' THEN 'critical' ELSE 'high' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'other_account' AND t.mechanism = 'sts:AssumeRole' AND NOT t.own_account AND t.attrs['account'] IS NOT NULL
  AND t.attrs['org_condition'] IS NULL AND i.type = 'aws:iam-role' AND p.privilege IN ('admin', 'permissions')
