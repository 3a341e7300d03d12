/*
id: secret_in_workload_environment
title: Secret is a plain environment value of a cloud workload
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [aws.lambda, aws.ecs, aws.codebuild, aws.ec2, gcp.workloads, kubernetes.workloads]
key: [credential, path]
detects: >
  The value of a credential in the environment of a Lambda function, ECS task definition, CodeBuild project, Cloud Run service or job,
  Cloud function, Kubernetes workload, or instance metadata.
why: >
  Everybody who may describe the workload (lambda:GetFunctionConfiguration, ecs:DescribeTaskDefinition, run.services.get - part of most
  read-only roles) reads the value; it is also printed by crash handlers and diagnostic tools.
remediation: |
  Store {label} in {store}, reference it from {workload} and let the identity that the workload runs as read it; rotate it {where_to_rotate}.
  For a key of the same cloud: delete it and give that identity the permission instead.
blind_spots: Values that no shape recognises, user data of instances, values encrypted by the function's own code.
false_positives: References to a secret store are not reported; values under neutral names need a known shape.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: workload_env, scope: "111122223333", path: "aws:lambda:eu-north-1:111122223333:function:pay", attrs: {workload: "aws:lambda:eu-north-1:111122223333:function:pay", field: STRIPE_KEY}}]
good:
  - credentials: [{uid: "cred:aws:sm", kind: secret, issuer: aws, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:aws:sm", system: workload_env, scope: "111122223333", path: "aws:lambda:eu-north-1:111122223333:function:pay", attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: workload_env, scope: "111122223333", path: "aws:lambda:eu-north-1:111122223333:function:pay"}]
*/
SELECT min(coalesce(consumer_uid, identity)) AS identity, credential, path, min(severity) AS severity, min(confidence) AS confidence,
  min(scope) AS account, CASE WHEN path LIKE 'aws:%' OR path LIKE 'arn:%' THEN 'Secrets Manager' WHEN path LIKE 'namespaces/%' THEN 'a Kubernetes Secret (better: a vault that fills it)' ELSE 'Secret Manager' END AS store, coalesce(min(workload), path) AS workload, min(field) AS field, min(label) AS label, min(name) AS name, min(kind) AS kind,
  min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'workload_env'
GROUP BY credential, path
