-- One row per identity that holds allow statements: its highest class, after what its boundary and outright denies take away.
CREATE OR REPLACE TABLE privileges AS
WITH held AS (
  SELECT identity_uid,
    bool_or(privilege = 'admin' AND unlimited AND (all_actions OR not_actions OR language <> 'aws-iam')) AS admin,
    bool_or(privilege = 'admin' AND unlimited) AS identity_admin,
    bool_or(privilege = 'permissions' AND unlimited) AS permissions,
    bool_or(privilege IN ('write', 'admin', 'permissions')) AS writes,
    count(*) AS statements
  FROM grants WHERE effect = 'allow' AND via NOT IN ('boundary', 'organisation') GROUP BY identity_uid
),
escalating AS (SELECT DISTINCT identity_uid FROM escalation_paths)
SELECT h.identity_uid,
  CASE
    WHEN coalesce(l.bounded, FALSE) OR coalesce(l.denied, FALSE) THEN CASE WHEN e.identity_uid IS NOT NULL THEN 'permissions' WHEN h.writes THEN 'write' ELSE 'read' END
    WHEN h.admin OR (h.identity_admin AND NOT coalesce(l.denied_iam, FALSE)) THEN 'admin'
    WHEN h.permissions OR e.identity_uid IS NOT NULL THEN 'permissions'
    WHEN h.writes THEN 'write' ELSE 'read' END AS privilege,
  h.statements, coalesce(l.bounded, FALSE) AS bounded, coalesce(l.denied, FALSE) AS denied
FROM held h
LEFT JOIN limits l ON l.identity_uid = h.identity_uid
LEFT JOIN escalating e ON e.identity_uid = h.identity_uid;
