/*
id: third_party_path_to_admin
title: Third party reaches administrator rights through others
severity: critical
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-6(5)", "NIST-800-53:SR-3", "CSF-2.0:GV.SC-07"]
inputs: [aws.iam, keyrack.graph]
key: [subject]
detects: A role that an account outside the organisation may assume, from which administrator rights are some steps away. Each step is decided from the policies.
why: The vendor's role looks modest, so nobody watches it; whoever breaks into the vendor walks from it to the whole account.
remediation: |
  Take {first_step} from {name}, or the role it leads to out of its reach: {route}
blind_spots: Policies on resources unless they were read; conditions nobody can judge from outside.
false_positives: A managed-service provider that is meant to administer the account; record an exception with an end.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/vendor", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    trusts: [{identity_uid: "aws:iam::111122223333:role/vendor", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/vendor", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'}
good:
  - identities: [{uid: "aws:iam::111122223333:role/vendor", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/vendor", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    grants: [{identity_uid: "aws:iam::111122223333:role/vendor", actions: ["s3:GetObject"]}]
  - identities:  # the strong role trusts a service only
      - {uid: "aws:iam::111122223333:role/vendor", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    trusts: [{identity_uid: "aws:iam::111122223333:role/vendor", subject: "999988887777", attrs: {account: "999988887777"}, external_id: true}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/vendor", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
*/
SELECT i.uid AS identity, t.subject, i.name, i.scope, t.attrs['account'] AS account,
  coalesce(t.vendor, 'the operator of account ' || t.attrs['account']) AS vendor, a.hops, a.mechanism AS first_step, a.route, t.external_id, i.last_used_at
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN admin_paths a ON a.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'other_account' AND t.mechanism = 'sts:AssumeRole' AND NOT t.own_account AND t.attrs['account'] IS NOT NULL
  AND t.attrs['org_condition'] IS NULL AND i.type = 'aws:iam-role' AND coalesce(p.privilege, 'read') NOT IN ('admin', 'permissions')
