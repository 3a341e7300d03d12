/*
id: openbao_role_crosses_environments
title: Machine outside production reads production's secrets in OpenBao
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://openbao.org/docs/concepts/policies/"]
inputs: [openbao.policies, openbao.roles]
key: []
detects: >
  A machine's role or token whose policies read or write paths of production, and that also does so with paths of development, test or staging (medium), or
  whose logins are of such an environment: by its own name, or because all subjects it lets in are - a GitHub environment, a branch, a namespace (high).
why: >
  What runs outside production is watched less and changed by more people. Whoever takes it has production's secrets.
remediation: >
  Split {name}: one role for {prod_paths}, bound to production's workloads, and one for {nonprod_paths}, each with its own policy.
blind_spots: >
  Paths and names that do not say their environment; policies by wildcards over both.
false_positives: >
  An operator that copies secrets of all environments (External Secrets); give it one role for each store.
bad:
  - identities: [{uid: "openbao:v:role/approle/ledger", type: "openbao:approle", provider: openbao, name: ledger}]
    grants: [{identity_uid: "openbao:v:role/approle/ledger", language: openbao, actions: [read], resources: [secret/data/prod/ledger], policy: a, privilege: read}, {identity_uid: "openbao:v:role/approle/ledger", language: openbao, actions: [read], resources: [secret/data/dev/ledger], policy: a, privilege: read}]
  - identities: [{uid: "openbao:v:role/jwt/settle", type: "openbao:jwt-role", provider: openbao, name: settle}]
    grants: [{identity_uid: "openbao:v:role/jwt/settle", language: openbao, actions: [read], resources: [secret/data/prod/settlement], policy: a, privilege: read}]
    trusts: [{identity_uid: "openbao:v:role/jwt/settle", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", subs: ["repo:acme/settle:environment:staging"]}]
good:
  - identities: [{uid: "openbao:v:role/jwt/settle", type: "openbao:jwt-role", provider: openbao, name: settle}]  # staging reads staging
    grants: [{identity_uid: "openbao:v:role/jwt/settle", language: openbao, actions: [read], resources: [secret/data/staging/settlement], policy: a, privilege: read}]
    trusts: [{identity_uid: "openbao:v:role/jwt/settle", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", subs: ["repo:acme/settle:environment:staging"]}]
  - identities: [{uid: "openbao:v:role/jwt/settle", type: "openbao:jwt-role", provider: openbao, name: settle}]  # production's job
    grants: [{identity_uid: "openbao:v:role/jwt/settle", language: openbao, actions: [read], resources: [secret/data/prod/settlement], policy: a, privilege: read}]
    trusts: [{identity_uid: "openbao:v:role/jwt/settle", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "openbao:jwt-login", subs: ["repo:acme/settle:environment:production"]}]
  - identities: [{uid: "openbao:v:role/approle/product", type: "openbao:approle", provider: openbao, name: product}]  # product is no prod
    grants: [{identity_uid: "openbao:v:role/approle/product", language: openbao, actions: [read], resources: [secret/data/dev/product], policy: a, privilege: read}, {identity_uid: "openbao:v:role/approle/product", language: openbao, actions: [read], resources: [secret/data/products], policy: a, privilege: read}]
  - identities: [{uid: "openbao:v:role/approle/lister", type: "openbao:approle", provider: openbao, name: lister}]  # names only
    grants: [{identity_uid: "openbao:v:role/approle/lister", language: openbao, actions: [list], resources: [secret/metadata/prod], policy: a, privilege: list}, {identity_uid: "openbao:v:role/approle/lister", language: openbao, actions: [read], resources: [secret/data/dev/x], policy: a, privilege: read}]
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human, provider: openbao, name: maja}]  # a person
    grants: [{identity_uid: "openbao:v:entity/1", language: openbao, actions: [read], resources: [secret/data/prod/x], policy: a, privilege: read}, {identity_uid: "openbao:v:entity/1", language: openbao, actions: [read], resources: [secret/data/dev/x], policy: a, privilege: read}]
*/
WITH opened AS (
  SELECT identity_uid, lower(path) AS path FROM (
    SELECT identity_uid, unnest(resources) AS path FROM grants WHERE language = 'openbao' AND effect = 'allow' AND privilege IN ('read', 'write', 'permissions')
  ) g
  WHERE regexp_matches(lower(path), '(^|[^a-z])(prod|production|prd|live|dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)')
),
sorted AS (
  SELECT identity_uid, path, regexp_matches(path, '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)') AS prod,
    regexp_matches(path, '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') AS nonprod
  FROM opened
),
sides AS (
  SELECT identity_uid, string_agg(DISTINCT path, ', ' ORDER BY path) FILTER (prod AND NOT nonprod) AS prod_paths, string_agg(DISTINCT path, ', ' ORDER BY path) FILTER (nonprod AND NOT prod) AS nonprod_paths
  FROM sorted GROUP BY identity_uid
),
subjects AS (
  SELECT identity_uid, lower(unnest(subs)) AS sub FROM trusts WHERE mechanism IN ('openbao:jwt-login', 'openbao:kubernetes-login')
),
logins AS (
  SELECT identity_uid, string_agg(DISTINCT sub, ', ' ORDER BY sub) AS subs,
    bool_and(regexp_matches(sub, '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') AND NOT regexp_matches(sub, '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')) AS nonprod
  FROM subjects GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS server, s.prod_paths, coalesce(s.nonprod_paths, 'what else it needs') AS nonprod_paths, i.environment, l.subs AS lets_in, i.owner, i.last_used_at,
  CASE WHEN i.environment = 'nonprod' OR l.nonprod THEN 'high' ELSE 'medium' END AS severity
FROM sides s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN logins l ON l.identity_uid = i.uid
WHERE s.prod_paths IS NOT NULL AND (s.nonprod_paths IS NOT NULL OR i.environment = 'nonprod' OR l.nonprod)
  AND i.provider = 'openbao' AND i.nhi AND i.status IN ('active', 'unknown') AND i.type <> 'openbao:token-role'
