/*
id: postgres_definer_open
title: Anybody may call a superuser's SECURITY DEFINER function with an open search path
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(10)", "CWE-426"]
references: ["https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY"]
inputs: [postgres.functions]
key: [resource]
detects: A SECURITY DEFINER function owned by a superuser that PUBLIC may execute and that does not fix its own search_path.
why: Who may make a table, an operator or a function in a schema that is searched first puts it in the way, and it runs as superuser.
remediation: |
  `REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC; ALTER FUNCTION {name} SET search_path = pg_catalog, pg_temp;`, then grant EXECUTE to the
  roles that need it, and let a role with fewer rights own it.
blind_spots: What its body does; functions whose owner is no superuser but rules others.
false_positives: Functions that name everything with its schema and take no names from callers.
bad:
  - resources: [{uid: "pg:db:function/shop/public.reset()", type: "pg:function", name: "public.reset()", provider: postgres, scope: db, attrs: {public_execute: "true", search_path: open, superuser: "true", security_definer_owner: "pg:db:role/postgres"}}]
good:
  - resources: [{uid: "pg:db:function/shop/public.reset()", type: "pg:function", name: "public.reset()", provider: postgres, scope: db, attrs: {public_execute: "true", search_path: fixed, superuser: "true"}}]
  - resources: [{uid: "pg:db:function/shop/public.reset()", type: "pg:function", name: "public.reset()", provider: postgres, scope: db, attrs: {public_execute: "false", search_path: open, superuser: "true"}}]
  - resources: [{uid: "pg:db:function/shop/public.reset()", type: "pg:function", name: "public.reset()", provider: postgres, scope: db, attrs: {public_execute: "true", search_path: open, superuser: "false"}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.scope AS server, r.attrs['security_definer_owner'] AS runs_as, r.source_id
FROM resources r
WHERE r.type = 'pg:function' AND r.attrs['public_execute'] = 'true' AND r.attrs['search_path'] = 'open' AND r.attrs['superuser'] = 'true'
