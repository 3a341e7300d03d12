/*
id: role_shared_by_workloads
title: Several workloads run as one role
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
inputs: [aws.lambda, aws.ecs, aws.codebuild, aws.ec2, repository.iac, kubernetes.workloads]
key: []
detects: |
  A role, service account or user that two or more distinct workloads run as: functions, task families, builds, deployments, or fleets
  of instances. Low for two and for a namespace's default service account, medium from three, high from three where the role administers
  or writes permissions.
why: |
  The role must hold the union of what they need, so each may do what the others need. An alert names the role and not the culprit,
  and nobody dares to trim it.
remediation: |
  Give each workload a role of its own, cut to what it uses: {workloads}. Start with the ones that need least, and remove their
  permissions from {name} as they leave.
blind_spots: Workloads of other accounts and of services Keyrack does not list. Callers inside one instance or container share its role unseen.
false_positives: |
  Revisions of one task family, instances of one fleet (same Auto Scaling group, or same name up to a number) and workloads of one
  CloudFormation stack or template or with one `service`/`app` tag (in Kubernetes also `app.kubernetes.io/part-of` or `instance`) count as one. Execution roles that pull images are left out.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/common", type: aws:iam-role}]
    resources:
      - {uid: "aws:lambda:eu-west-1:111122223333:function:ingest", type: aws:lambda-function, name: ingest}
      - {uid: "aws:lambda:eu-west-1:111122223333:function:publish", type: aws:lambda-function, name: publish}
      - {uid: "aws:lambda:eu-west-1:111122223333:function:sweep", type: aws:lambda-function, name: sweep}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/common", subject: "aws:lambda:eu-west-1:111122223333:function:ingest", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/common", subject: "aws:lambda:eu-west-1:111122223333:function:publish", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/common", subject: "aws:lambda:eu-west-1:111122223333:function:sweep", subject_kind: workload, mechanism: "aws:runs-as"}
good:
  - identities: [{uid: "aws:iam::111122223333:role/task", type: aws:iam-role}]  # revisions of one family
    resources:
      - {uid: "aws:ecs:eu-west-1:111122223333:task-definition/web:1", type: aws:ecs-task-definition, name: web}
      - {uid: "aws:ecs:eu-west-1:111122223333:task-definition/web:2", type: aws:ecs-task-definition, name: web}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/task", subject: "aws:ecs:eu-west-1:111122223333:task-definition/web:1", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/task", subject: "aws:ecs:eu-west-1:111122223333:task-definition/web:2", subject_kind: workload, mechanism: "aws:runs-as"}
  - identities: [{uid: "aws:iam::111122223333:role/web", type: aws:iam-role}]  # one fleet
    resources:
      - {uid: "aws:ec2:eu-west-1:111122223333:instance/i-1", type: aws:ec2-instance, name: web-01}
      - {uid: "aws:ec2:eu-west-1:111122223333:instance/i-2", type: aws:ec2-instance, name: web-02}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/web", subject: "aws:ec2:eu-west-1:111122223333:instance/i-1", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/web", subject: "aws:ec2:eu-west-1:111122223333:instance/i-2", subject_kind: workload, mechanism: "aws:runs-as"}
  - identities: [{uid: "k8s:c:sa/shop/shop", type: "k8s:service-account", provider: kubernetes, scope: c}]  # parts of one release
    resources:
      - {uid: "k8s:c:deployment/shop/web", type: "k8s:workload", name: web, provider: kubernetes, scope: c, tags: {"app.kubernetes.io/name": web, "app.kubernetes.io/instance": shop}}
      - {uid: "k8s:c:deployment/shop/jobs", type: "k8s:workload", name: jobs, provider: kubernetes, scope: c, tags: {"app.kubernetes.io/name": jobs, "app.kubernetes.io/instance": shop}}
    trusts:
      - {identity_uid: "k8s:c:sa/shop/shop", subject: "k8s:c:deployment/shop/web", subject_kind: workload, mechanism: "k8s:runs-as"}
      - {identity_uid: "k8s:c:sa/shop/shop", subject: "k8s:c:deployment/shop/jobs", subject_kind: workload, mechanism: "k8s:runs-as"}
  - identities: [{uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}]  # parts of one service
    resources:
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-create", type: aws:lambda-function, name: orders-create, tags: {"aws:cloudformation:stack-name": orders}}
      - {uid: "aws:lambda:eu-west-1:111122223333:function:orders-list", type: aws:lambda-function, name: orders-list, tags: {"aws:cloudformation:stack-name": orders}}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-create", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders-list", subject_kind: workload, mechanism: "aws:runs-as"}
*/
WITH running AS (
  SELECT t.identity_uid, t.subject, coalesce(
      'stack ' || r.tags['aws:cloudformation:stack-name'], 'fleet ' || r.tags['aws:autoscaling:groupName'], 'service ' || r.tags['service'],
      'app ' || coalesce(r.tags['app.kubernetes.io/part-of'], r.tags['app.kubernetes.io/instance'], r.tags['app'], r.tags['app.kubernetes.io/name']),
      -- functions of one CloudFormation template are one stack
      CASE WHEN t.subject LIKE 'repo:%:workload/%' THEN 'template ' || nullif(regexp_extract(t.subject, '^.*[.](json|ya?ml|template)/'), '') END,
      CASE WHEN r.type = 'aws:ec2-instance' THEN 'instances ' || regexp_replace(r.name, '[-_ .]?[0-9]+$', '') END,
      CASE WHEN t.subject LIKE '%:task-definition/%' THEN regexp_replace(t.subject, ':[0-9]+$', '') ELSE t.subject END) AS workload
  FROM shared_run_as t
  LEFT JOIN resources r ON r.uid = t.subject
),
shared AS (
  SELECT identity_uid, count(DISTINCT workload) AS workloads, string_agg(DISTINCT workload, ', ' ORDER BY workload) AS names
  FROM running
  GROUP BY identity_uid
  HAVING count(DISTINCT workload) > 1
)
SELECT i.uid AS identity, i.name, s.workloads AS number_of_workloads, s.names AS workloads, p.privilege AS role_privilege, i.last_used_at,
  CASE
    WHEN i.type = 'k8s:service-account' AND i.name = 'default' THEN 'low'
    WHEN s.workloads >= 3 AND p.privilege IN ('admin', 'permissions') THEN 'high'
    WHEN s.workloads >= 3 THEN 'medium' ELSE 'low' END AS severity,
  CASE WHEN i.type LIKE 'iac:%' OR i.type LIKE 'k8s:%' THEN i.attrs['path'] END AS path
FROM shared s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE coalesce(i.attrs['service_linked'], 'false') <> 'true'
