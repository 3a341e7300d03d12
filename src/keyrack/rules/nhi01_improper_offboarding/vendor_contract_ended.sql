/*
id: vendor_contract_ended
title: Trust to a vendor whose contract has ended
severity: high
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:SR-12", "CSF-2.0:GV.SC-10"]
inputs: [aws.iam]
key: [subject]
detects: An active role that an account of a former vendor may still assume, by the vendor catalogue given to Keyrack.
why: Off-boarding a supplier ends the invoice, not the access. Nobody watches what a former vendor - or its next intruder - does.
remediation: |
  Remove the principal {subject} ({vendor}) from the trust policy of {name}: write what remains to trust.json, then
  `aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`; if no other principal remains, delete the role. Ask for written confirmation that {vendor} deleted your data.
blind_spots: Vendors and accounts that the catalogue does not list.
false_positives: A hand-over period agreed after the end of the contract; record it as an exception with its end.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/audit", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/audit", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt, accounts: ["999988887777"], status: ended}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/audit", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/audit", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt, accounts: ["999988887777"], status: active}]
  - identities: [{uid: "aws:iam::111122223333:role/audit", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/audit", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    vendors: [{uid: "vendor:other", name: Other, accounts: ["999988887776"], status: ended}]
*/
SELECT i.uid AS identity, t.subject, v.name AS vendor, i.name, i.scope, t.attrs['account'] AS account, t.external_id,
  coalesce(p.privilege, 'none stated') AS privilege, i.last_used_at, i.use_source AS says_last_used,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM vendors v
JOIN trusts t ON t.vendor = v.name
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE v.status = 'ended' AND i.status IN ('active', 'unknown')
