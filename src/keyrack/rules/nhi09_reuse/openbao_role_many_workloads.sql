/*
id: openbao_role_many_workloads
title: OpenBao role is shared by several workloads
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "CSF-2.0:PR.AA-01"]
references: ["https://openbao.org/docs/auth/kubernetes/"]
inputs: [openbao.roles]
key: []
detects: >
  A role that lets in service accounts of two or more namespaces, or three or more accounts of one, or two or more repositories: one identity
  behind several workloads.
why: >
  Each of them has all secrets of the others, the audit log cannot tell them apart, and none can be cut off alone.
remediation: >
  One role for each workload, with the policy it needs; then take the others out of {name}.
blind_spots: >
  Workloads behind one service account. Wildcards have a rule of their own.
false_positives: >
  Parts of one program that happen to run under several accounts.
bad:
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:api", "system:serviceaccount:storefront:api"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com,
      subs: ["repo:acme/web:ref:refs/heads/main", "repo:acme/api:ref:refs/heads/main"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/jwt/four", type: "openbao:jwt-role", name: four, attrs: {mount: jwt}}]  # by a claim instead of sub
    trusts: [{identity_uid: "openbao:v:role/jwt/four", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, conditions: '{"bound_claims": {"repository_id": ["11", "12"]}}', attrs: {claims: repository_id}}]
good:
  - identities: [{uid: "openbao:v:role/jwt/one", type: "openbao:jwt-role", name: one, attrs: {mount: jwt}}]  # branches of one repository
    trusts: [{identity_uid: "openbao:v:role/jwt/one", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com, conditions: '{"bound_claims": {"ref": ["refs/heads/a", "refs/heads/b"], "repository_id": ["11"]}}', attrs: {claims: "ref,repository_id"}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:api", "system:serviceaccount:payments:worker"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", kind: cicd, attrs: {mount: jwt}}]  # two branches of one repository
    trusts: [{identity_uid: "openbao:v:role/jwt/ci", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", issuer: token.actions.githubusercontent.com,
      subs: ["repo:acme/web:ref:refs/heads/main", "repo:acme/web:ref:refs/heads/next"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", attrs: {mount: kubernetes}}]  # any account: openbao_kubernetes_role_wide
    trusts: [{identity_uid: "openbao:v:role/kubernetes/app", subject: kubernetes, subject_kind: federated, mechanism: "openbao:kubernetes-login", subs: ["system:serviceaccount:payments:*"], attrs: {sub_operator: StringLike}}]
*/
WITH bound AS (
  SELECT t.identity_uid, t.mechanism, unnest(t.subs) AS sub FROM trusts t
  WHERE t.mechanism IN ('openbao:kubernetes-login', 'openbao:jwt-login') AND len(t.subs) > 1
),
claimed AS (  -- repositories and projects named by claims
  SELECT t.identity_uid, max(len(string_split(regexp_extract(t.conditions, '"(?:repository|repository_id|project_id|project_path)": *\[([^\]]*)\]', 1), ','))) AS repositories,
    min(regexp_extract(t.conditions, '"(?:repository|repository_id|project_id|project_path)": *\[[^\]]*\]')) AS workloads
  FROM trusts t WHERE t.mechanism = 'openbao:jwt-login' AND t.conditions IS NOT NULL GROUP BY t.identity_uid
),
counted AS (
  SELECT identity_uid, count(DISTINCT split_part(sub, ':', 3)) FILTER (starts_with(sub, 'system:serviceaccount:')) AS namespaces,
    count(DISTINCT sub) FILTER (starts_with(sub, 'system:serviceaccount:')) AS accounts,
    count(DISTINCT regexp_extract(sub, '^[a-z_]+:([^:]+)', 1)) FILTER (regexp_matches(sub, '^(repo|project_path):')) AS repositories,
    string_agg(DISTINCT sub, ', ') AS workloads, bool_or(regexp_matches(sub, ':[*]$|:[*]:')) AS wild
  FROM bound GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS server, i.attrs['mount'] AS mount, coalesce(b.workloads, c.workloads) AS workloads, b.namespaces, b.accounts,
  greatest(coalesce(b.repositories, 0), coalesce(c.repositories, 0)) AS repositories, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN counted b ON b.identity_uid = i.uid
LEFT JOIN claimed c ON c.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE (NOT b.wild AND (b.namespaces > 1 OR b.accounts > 2 OR b.repositories > 1)) OR c.repositories > 1
