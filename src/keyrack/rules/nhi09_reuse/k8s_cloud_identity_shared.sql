/*
id: k8s_cloud_identity_shared
title: Several service accounts become one cloud identity
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html"]
inputs: [kubernetes.accounts]
key: [cloud_identity]
detects: >
  A service account whose annotation names an IAM role, Google service account or Azure application that service accounts of other namespaces, or of other names, are annotated with
  too. The same account in several clusters counts once.
why: The identity must hold the union of what they need, and the cloud's log names it and not the program.
remediation: |
  Make an identity for {namespace}/{name} with what it uses, annotate the account with it, and take its `sub` out of the trust of {cloud_identity}. They share
  it: {others}.
blind_spots: EKS pod identity associations, which AWS keeps; whether the cloud lets each of them in.
false_positives: Blue and green accounts of one program.
bad:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c}, {uid: "k8s:c:sa/data/load", type: "k8s:service-account", name: load, provider: kubernetes, scope: c}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}, {identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:c:sa/data/load", subject_kind: identity, mechanism: "k8s:annotation"}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c}, {uid: "k8s:c:sa/shop/web", type: "k8s:service-account", name: web, provider: kubernetes, scope: c}]
    trusts: [{identity_uid: "gcp:sa/x@p.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}, {identity_uid: "gcp:sa/x@p.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/web", subject_kind: identity, mechanism: "k8s:annotation"}]
good:
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c}]  # one account, in each cloud one identity
    trusts: [{identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}, {identity_uid: "gcp:sa/x@p.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c}, {uid: "k8s:d:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: d}]  # one program in two clusters
    trusts: [{identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}, {identity_uid: "aws:iam::111122223333:role/x", subject: "k8s:d:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation"}]
*/
WITH named AS (
  SELECT t.identity_uid AS cloud_identity, t.subject, regexp_extract(t.subject, ':sa/(.*)$', 1) AS account FROM trusts t
  WHERE t.mechanism = 'k8s:annotation' AND t.subject LIKE 'k8s:%:sa/%'
),
shared AS (
  SELECT cloud_identity, count(DISTINCT account) AS accounts, string_agg(DISTINCT account, ', ' ORDER BY account) AS others FROM named
  GROUP BY cloud_identity HAVING count(DISTINCT account) > 1
)
SELECT i.uid AS identity, n.cloud_identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, s.accounts AS number_of_accounts, s.others, p.privilege AS cloud_privilege,
  i.owner, CASE WHEN s.accounts >= 3 AND p.privilege IN ('admin', 'permissions') THEN 'high' WHEN s.accounts >= 3 THEN 'medium' ELSE 'low' END AS severity
FROM shared s
JOIN named n ON n.cloud_identity = s.cloud_identity
JOIN identities i ON i.uid = n.subject
LEFT JOIN privileges p ON p.identity_uid = s.cloud_identity
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes'
