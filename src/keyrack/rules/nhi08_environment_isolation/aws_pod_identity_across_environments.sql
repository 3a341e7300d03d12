/*
id: aws_pod_identity_across_environments
title: One role for pods of production and of another environment
severity: high
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-3", "NIST-800-53:AC-4", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html"]
inputs: [aws.eks]
key: []
detects: A role that EKS Pod Identity gives to pods of a cluster tagged as production and to pods of one tagged as anything else.
why: Whoever may start a pod in the test cluster, which is many people, acts in production.
remediation: |
  Make a second role for the other cluster and point its association at it: `aws eks update-pod-identity-association --cluster-name {other_cluster}
  --association-id ID --role-arn NEW_ROLE`.
blind_spots: Clusters without an environment tag say nothing; namespaces that keep environments apart inside one cluster are not read here.
false_positives: A role that only writes metrics or logs of all environments to one place.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]
    resources: [{uid: c1, type: "aws:eks-cluster", name: live, environment: prod}, {uid: c2, type: "aws:eks-cluster", name: test, environment: nonprod}]
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: j, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c2, namespace: payments, service_account: api}}
good:
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]  # two production clusters
    resources: [{uid: c1, type: "aws:eks-cluster", name: eu, environment: prod}, {uid: c2, type: "aws:eks-cluster", name: us, environment: prod}]
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: j, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c2, namespace: payments, service_account: api}}
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]  # nobody says what the second one is
    resources: [{uid: c1, type: "aws:eks-cluster", name: eu, environment: prod}, {uid: c2, type: "aws:eks-cluster", name: main}]
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: j, subject_kind: federated, mechanism: "aws:pod-identity", attrs: {cluster: c2, namespace: payments, service_account: api}}
*/
WITH spread AS (
  SELECT t.identity_uid, string_agg(DISTINCT r.name, ', ' ORDER BY r.name) FILTER (r.environment = 'prod') AS production_cluster,
    string_agg(DISTINCT r.name, ', ' ORDER BY r.name) FILTER (r.environment = 'nonprod') AS other_cluster
  FROM trusts t
  JOIN resources r ON r.uid = t.attrs['cluster']
  WHERE t.mechanism = 'aws:pod-identity' AND r.type = 'aws:eks-cluster'
  GROUP BY t.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, s.production_cluster, s.other_cluster, p.privilege, i.owner, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' WHEN p.privilege IN ('read', 'list') THEN 'medium' ELSE 'high' END AS severity
FROM spread s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE s.production_cluster IS NOT NULL AND s.other_cluster IS NOT NULL
