/*
id: irsa_wildcard_service_account
title: Role is open to service accounts of a whole cluster or namespace
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"]
inputs: [aws.iam, repository.iac]
key: [issuer, accepted_sub]
detects: |
  A trust in a cluster's OIDC issuer whose `sub` pattern leaves the namespace open (`system:serviceaccount:*:*`, `*`; high) or the
  service account within a namespace (`system:serviceaccount:payments:*`; medium, low for kube-system).
why: Whoever can create a pod or a service account anywhere in that range gets the role's permissions in the cloud.
remediation: |
  In the trust policy of role {name} replace `{accepted_sub}` by the service accounts that need it, with StringEquals:
  `system:serviceaccount:<namespace>:<name>`; or move to EKS Pod Identity, which binds one association to one service account.
blind_spots: Which service accounts exist, and who may create pods, is known only where manifests of the cluster are scanned too.
false_positives: A namespace with a single workload and closed admission makes its wildcard harmless; it still widens with the next deployment.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/pod", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/pod", subject: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subs: ["system:serviceaccount:*:*"], attrs: {sub_operator: StringLike}}]
  - identities: [{uid: "aws:iam::111122223333:role/pod", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/pod", subject: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subs: ["system:serviceaccount:*:builder"], attrs: {sub_operator: StringLike}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/pod", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/pod", subject: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subs: ["system:serviceaccount:payments:api"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/pod", type: aws:iam-role}]  # a wildcard within one account's name (blue/green)
    trusts: [{identity_uid: "aws:iam::111122223333:role/pod", subject: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: oidc.eks.eu-west-1.amazonaws.com/id/ABC, subs: ["system:serviceaccount:payments:api-*"], attrs: {sub_operator: StringLike}}]
*/
SELECT o.identity_uid AS identity, i.name, o.issuer, o.sub AS accepted_sub, o.sub_operator AS operator,
  CASE WHEN o.breadth = 'anyone' THEN 'any namespace' ELSE 'any service account of one namespace' END AS lets_in,
  o.conditions, p.privilege AS role_privilege, i.last_used_at AS role_last_used_at,
  CASE
    WHEN o.breadth = 'anyone' AND p.privilege IN ('admin', 'permissions') THEN 'critical'
    WHEN o.breadth = 'anyone' THEN 'high'
    WHEN o.sub LIKE 'system:serviceaccount:kube-system:%' THEN 'low'
    ELSE 'medium' END AS severity,
  o.source_path AS path, CAST(o.source_line AS BIGINT) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.sub IS NOT NULL AND o.tenancy = 'private' AND o.breadth IN ('anyone', 'owner')
  AND (o.form = 'kubernetes' OR o.issuer LIKE '%oidc.eks.%' OR o.issuer LIKE 'oidc-eks%')
