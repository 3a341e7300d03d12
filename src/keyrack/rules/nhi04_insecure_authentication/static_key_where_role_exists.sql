/*
id: static_key_where_role_exists
title: Workload authenticates with a static AWS key although it has a role
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-03"]
inputs: [aws.lambda, aws.ecs, aws.codebuild, aws.ec2]
key: [credential, path]
detects: A long-lived AWS access key in the environment of a Lambda function, ECS task, CodeBuild project or EC2 instance.
why: >
  The platform hands such workloads short-lived credentials of their role by itself. A static key does not expire, is not bound to the
  workload, and lies readable in its configuration.
remediation: |
  Give the role {role} the permissions that {key_id} is used for, remove the variables from {workload}, watch the key's last use, and
  delete it: `aws iam delete-access-key --user-name {user} --access-key-id {key_id}`.
blind_spots: Keys that the workload reads from a secret store at run time.
false_positives: A key of another account or of an S3-compatible service that cannot trust the role; then store it in Secrets Manager.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/fn", type: "aws:iam-role"}]
    credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1, status: active}]
    placements: [{credential_uid: "cred:aws:A1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:x:111122223333:function:pay", consumer_uid: "aws:iam::111122223333:role/fn", attrs: {workload: "aws:lambda:x:111122223333:function:pay"}}]
good:
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1, status: inactive}]
    placements: [{credential_uid: "cred:aws:A1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:x:111122223333:function:pay", consumer_uid: "aws:iam::111122223333:role/fn"}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:x:111122223333:function:pay", consumer_uid: "aws:iam::111122223333:role/fn"}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1, status: active}]
    placements: [{credential_uid: "cred:aws:A1", system: workload_env, scope: "111122223333", path: "arn:aws:ecs:x:111122223333:task/pay", attrs: {referenced: "true"}}]
*/
SELECT min(coalesce(e.consumer_uid, e.identity)) AS identity, e.credential, e.path, coalesce(min(e.consumer_uid), 'the workload needs first') AS role,
  coalesce(min(e.workload), e.path) AS workload, min(e.field) AS field, coalesce(min(e.public_id), min(e.name)) AS key_id,
  coalesce(min(i.name), 'USER') AS user, min(e.status) AS status_at_issuer,
  CASE WHEN bool_or(e.consumer_uid IS NOT NULL) THEN 'high' ELSE 'medium' END AS severity
FROM exposed e
LEFT JOIN identities i ON i.uid = e.identity
WHERE e.system = 'workload_env' AND e.kind = 'access_key' AND e.issuer = 'aws' AND e.status <> 'inactive'
  AND coalesce(e.consumer_uid, '') NOT LIKE 'k8s:%'  -- a pod has a role only where its account is annotated: k8s_cloud_key_beside_identity
GROUP BY e.credential, e.path
