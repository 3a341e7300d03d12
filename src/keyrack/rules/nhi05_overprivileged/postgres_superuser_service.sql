/*
id: postgres_superuser_service
title: PostgreSQL service role is superuser, or can become one
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AC-6(5)", "CIS-PostgreSQL:4.3"]
references: ["https://www.postgresql.org/docs/current/role-attributes.html", "https://www.postgresql.org/docs/current/predefined-roles.html"]
inputs: [postgres.roles]
key: []
detects: >
  A login role of a program that is superuser; that reaches a superuser role by SET ROLE, directly or through groups; that is in
  pg_execute_server_program, pg_write_server_files or pg_read_server_files; or that holds CREATEROLE before PostgreSQL 16.
why: No privilege, row policy or audit setting holds a superuser. Whoever takes the program over runs commands on the database server.
remediation: |
  {how} Give {name} the privileges its work needs on the schemas it works in, and let migrations run as a role of their own.
blind_spots: Extensions that run code for anybody (untrusted languages, pg_cron); CREATEROLE since PostgreSQL 16, which rules only roles it administers.
false_positives: >
  Tools that cannot work otherwise (physical backup as superuser, some operators): record an exception. The superuser initdb made, the roles of a
  managed server's own cloud, people's roles and roles that cannot sign in are not reported.
bad:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db, attrs: {superuser: "true"}}]
    grants: [{identity_uid: "pg:db:role/app", language: postgres, actions: [SUPERUSER], privilege: admin, attrs: {privileged_by: superuser}}]
  - identities: [{uid: "pg:db:role/batch", type: "pg:login-role", provider: postgres, scope: db, attrs: {becomes_superuser: dba}}]
    grants: [{identity_uid: "pg:db:role/batch", language: postgres, actions: [role/dba], via: group, policy: dba, privilege: admin, attrs: {privileged_by: "SET ROLE: superuser, through operators"}}]
good:
  - identities: [{uid: "pg:db:role/postgres", type: "pg:login-role", provider: postgres, scope: db, attrs: {superuser: "true", bootstrap: "true"}}]
    grants: [{identity_uid: "pg:db:role/postgres", language: postgres, actions: [SUPERUSER], privilege: admin}]
  - identities: [{uid: "pg:db:role/rdsadmin", type: "pg:login-role", provider: postgres, scope: db, third_party: true, attrs: {superuser: "true", managed: "true"}}]
    grants: [{identity_uid: "pg:db:role/rdsadmin", language: postgres, actions: [SUPERUSER], privilege: admin}]
  - identities: [{uid: "pg:db:role/ebba.ekstrom", kind: human, type: "pg:login-role", provider: postgres, scope: db}]
    grants: [{identity_uid: "pg:db:role/ebba.ekstrom", language: postgres, actions: [SUPERUSER], privilege: admin}]
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]  # member, but may not SET ROLE
    grants: [{identity_uid: "pg:db:role/app", language: postgres, actions: [role/dba], via: group, policy: dba, privilege: read}]
  - identities: [{uid: "pg:db:role/old", type: "pg:login-role", provider: postgres, scope: db, status: disabled}]
    grants: [{identity_uid: "pg:db:role/old", language: postgres, actions: [role/pg_read_server_files], privilege: admin}]
*/
SELECT i.uid AS identity, i.name, i.scope AS server, string_agg(DISTINCT array_to_string(g.actions, ', '), ', ' ORDER BY array_to_string(g.actions, ', ')) AS by_what,
  min(g.attrs['privileged_by']) AS because, i.owner, i.last_used_at, i.attrs['sign_in'] AS signs_in_by,
  CASE
    WHEN bool_or(list_contains(g.actions, 'SUPERUSER')) THEN '`ALTER ROLE "{name}" NOSUPERUSER;`.'
    WHEN bool_or(list_contains(g.actions, 'CREATEROLE')) THEN '`ALTER ROLE "{name}" NOCREATEROLE;`.'
    ELSE 'Take it out of the group that leads there (' || min(g.attrs['privileged_by']) || '): `REVOKE ... FROM "{name}";`.' END AS how
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'postgres' AND g.privilege = 'admin' AND i.type = 'pg:login-role' AND i.nhi AND i.status IN ('active', 'unknown')
  AND i.attrs['bootstrap'] IS NULL AND i.attrs['managed'] IS NULL
GROUP BY i.uid, i.name, i.scope, i.owner, i.last_used_at, i.attrs['sign_in']
