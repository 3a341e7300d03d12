/*
id: imds_v1
title: Instance answers the old metadata service, which hands its role to any request
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: [CIS-AWS-4.0:5.7, "NIST-800-53:IA-9"]
references: ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html"]
inputs: [aws.ec2, repository.iac]
key: [instance]
detects: >
  An EC2 instance, or an instance or launch template that Terraform or CloudFormation declares with
  optional tokens, whose metadata service accepts
  requests without a session token (IMDSv1). With a role attached it is high.
why: >
  A server-side request forgery in any program on the instance reads the role's credentials with one GET, as in the Capital One breach;
  IMDSv2 asks for a token that such a request cannot obtain.
remediation: |
  For {name}: {how}, after checking the MetadataNoToken metric for software that still uses version 1.
blind_spots: Launch templates outside the code that bring the setting back; code that leaves the setting to the account's default.
false_positives: Instances whose software cannot speak version 2 yet.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/web", type: "aws:iam-role"}]
    resources: [{uid: "aws:ec2:x:111122223333:instance/i-1", type: "aws:ec2-instance", name: web-1, attrs: {imds: optional, role: "aws:iam::111122223333:role/web"}}]
  - resources: [{uid: "repo:acme/infra:workload/aws_instance.web", type: "aws:ec2-instance", name: aws_instance.web, provider: repository, scope: acme/infra, attrs: {imds: optional, path: ec2.tf, line: "3"}}]
good:
  - resources: [{uid: "repo:acme/infra:workload/aws_instance.web", type: "aws:ec2-instance", name: aws_instance.web, provider: repository, scope: acme/infra, attrs: {path: ec2.tf, line: "3"}}]  # the account's default decides
  - identities: [{uid: "aws:iam::111122223333:role/web", type: "aws:iam-role"}]
    resources: [{uid: "aws:ec2:x:111122223333:instance/i-1", type: "aws:ec2-instance", name: web-1, attrs: {imds: required, role: "aws:iam::111122223333:role/web"}}]
  - resources: [{uid: "aws:ec2:x:111122223333:instance/i-1", type: "aws:ec2-instance", name: web-1}]
*/
SELECT r.attrs['role'] AS identity, r.uid AS instance, r.source_id, r.name, r.scope, r.attrs['path'] AS path, TRY_CAST(r.attrs['line'] AS BIGINT) AS line,
  regexp_extract(r.uid, '(i-[0-9a-f]+)$', 1) AS instance_id, r.attrs['imds'] AS metadata_service,
  CASE
    WHEN r.attrs['path'] IS NOT NULL THEN 'in {path}:{line} of {scope} set its tokens to required (`http_tokens` in metadata_options, `HttpTokens` in MetadataOptions) and apply it'
    ELSE '`aws ec2 modify-instance-metadata-options --instance-id {instance_id} --http-tokens required --http-put-response-hop-limit 1`, and the same in its launch template'
    END AS how,
  CASE WHEN r.attrs['role'] IS NOT NULL THEN 'high' ELSE 'medium' END AS severity
FROM resources r
WHERE r.type = 'aws:ec2-instance' AND r.attrs['imds'] = 'optional'
