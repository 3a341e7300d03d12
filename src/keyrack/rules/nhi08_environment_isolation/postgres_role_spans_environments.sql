/*
id: postgres_role_spans_environments
title: One PostgreSQL role works in production and elsewhere
severity: medium
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-32", "NIST-800-53:AC-4", "CSF-2.0:PR.IR-01"]
inputs: [postgres.privileges, postgres.server]
key: []
detects: >
  A program's role that may read or write tables in a database of production and in one of another environment on the same server, by what the
  databases' comments state (`env: prod`), else by whole words of their names.
why: The password in a test configuration opens production.
remediation: |
  Make a role for each environment; move {nonprod_database} to a server of its own, or at least take {name}'s rights away in one of the two.
blind_spots: Databases whose name and comment say nothing; rights that come through groups.
false_positives: Backup and monitoring roles whose work is every database; CONNECT alone is not reported, nor what everybody holds.
bad:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    grants:
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [SELECT], resources: [shop_prod/public/*], privilege: read, attrs: {database: shop_prod}}
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [SELECT], resources: [shop_test/public/*], privilege: read, attrs: {database: shop_test}}
    resources:
      - {uid: "pg:db:database/shop_prod", type: "pg:database", name: shop_prod, provider: postgres, scope: db}
      - {uid: "pg:db:database/shop_test", type: "pg:database", name: shop_test, provider: postgres, scope: db}
good:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    grants:
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [SELECT], resources: [shop_prod/public/*], privilege: read, attrs: {database: shop_prod}}
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [CONNECT], resources: [shop_test], privilege: list, attrs: {database: shop_test}}
    resources:
      - {uid: "pg:db:database/shop_prod", type: "pg:database", name: shop_prod, provider: postgres, scope: db}
      - {uid: "pg:db:database/shop_test", type: "pg:database", name: shop_test, provider: postgres, scope: db}
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    grants:
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [SELECT], resources: [products/public/*], privilege: read, attrs: {database: products}}
      - {identity_uid: "pg:db:role/app", language: postgres, actions: [SELECT], resources: [latest/public/*], privilege: read, attrs: {database: latest}}
    resources:
      - {uid: "pg:db:database/products", type: "pg:database", name: products, provider: postgres, scope: db}
      - {uid: "pg:db:database/latest", type: "pg:database", name: latest, provider: postgres, scope: db}
*/
WITH named AS (
  SELECT r.scope, r.name, coalesce(r.environment, CASE
      WHEN regexp_matches(lower(r.name), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'nonprod'
      WHEN regexp_matches(lower(r.name), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)') THEN 'prod' END) AS environment
  FROM resources r WHERE r.type = 'pg:database'
),
held AS (
  SELECT g.identity_uid, g.attrs['database'] AS database FROM grants g
  WHERE g.language = 'postgres' AND g.privilege IN ('read', 'write') AND g.attrs['database'] IS NOT NULL
  GROUP BY g.identity_uid, g.attrs['database']
)
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS server, min(n.name) FILTER (WHERE n.environment = 'prod') AS prod_database,
  min(n.name) FILTER (WHERE n.environment = 'nonprod') AS nonprod_database, min(i.owner) AS owner
FROM held h
JOIN identities i ON i.uid = h.identity_uid
JOIN named n ON n.scope = i.scope AND n.name = h.database
WHERE n.environment IS NOT NULL AND i.nhi AND i.type = 'pg:login-role' AND i.attrs['bootstrap'] IS NULL AND i.status IN ('active', 'unknown')
GROUP BY i.uid
HAVING count(DISTINCT n.environment) = 2
