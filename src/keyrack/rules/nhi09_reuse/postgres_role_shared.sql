/*
id: postgres_role_shared
title: Several programs sign in as one PostgreSQL role
severity: medium
confidence: medium
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:IA-4", "NIST-800-53:AU-10"]
inputs: [postgres.activity]
key: []
detects: A role with sessions of three or more differently named programs (clients made for people left out) in the last 90 days.
why: One leak opens all of them, and its password cannot be changed without stopping all of them; the log cannot tell who did what.
remediation: Give each of {programs} a role of its own in a group that holds the rights of {name}, then change its password.
blind_spots: Programs that do not name themselves or share a pooler; sessions between scans.
false_positives: Parts of one program that name themselves after what they do; numbers at the end of a name are not told apart.
bad:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    usage:
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: checkout}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: reporting}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: mailer}}
good:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    usage:
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: worker-1}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: worker-2}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: worker-3}}
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    usage:
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: checkout}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: psql, tool: psql}}
      - {identity_uid: "pg:db:role/app", grade: observed, source: "postgres:pg_stat_activity", used_at: now-1d, attrs: {application: DBeaver, tool: dbeaver}}
*/
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS server, count(DISTINCT s.program) AS number_of_programs,
  string_agg(DISTINCT s.program, ', ' ORDER BY s.program) AS programs
FROM (
  SELECT identity_uid, regexp_replace(lower(attrs['application']), '[-_ ./:#]*[0-9]+$', '') AS program FROM usage
  WHERE source = 'postgres:pg_stat_activity' AND attrs['application'] IS NOT NULL AND attrs['tool'] IS NULL AND used_days <= 90
) s
JOIN identities i ON i.uid = s.identity_uid
WHERE i.nhi AND i.type = 'pg:login-role' AND i.attrs['bootstrap'] IS NULL AND s.program <> ''
GROUP BY i.uid
HAVING count(DISTINCT s.program) >= 3
