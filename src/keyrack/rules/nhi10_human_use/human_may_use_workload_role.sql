/*
id: human_may_use_workload_role
title: A person may take on a workload's role
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, aws.lambda, aws.ecs, aws.codebuild, aws.ec2, machine.cloud_credentials]
key: [subject]
detects: |
  A role that a workload runs as (or, with medium confidence, whose trust policy is made for Lambda, ECS, EC2 and the like) and that a named person - a human IAM user, a permission set of IAM Identity Center, a person's AWS
  profile - may assume or is set up to assume. High where the role administers or writes permissions.
why: |
  The workload's log entries may be a person's acts, and the person's acts carry the workload's name. The person also inherits data
  access that was granted to a program.
remediation: |
  Remove {subject} from the trust policy of {name}; make a role for people with what they need for support, and protect it with MFA and a session policy.
blind_spots: |
  A trust in the whole account (`:root`) lets in whoever holds sts:AssumeRole; such paths are found by the graph, not by this rule.
false_positives: A debugging arrangement that is limited to a test environment; tag the role accordingly and except it.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:iam::111122223333:user/alice", subject_kind: same_account}
  - identities:  # an offline scan sees no functions, but the trust policy says what the role is for
      - {uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: lambda.amazonaws.com, subject_kind: service}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:iam::111122223333:user/alice", subject_kind: same_account}
good:
  - identities:  # AWS Backup works for people, no program of ours runs there
      - {uid: "aws:iam::111122223333:role/backup", type: aws:iam-role}
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/backup", subject: backup.amazonaws.com, subject_kind: service}
      - {identity_uid: "aws:iam::111122223333:role/backup", subject: "aws:iam::111122223333:user/alice", subject_kind: same_account}
  - identities:
      - {uid: "aws:iam::111122223333:role/support", type: aws:iam-role}  # a role for people
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
    trusts: [{identity_uid: "aws:iam::111122223333:role/support", subject: "aws:iam::111122223333:user/alice", subject_kind: same_account}]
  - identities:
      - {uid: "aws:iam::111122223333:role/orders", type: aws:iam-role}
      - {uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:lambda:eu-west-1:111122223333:function:orders", subject_kind: workload, mechanism: "aws:runs-as"}
      - {identity_uid: "aws:iam::111122223333:role/orders", subject: "aws:iam::111122223333:role/deploy", subject_kind: same_account}
*/
WITH persons AS (
  SELECT uid, name, coalesce(attrs['human_evidence'], 'human') AS evidence FROM identities
  WHERE kind = 'human' OR (type = 'aws:iam-role' AND attrs['human_evidence'] IS NOT NULL)
),
open_to_people AS (
  SELECT t.identity_uid, t.subject, t.mechanism, t.conditions, h.name AS person, h.evidence
  FROM trusts t
  JOIN persons h ON h.uid = t.subject
  WHERE t.mechanism IN ('sts:AssumeRole', 'os:assumes-role')
),
runs_as AS (
  SELECT t.identity_uid, t.subject, t.mechanism FROM trusts t SEMI JOIN open_to_people o ON o.identity_uid = t.identity_uid
  WHERE t.mechanism = 'aws:runs-as'
),
workloads AS (
  SELECT * FROM runs_as
  UNION ALL
  -- what runs as it is not known: the services in its trust policy that run programs
  SELECT t.identity_uid, t.subject, t.mechanism FROM trusts t
  SEMI JOIN open_to_people o ON o.identity_uid = t.identity_uid
  ANTI JOIN runs_as r ON r.identity_uid = t.identity_uid
  WHERE t.subject_kind = 'service' AND t.subject IN ('lambda.amazonaws.com', 'ecs-tasks.amazonaws.com', 'ec2.amazonaws.com',
    'ec2.amazonaws.com.cn', 'codebuild.amazonaws.com', 'pods.eks.amazonaws.com', 'tasks.apprunner.amazonaws.com', 'batch.amazonaws.com',
    'glue.amazonaws.com', 'sagemaker.amazonaws.com', 'states.amazonaws.com', 'bedrock-agentcore.amazonaws.com')
)
SELECT i.uid AS identity, min(i.name) AS name, o.subject, min(o.person) AS person, min(o.evidence) AS taken_for_a_person_by, min(o.mechanism) AS mechanism,
  min(w.subject) AS workload, count(DISTINCT w.subject) AS number_of_workloads, min(o.conditions) AS conditions, min(p.privilege) AS role_privilege, min(i.environment) AS environment,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN max(o.mechanism) = 'os:assumes-role' OR max(w.mechanism) <> 'aws:runs-as' THEN 'medium' ELSE 'high' END AS confidence
FROM open_to_people o
JOIN workloads w ON w.identity_uid = o.identity_uid
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
GROUP BY i.uid, o.subject
