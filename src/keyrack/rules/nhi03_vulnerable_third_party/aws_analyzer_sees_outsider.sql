/*
id: aws_analyzer_sees_outsider
title: Access Analyzer sees access from outside that the trust policy does not show us
severity: medium
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:AC-4", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html"]
inputs: [aws.iam, aws.access_analyzer]
key: []
detects: |
  An open finding of IAM Access Analyzer for access from outside to a role in whose trust policy we read no outsider: no other account, no issuer, nobody at large.
  One of the two is wrong, or the policy changed since. High when Access Analyzer calls it public. Where both agree, the rules on trusts speak.
why: A disagreement of two readers of one policy is either a hole that one of them missed, or a stale opinion somebody relies on.
remediation: Look at the trust policy of {name} (`aws iam get-role --role-name {name}`) for {principals}; end the trust, or archive the finding with its reason.
blind_spots: Buckets, keys, queues and other resources with policies of their own are not compared; nor roles of accounts that were not scanned.
false_positives: A policy changed within the last day; Access Analyzer looks again within 24 hours.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/app", type: "aws:iam-role"}]
    resources: [{uid: "aws:access-analyzer:x/finding/1", type: "aws:analyzer-finding", name: f, attrs: {finding_type: ExternalAccess, about: "aws:iam::111122223333:role/app", principals: "AWS:999988887777", public: "false"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/app", subject: lambda.amazonaws.com, subject_kind: service}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/app", type: "aws:iam-role"}]  # we see it too
    resources: [{uid: "aws:access-analyzer:x/finding/1", type: "aws:analyzer-finding", name: f, attrs: {finding_type: ExternalAccess, about: "aws:iam::111122223333:role/app"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/app", subject: "999988887777", subject_kind: other_account}]
  - identities: [{uid: "aws:iam::111122223333:role/app", type: "aws:iam-role"}]  # unused access is no access from outside
    resources: [{uid: "aws:access-analyzer:x/finding/1", type: "aws:analyzer-finding", name: f, attrs: {finding_type: UnusedIAMRole, about: "aws:iam::111122223333:role/app"}}]
  - resources: [{uid: "aws:access-analyzer:x/finding/1", type: "aws:analyzer-finding", name: f, attrs: {finding_type: ExternalAccess, about: "aws:s3:::bucket"}}]
  - identities: [{uid: "aws:iam::111122223333:role/sso", type: "aws:iam-role"}]
    resources: [{uid: "aws:access-analyzer:x/finding/1", type: "aws:analyzer-finding", name: f, attrs: {finding_type: ExternalAccess, about: "aws:iam::111122223333:role/sso"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/sso", subject: "aws:iam::111122223333:saml-provider/x", subject_kind: federated, mechanism: "sts:AssumeRoleWithSAML"}]
*/
WITH told AS (
  SELECT attrs['about'] AS uid, max(attrs['principals']) AS principals, bool_or(attrs['public'] = 'true') AS everybody
  FROM resources WHERE type = 'aws:analyzer-finding' AND attrs['finding_type'] = 'ExternalAccess' GROUP BY attrs['about']
),
seen AS (SELECT DISTINCT identity_uid FROM trusts WHERE subject_kind IN ('other_account', 'federated', 'anyone') AND mechanism LIKE 'sts:%')
SELECT i.uid AS identity, i.name, i.scope, t.principals, t.everybody AS called_public, i.last_used_at,
  CASE WHEN t.everybody THEN 'high' ELSE 'medium' END AS severity
FROM told t
JOIN identities i ON i.uid = t.uid
LEFT JOIN seen s ON s.identity_uid = i.uid
WHERE s.identity_uid IS NULL AND i.type = 'aws:iam-role'
