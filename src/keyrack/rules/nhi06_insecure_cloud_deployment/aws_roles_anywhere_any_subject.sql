/*
id: aws_roles_anywhere_any_subject
title: Role admits every certificate of an authority
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html"]
inputs: [aws.iam, aws.roles_anywhere]
key: [subject]
detects: |
  A role that an enabled profile of IAM Roles Anywhere offers, whose trust policy says nothing of the certificate's subject, issuer or
  alternative names: any certificate the trust anchor's authority ever signs becomes the role. High where the role may write or
  administer, or where the trust policy does not even name the trust anchor.
why: |
  A company's authority signs certificates for laptops, printers and test machines too. Without a condition each of them holds this role,
  and so does whoever may ask the authority for a certificate.
remediation: |
  Add to the trust policy of role {name}: `"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "<name>"}, "ArnEquals": {"aws:SourceArn": "arn:{subject}"}`,
  with `aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json`.
blind_spots: A condition on session tags set elsewhere, or a session policy of the profile, may take rights away that this rule still counts.
false_positives: An authority that was made for this one role and signs for nothing else.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere", attrs: {source_condition: "arn:1"}}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/batch", language: aws-iam, actions: ["*"]}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere"}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere", subs: ["batch-*"], attrs: {x509: "x509subject/cn=batch-*"}}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]  # an intermediate authority of its own is named
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere", attrs: {x509: "x509issuer/cn=Batch Issuing CA"}}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]  # the service may come, but no profile offers the role
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: rolesanywhere.amazonaws.com, subject_kind: service, mechanism: "sts:AssumeRole"}]
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]  # a certificate that was seen
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:subject/9", subject_kind: identity, mechanism: "aws:roles-anywhere"}]
*/
SELECT i.uid AS identity, t.subject, i.name, i.scope, max(t.attrs['profile']) AS offered_by, max(t.conditions) AS conditions, max(p.privilege) AS privilege, max(i.last_used_at) AS last_used_at,
  CASE WHEN max(p.privilege) IN ('admin', 'permissions', 'write') OR bool_or(t.attrs['source_condition'] IS NULL) THEN 'high' ELSE 'medium' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.mechanism = 'aws:roles-anywhere' AND t.subject_kind = 'federated' AND t.attrs['x509'] IS NULL
GROUP BY i.uid, t.subject, i.name, i.scope
