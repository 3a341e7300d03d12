/*
id: aws_trust_anchor_without_revocation
title: Certificates of a trust anchor cannot be taken back
severity: low
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:IA-5(2)", "NIST-800-53:SC-17", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/rolesanywhere/latest/userguide/revocation.html"]
inputs: [aws.roles_anywhere]
key: [anchor]
detects: An enabled trust anchor of IAM Roles Anywhere through which at least one role can be had and for which no enabled revocation list is imported.
why: |
  A machine is retired or its key is stolen; until its certificate expires it remains what it was. Roles Anywhere looks at no OCSP responder and fetches no list: what is
  not imported does not exist.
remediation: |
  `aws rolesanywhere import-crl --name crl --crl-data fileb://crl.pem --trust-anchor-arn arn:{anchor} --enabled`, renewed by a job; or let certificates live for hours only.
blind_spots: How long the authority's certificates live is not known here; with lifetimes of a day a list adds little.
false_positives: Authorities that sign short-lived certificates only (SPIRE, step-ca).
bad:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]
    resources: [{uid: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", type: "aws:trust-anchor", name: batch-ca, attrs: {enabled: "true", crl: "false"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere", attrs: {x509: "x509subject/cn=batch"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]
    resources: [{uid: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", type: "aws:trust-anchor", name: batch-ca, attrs: {enabled: "true", crl: "true"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere", attrs: {x509: "x509subject/cn=batch"}}]
  - resources: [{uid: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", type: "aws:trust-anchor", name: batch-ca, attrs: {enabled: "true", crl: "false"}}]  # no role is behind it
  - identities: [{uid: "aws:iam::111122223333:role/batch", type: "aws:iam-role"}]  # switched off
    resources: [{uid: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", type: "aws:trust-anchor", name: batch-ca, attrs: {enabled: "false", crl: "false"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/batch", subject: "aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1", subject_kind: federated, mechanism: "aws:roles-anywhere"}]
*/
SELECT min(t.identity_uid) AS identity, r.uid AS anchor, r.name, r.scope, count(DISTINCT t.identity_uid) AS number_of_roles, string_agg(DISTINCT t.identity_uid, ', ' ORDER BY t.identity_uid) AS roles
FROM resources r
JOIN trusts t ON t.subject = r.uid AND t.mechanism = 'aws:roles-anywhere'
WHERE r.type = 'aws:trust-anchor' AND r.attrs['enabled'] = 'true' AND coalesce(r.attrs['crl'], 'false') <> 'true'
GROUP BY r.uid, r.name, r.scope
