/*
id: admin_grant
title: Machine identity is administrator
severity: high
confidence: high
owasp: NHI5:2025
frameworks: [CIS-AWS-4.0:1.16, "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam]
key: []
detects: >
  An IAM user or role that may do everything on everything (`*` on `*`, AdministratorAccess, NotAction without IAM, or all of IAM), with
  no permissions boundary and no outright deny that takes it away. Medium, with medium confidence, where a condition such as a region or
  an address must hold.
why: One leaked key or one confused program is then the whole account, including the means to hide it.
remediation: |
  Replace policy {policy} of {name} by what it uses: `aws iam generate-service-last-accessed-details --arn {arn}` shows the services; write a policy
  of those actions, attach it, then detach {policy}. Until then set a permissions boundary.
blind_spots: >
  Service control policies that are not visible from the account; conditions on tags, MFA
  and calling services are taken as narrowing; wildcards in resource names that reach
  everything.
false_positives: >
  Roles that bootstrap accounts. Roles that people become through IAM Identity Center or SAML, people's own users, the root user and
  service-linked roles are not machine identities you can change, and are not reported. OrganizationAccountAccessRole is medium: it is
  made by AWS Organizations, and its trust is what to watch.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/deploy", actions: ["*"], policy: AdministratorAccess, via: managed}]
  - identities: [{uid: "aws:iam::111122223333:role/idp", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/idp", actions: ["iam:*"]}]
  - identities: [{uid: "aws:iam::111122223333:role/regional", type: "aws:iam-role"}]  # IAM and everything else of one region
    grants: [{identity_uid: "aws:iam::111122223333:role/regional", actions: ["*"], conditions: '{"StringEquals":{"aws:RequestedRegion":["eu-west-1"]}}'}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/tagged", type: "aws:iam-role"}]  # only what carries its team's tag
    grants: [{identity_uid: "aws:iam::111122223333:role/tagged", actions: ["*"], conditions: '{"StringEquals":{"aws:ResourceTag/team":["web"]}}'}]
  - identities: [{uid: "aws:iam::111122223333:role/regional", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/regional", actions: ["*"], conditions: '{"StringEquals":{"aws:RequestedRegion":["eu-west-1"]}}'}
      - {identity_uid: "aws:iam::111122223333:role/regional", actions: ["s3:GetObject"], via: boundary}
  - identities: [{uid: "aws:iam::111122223333:role/bounded", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/bounded", actions: ["*"]}
      - {identity_uid: "aws:iam::111122223333:role/bounded", actions: ["s3:GetObject"], via: boundary}
  - identities: [{uid: "aws:iam::111122223333:role/denied", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["iam:*"]}
      - {identity_uid: "aws:iam::111122223333:role/denied", actions: ["iam:*"], effect: deny}
  - identities: [{uid: "aws:iam::111122223333:role/fenced", type: "aws:iam-role"}]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/fenced", actions: ["*"]}
      - {identity_uid: "aws:iam::111122223333:role/fenced", actions: ["s3:GetObject"], not_actions: true, effect: deny}
  - identities: [{uid: "aws:iam::111122223333:role/one", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/one", actions: ["*"], resources: ["arn:aws:s3:::scratch"]}]
  - identities: [{uid: "aws:iam::111122223333:role/AWSReservedSSO_Admin_1", type: "aws:iam-role", attrs: {human_evidence: IAM Identity Center permission set}}]
    grants: [{identity_uid: "aws:iam::111122223333:role/AWSReservedSSO_Admin_1", actions: ["*"]}]
*/
WITH how AS (
  SELECT identity_uid, min(coalesce(policy, 'its inline policy')) AS policy, min(via) AS via, count(*) AS statements, CAST(NULL AS VARCHAR) AS conditions
  FROM broad_grants WHERE privilege = 'admin' AND language = 'aws-iam' GROUP BY identity_uid
),
conditional AS (
  SELECT identity_uid, min(coalesce(policy, 'its inline policy')) AS policy, min(via) AS via, count(*) AS statements, min(conditions) AS conditions
  FROM conditional_admin_grants GROUP BY identity_uid
),
holders AS (
  SELECT h.* FROM how h JOIN privileges p ON p.identity_uid = h.identity_uid WHERE p.privilege = 'admin'
  UNION ALL
  SELECT c.* FROM conditional c JOIN privileges p ON p.identity_uid = c.identity_uid
  WHERE p.privilege <> 'admin' AND NOT p.bounded AND NOT p.denied
)
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.attrs['arn'], 'arn:' || i.uid) AS arn, h.policy, h.via, h.statements, h.conditions, i.owner, i.last_used_at,
  i.usable_credentials,
  CASE WHEN i.name = 'OrganizationAccountAccessRole' OR h.conditions IS NOT NULL THEN 'medium' ELSE 'high' END AS severity,
  CASE WHEN h.conditions IS NOT NULL THEN 'medium' ELSE 'high' END AS confidence
FROM holders h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.nhi AND i.type IN ('aws:iam-user', 'aws:iam-role') AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
