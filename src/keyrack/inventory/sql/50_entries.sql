-- What rules read. Ages and countdowns are computed here against the run's clock, so that no rule needs one.
CREATE OR REPLACE TABLE human_identities AS SELECT DISTINCT uid FROM raw_identities WHERE kind = 'human';

CREATE OR REPLACE TABLE credentials AS
SELECT c.* EXCLUDE (canonical_uid),
  u.last_used_at, u.use_source, u.absent_source,
  date_diff('day', c.created_at, clock.now) AS age_days,
  date_diff('day', coalesce(c.rotated_at, c.created_at), clock.now) AS rotated_days,
  CASE WHEN c.expires_at >= clock.now THEN CAST(floor(date_diff('hour', clock.now, c.expires_at) / 24) AS BIGINT)
    ELSE -1 - CAST(floor(date_diff('hour', c.expires_at, clock.now) / 24) AS BIGINT) END AS expires_in_days,
  date_diff('day', c.created_at, c.expires_at) AS lifetime_days,
  CASE
    WHEN u.last_used_at IS NOT NULL THEN date_diff('day', u.last_used_at, clock.now)
    WHEN u.absent_since IS NOT NULL THEN date_diff('day', greatest(u.absent_since, c.created_at), clock.now)
  END AS idle_days,
  CASE WHEN u.last_used_at IS NOT NULL THEN FALSE WHEN u.absent_since IS NOT NULL THEN TRUE END AS never_used,
  c.status = 'active' OR (c.status = 'unknown' AND (c.expires_at IS NULL OR c.expires_at > clock.now)) AS usable,
  h.uid IS NOT NULL AS of_human
FROM merged_credentials c
CROSS JOIN clock
LEFT JOIN credential_use u ON u.uid = c.uid
LEFT JOIN human_identities h ON h.uid = c.identity_uid;

-- Environment: as stated by a tag or place; else from whole words of the name; both or neither word: unknown.
CREATE OR REPLACE TABLE identities AS
WITH worded AS (
  SELECT i.*,
    CASE WHEN i.environment IS NULL THEN environment_of(i.name) END AS said
  FROM merged_identities i
),
own_credentials AS (
  SELECT identity_uid, count(*) AS credential_count, count(*) FILTER (usable) AS usable_credentials,
    max(last_used_at) AS last_used_at, bool_and(never_used) FILTER (usable) AS all_never_used
  FROM credentials WHERE identity_uid IS NOT NULL GROUP BY identity_uid
)
SELECT w.* EXCLUDE (said) REPLACE (coalesce(w.environment, w.said) AS environment),
  CASE WHEN w.environment IS NOT NULL THEN 'stated' WHEN w.said IS NOT NULL THEN 'name' END AS environment_evidence,
  w.kind <> 'human' AS nhi,
  greatest(u.last_used_at, k.last_used_at) AS last_used_at,
  u.use_source, u.absent_source,
  date_diff('day', w.created_at, clock.now) AS age_days,
  CASE
    WHEN u.last_used_at IS NOT NULL OR k.last_used_at IS NOT NULL
      THEN date_diff('day', greatest(u.last_used_at, k.last_used_at), clock.now)
    WHEN u.absent_since IS NOT NULL THEN date_diff('day', greatest(u.absent_since, w.created_at), clock.now)
    WHEN k.all_never_used THEN date_diff('day', w.created_at, clock.now)
  END AS idle_days,
  CASE
    WHEN u.last_used_at IS NOT NULL OR k.last_used_at IS NOT NULL THEN FALSE
    WHEN u.absent_since IS NOT NULL OR k.all_never_used THEN TRUE
  END AS never_used,
  coalesce(k.credential_count, 0) AS credential_count,
  coalesce(k.usable_credentials, 0) AS usable_credentials,
  o.owner, o.owner_confidence, o.owner_evidence, o.departed_owner,
  coalesce(o.owner_status, 'none') AS owner_status,
  creator.status = 'gone' AS creator_gone
FROM worded w
CROSS JOIN clock
LEFT JOIN identity_use u ON u.uid = w.uid
LEFT JOIN own_credentials k ON k.identity_uid = w.uid
LEFT JOIN resolved_owners o ON o.identity_uid = w.uid
LEFT JOIN known_people creator ON creator.uid = lower(w.created_by);
