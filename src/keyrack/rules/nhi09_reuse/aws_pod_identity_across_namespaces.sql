/*
id: aws_pod_identity_across_namespaces
title: One role for pods of several namespaces or clusters
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html"]
inputs: [aws.eks]
key: []
detects: |
  A role that EKS Pod Identity gives to service accounts of different names in two or more namespaces, of one cluster or several. The same
  service account in the same namespace of two clusters is one program in two places and does not count. High for three or more with rights to write.
why: |
  Logs show one role for all of them, rights are the sum of everybody's needs, and a break-in into the least guarded namespace has the rights of the best.
remediation: |
  A role for each: copy {name}, then `aws eks update-pod-identity-association --cluster-name CLUSTER --association-id ID --role-arn NEW_ROLE` for each of {pods}.
blind_spots: Roles given by annotation (IRSA) are other trusts; whether pods run there is the kubernetes provider's to say.
false_positives: Roles whose policies differ by the session tags that Pod Identity sends (`aws:PrincipalTag/kubernetes-namespace`); low confidence then.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:payments:api"], attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:web:front"], attrs: {cluster: c1, namespace: web, service_account: front}}
good:
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]  # one program in two clusters
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:payments:api"], attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: j, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:payments:api"], attrs: {cluster: c2, namespace: payments, service_account: api}}
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]  # two accounts of one team's namespace
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:payments:api"], attrs: {cluster: c1, namespace: payments, service_account: api}}
      - {identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:payments:worker"], attrs: {cluster: c1, namespace: payments, service_account: worker}}
  - identities: [{uid: "aws:iam::111122223333:role/pods", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/pods", subject: i, subject_kind: federated, mechanism: "aws:pod-identity", subs: ["system:serviceaccount:web:front"], attrs: {cluster: c1, namespace: web, service_account: front}}]
*/
WITH shared AS (
  SELECT identity_uid, count(DISTINCT attrs['namespace']) AS namespaces, string_agg(DISTINCT attrs['namespace'] || '/' || attrs['service_account'], ', ' ORDER BY attrs['namespace'] || '/' || attrs['service_account']) AS pods
  FROM trusts WHERE mechanism = 'aws:pod-identity'
  GROUP BY identity_uid HAVING count(DISTINCT attrs['namespace']) > 1
)
SELECT i.uid AS identity, i.name, i.scope, s.namespaces AS number_of_namespaces, s.pods, p.privilege, i.owner, i.last_used_at,
  CASE WHEN s.namespaces >= 3 AND p.privilege IN ('admin', 'permissions', 'write') THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN EXISTS (SELECT 1 FROM grants g WHERE g.identity_uid = i.uid AND g.conditions LIKE '%kubernetes-%') THEN 'low' ELSE 'high' END AS confidence
FROM shared s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
