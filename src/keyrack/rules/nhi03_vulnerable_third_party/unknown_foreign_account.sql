/*
id: unknown_foreign_account
title: Role trusts an account that is neither ours nor a known vendor's
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "NIST-800-53:AC-20", "CSF-2.0:GV.SC-04"]
inputs: [aws.iam]
key: [subject]
detects: >
  A role that may be assumed from an account that belongs neither to the organisation, nor to the accounts listed as own, nor to the vendor
  catalogue. While no vendor catalogue was given, every vendor is unknown: the finding then is low with an ExternalId (somebody arranged
  this trust) and medium without one, a step more where the role administers or writes permissions.
why: Nobody can say who sits behind the account. It is how attackers keep a back door, and how forgotten pilots keep access.
remediation: |
  Find out whose account {account} is. Known: add it to the vendor catalogue or the list of own accounts. Unknown: remove {subject} from
  the trust policy of {name}, write what remains to trust.json, run
  `aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`, and review CloudTrail for AssumeRole from {account}.
blind_spots: An account of a known vendor that another tenant of the vendor controls.
false_positives: >
  Own accounts outside the organisation and vendors that nobody has listed yet; without access to AWS Organizations sibling accounts are
  unknown too. Roles declared in code are not judged.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/sync", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/sync", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
  - identities: [{uid: "aws:iam::111122223333:role/sync", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/sync", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    vendors: [{uid: "vendor:other", name: Other, accounts: ["999988887776"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/sync", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/sync", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    vendors: [{uid: "vendor:lumen", name: Lumen, accounts: ["999988887777"]}]
  - identities: [{uid: "aws:iam::111122223333:role/sync", type: "aws:iam-role"}, {uid: "aws:iam::444455556666:user/x", scope: "444455556666"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/sync", subject: "444455556666", attrs: {account: "444455556666"}}]
*/
SELECT i.uid AS identity, t.subject, i.name, i.scope, t.attrs['account'] AS account, t.external_id, coalesce(p.privilege, 'none stated') AS privilege,
  i.created_at, i.last_used_at, i.owner,
  l.vendors_listed,
  CASE
    WHEN l.vendors_listed = 0 AND t.external_id THEN CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'medium' ELSE 'low' END
    WHEN l.vendors_listed = 0 THEN CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END
    WHEN p.privilege IN ('admin', 'permissions') THEN 'critical'
    WHEN p.privilege IS NULL OR p.privilege = 'read' THEN 'medium' ELSE 'high' END AS severity
FROM trusts t
CROSS JOIN (SELECT count(*) AS vendors_listed FROM vendors) l
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'other_account' AND t.mechanism = 'sts:AssumeRole' AND NOT t.own_account AND t.vendor IS NULL
  AND t.attrs['account'] IS NOT NULL AND t.attrs['org_condition'] IS NULL AND i.type = 'aws:iam-role'
