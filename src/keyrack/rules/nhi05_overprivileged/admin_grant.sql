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
  no permissions boundary and no outright deny that takes it away.
why: One leaked key or one confused program is then the whole account, including the means to hide it.
remediation: |
  Replace policy {policy} of {name} by what it uses: `aws iam generate-service-last-accessed-details --arn {arn}` shows the services; write a policy
  of those actions, attach it, then detach {policy}. Until then set a permissions boundary.
blind_spots: >
  Service control policies that are not visible from the account; conditions are taken as narrowing; wildcards in resource names that reach
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
good:
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
  SELECT identity_uid, min(coalesce(policy, 'its inline policy')) AS policy, min(via) AS via, count(*) AS statements
  FROM broad_grants WHERE privilege = 'admin' AND language = 'aws-iam' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.attrs['arn'], 'arn:' || i.uid) AS arn, h.policy, h.via, h.statements, i.owner, i.last_used_at,
  i.usable_credentials, CASE WHEN i.name = 'OrganizationAccountAccessRole' THEN 'medium' ELSE 'high' END AS severity
FROM privileges p
JOIN identities i ON i.uid = p.identity_uid
JOIN how h ON h.identity_uid = p.identity_uid
WHERE p.privilege = 'admin' AND i.nhi AND i.type IN ('aws:iam-user', 'aws:iam-role') AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
