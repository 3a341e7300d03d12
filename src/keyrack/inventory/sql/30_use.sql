-- Graded use. `never_used` needs a source that would have told us (grade absent); silence stays null, that is: unknown.
CREATE OR REPLACE TABLE credential_use AS
SELECT coalesce(alias.uid, u.credential_uid) AS uid,
  max(u.used_at) FILTER (u.grade IN ('observed', 'reported')) AS last_used_at,
  min(u.since) FILTER (u.grade = 'absent') AS absent_since,
  arg_max(u.source, u.used_at) FILTER (u.grade IN ('observed', 'reported')) AS use_source,
  min(u.source) FILTER (u.grade = 'absent') AS absent_source
FROM raw_usage u
LEFT JOIN credential_alias alias ON alias.seen_uid = u.credential_uid
WHERE u.credential_uid IS NOT NULL
GROUP BY 1;

CREATE OR REPLACE TABLE identity_use AS
WITH own AS (
  SELECT u.identity_uid AS uid, u.used_at, u.since, u.grade, u.source, u.credential_uid
  FROM raw_usage u WHERE u.identity_uid IS NOT NULL
)
SELECT uid,
  max(used_at) FILTER (grade IN ('observed', 'reported')) AS last_used_at,
  min(since) FILTER (grade = 'absent' AND credential_uid IS NULL) AS absent_since,
  arg_max(source, used_at) FILTER (grade IN ('observed', 'reported')) AS use_source,
  min(source) FILTER (grade = 'absent' AND credential_uid IS NULL) AS absent_source
FROM own GROUP BY uid;
