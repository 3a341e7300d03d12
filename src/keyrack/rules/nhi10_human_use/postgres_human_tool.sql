/*
id: postgres_human_tool
title: Somebody works by hand as a program's PostgreSQL role
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:AU-10", "NIST-800-53:IA-2"]
references: ["https://www.postgresql.org/docs/current/monitoring-stats.html"]
inputs: [postgres.activity]
key: []
detects: A session of a service role whose program is a client made for people (psql, pgAdmin, DBeaver, DataGrip...), seen in the last 90 days.
why: What a person does under a shared name is nobody's deed; and the password it takes lies on that person's computer.
remediation: |
  Ask who works as {name} from {clients} ({tools}), give that person a role of their own in the group that holds the rights, then change the
  password of {name}.
blind_spots: Sessions between scans (read the log); tools that call themselves something else.
false_positives: Jobs that run psql in a script; they set application_name (PGAPPNAME). Roles of people and the bootstrap superuser are not reported.
bad:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    usage: [{identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {tool: dbeaver, application: DBeaver 24.1, client: 10.0.0.9}}]
good:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    usage: [{identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: checkout, client: 10.0.0.9}}]
  - identities: [{uid: "pg:db:role/ebba.ekstrom", kind: human, type: "pg:login-role", provider: postgres, scope: db}]
    usage: [{identity_uid: "pg:db:role/ebba.ekstrom", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {tool: psql, application: psql}}]
  - identities: [{uid: "pg:db:role/postgres", type: "pg:login-role", provider: postgres, scope: db, attrs: {bootstrap: "true"}}]
    usage: [{identity_uid: "pg:db:role/postgres", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {tool: psql}}]
*/
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS server, string_agg(DISTINCT u.attrs['tool'], ', ' ORDER BY u.attrs['tool']) AS tools,
  string_agg(DISTINCT u.attrs['client'], ', ' ORDER BY u.attrs['client']) AS clients, max(u.used_at) AS used_at, min(i.attrs['service_evidence']) AS taken_for_a_service_by,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN min(i.attrs['service_evidence']) IS NULL THEN 'low' ELSE 'medium' END AS confidence
FROM usage u
JOIN identities i ON i.uid = u.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE u.source = 'postgres:pg_stat_activity' AND u.attrs['tool'] IS NOT NULL AND u.used_days <= 90 AND i.nhi AND i.attrs['bootstrap'] IS NULL
GROUP BY i.uid
