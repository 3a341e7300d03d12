/*
id: role_runs_prod_and_nonprod
title: One role runs production and non-production workloads
severity: high
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:CM-4(1)", "CSF-2.0:PR.AA-05"]
inputs: [aws.lambda, aws.ecs, aws.codebuild, aws.ec2, repository.iac, kubernetes.workloads]
key: []
detects: |
  A role or service account that workloads of production and of another environment run as. The environment of a workload is what its
  tags state, or its name where exactly one side is named.
why: The test workload holds every right of the production workload; a bug or a guest in the test system acts on production data.
remediation: |
  Create a role for {nonprod_workload}, with rights on test resources only, and leave {name} to {prod_workload}.
  For Lambda: `aws lambda update-function-configuration --function-name FUNCTION --role NEW_ROLE_ARN`.
blind_spots: Workloads of other accounts and of services Keyrack does not list yet (SageMaker, Glue, Batch, EKS Pod Identity).
false_positives: An execution role that only pulls images and writes logs is shared by design and left out; so are service-linked roles.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}]
    resources:
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-prod", type: aws:lambda-function, name: orders, environment: prod}
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-staging", type: aws:lambda-function, name: orders-staging, environment: nonprod}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-prod", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-staging", subject_kind: workload, mechanism: "aws:runs-as"}
good:
  - identities: [{uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}]
    resources:
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-prod", type: aws:lambda-function, name: orders, environment: prod}
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-x", type: aws:lambda-function, name: orders-x}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-prod", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-x", subject_kind: workload, mechanism: "aws:runs-as"}
  - identities: [{uid: "aws:iam::111122223333:role/ecs-execution", type: aws:iam-role}]  # pulls images and writes logs for all tasks
    resources:
      - {uid: "aws:ecs:eu-west-1:111122223333:task-definition/a", type: aws:ecs-task-definition, name: a, environment: prod}
      - {uid: "aws:ecs:eu-west-1:111122223333:task-definition/b", type: aws:ecs-task-definition, name: b, environment: nonprod}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/ecs-execution", subject: "aws:ecs:eu-west-1:111122223333:task-definition/a", subject_kind: workload, mechanism: "aws:execution-role"}
      - {identity_uid: "aws:iam::111122223333:role/ecs-execution", subject: "aws:ecs:eu-west-1:111122223333:task-definition/b", subject_kind: workload, mechanism: "aws:execution-role"}
*/
WITH workloads AS (
  SELECT r.uid, r.name,
    coalesce(r.environment, CASE
      WHEN regexp_matches(lower(r.name), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')
        AND NOT regexp_matches(lower(r.name), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'prod'
      WHEN regexp_matches(lower(r.name), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)')
        AND NOT regexp_matches(lower(r.name), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)') THEN 'nonprod'
    END) AS environment
  FROM resources r
  WHERE r.type IN ('aws:lambda-function', 'aws:ecs-task-definition', 'aws:codebuild-project', 'aws:ec2-instance', 'k8s:workload')
)
SELECT t.identity_uid AS identity, min(i.name) AS name, min(w.name) FILTER (WHERE w.environment = 'prod') AS prod_workload,
  min(w.name) FILTER (WHERE w.environment = 'nonprod') AS nonprod_workload,
  string_agg(DISTINCT w.uid, ', ' ORDER BY w.uid) AS workloads, min(p.privilege) AS role_privilege
FROM trusts t
JOIN workloads w ON w.uid = t.subject
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.mechanism IN ('aws:runs-as', 'k8s:runs-as') AND w.environment IS NOT NULL AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
GROUP BY t.identity_uid
HAVING count(DISTINCT w.environment) = 2
