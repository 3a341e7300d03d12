/*
id: kms_key_without_rotation
title: Customer-managed KMS key does not rotate
severity: low
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-AWS-4.0:3.6", "NIST-800-53:SC-12", "CSF-2.0:PR.DS-01"]
inputs: [aws.kms]
key: [key_id]
detects: An enabled, customer-managed, symmetric KMS key whose material AWS made and whose yearly rotation is switched off.
why: One key for years widens what a single leak of plain material or a mistaken grant exposes; rotation costs nothing and re-encrypts nothing.
remediation: "`aws kms enable-key-rotation --key-id arn:{key_id}` ({name} in {account})."
blind_spots: Keys of other accounts that this one uses.
false_positives: Asymmetric, HMAC, multi-Region replica and imported keys cannot rotate by themselves and are left out.
bad:
  - resources: [{uid: "aws:kms:eu-west-1:111122223333:key/1", type: aws:kms-key, name: alias/app, attrs: {manager: CUSTOMER, origin: AWS_KMS, rotation_enabled: "false", status: Enabled}}]
good:
  - resources: [{uid: "aws:kms:eu-west-1:111122223333:key/1", type: aws:kms-key, name: alias/aws/s3, attrs: {manager: AWS, origin: AWS_KMS, rotation_enabled: "false", status: Enabled}}]
  - resources: [{uid: "aws:kms:eu-west-1:111122223333:key/1", type: aws:kms-key, name: alias/app, attrs: {manager: CUSTOMER, origin: EXTERNAL, rotation_enabled: "false", status: Enabled}}]
  - resources: [{uid: "aws:kms:eu-west-1:111122223333:key/1", type: aws:kms-key, name: alias/app, attrs: {manager: CUSTOMER, origin: AWS_KMS, rotation_enabled: "false", status: PendingDeletion}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS key_id, r.name, r.scope AS account, r.environment, r.source_id
FROM resources r
WHERE r.type = 'aws:kms-key' AND r.attrs['rotation_enabled'] = 'false' AND coalesce(r.attrs['manager'], 'CUSTOMER') = 'CUSTOMER'
  AND coalesce(r.attrs['origin'], 'AWS_KMS') = 'AWS_KMS' AND lower(coalesce(r.attrs['status'], 'enabled')) = 'enabled'
