-- What rules read. Ages and countdowns are computed here against the run's clock, so that no rule needs one.
CREATE OR REPLACE TABLE human_identities AS SELECT DISTINCT uid FROM raw_identities WHERE kind = 'human';

-- Whom a password logs in as, where it does not say so itself and exactly one login fits.
CREATE OR REPLACE TABLE sole_logins AS
SELECT uid, min(other) AS identity_uid FROM links WHERE kind = 'logs-in-as' GROUP BY uid HAVING count(*) = 1;

CREATE OR REPLACE TABLE credentials AS
SELECT c.* EXCLUDE (canonical_uid) REPLACE (coalesce(c.identity_uid, l.identity_uid) AS identity_uid),
  u.last_used_at, u.use_source, u.absent_source,
  date_diff('day', c.created_at, clock.now) AS age_days,
  date_diff('day', coalesce(c.rotated_at, c.created_at), clock.now) AS rotated_days,
  CASE WHEN c.expires_at >= clock.now THEN CAST(floor(date_diff('hour', clock.now, c.expires_at) / 24) AS BIGINT)
    ELSE -1 - CAST(floor(date_diff('hour', c.expires_at, clock.now) / 24) AS BIGINT) END AS expires_in_days,
  date_diff('day', coalesce(c.rotated_at, c.created_at), c.expires_at) AS lifetime_days,
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
LEFT JOIN sole_logins l ON l.uid = c.uid
LEFT JOIN human_identities h ON h.uid = coalesce(c.identity_uid, l.identity_uid);

-- Environment, each signal weighed by itself: stated by a tag (0.95), words of the name (0.8), of its namespace (0.75), of the
-- project, subscription or cluster it lives in (0.65; not of a host, repository or AWS account, which hold all sorts). When a weaker
-- signal says the opposite, the confidence drops by 0.25 and the evidence says so. Words of both kinds, or none: unknown.
-- Third party and agent: what the provider says, else what a vendor's or framework's name tells, with the evidence beside it. An application of
-- another tenant, or an account of another project, that the configuration lists among our own is no third party.
CREATE OR REPLACE TABLE identities AS
WITH worded AS (
  SELECT i.* REPLACE (i.third_party AND coalesce(i.attrs['publisher_tenant'], CASE WHEN i.provider = 'gcp' THEN i.scope END, '')
      NOT IN (SELECT account FROM told_accounts) AS third_party),
    environment_of(i.name) AS said,
    CASE WHEN i.attrs['namespace'] IS NOT NULL THEN environment_of(i.attrs['namespace']) END AS spaced,
    CASE WHEN scope_speaks(i.provider) THEN environment_of(i.scope) END AS scoped,
    CASE WHEN i.kind <> 'ai_agent' THEN agent_word(i.name) END AS agent_sign,
    ven.name AS vendor_sign
  FROM merged_identities i
  LEFT JOIN known_vendors ven ON i.vendor IS NULL AND i.attrs['publisher'] IS NOT NULL AND lower(ven.name) = lower(i.attrs['publisher'])
),
own_credentials AS (
  SELECT identity_uid, count(*) AS credential_count, count(*) FILTER (usable) AS usable_credentials,
    max(last_used_at) AS last_used_at, bool_and(never_used) FILTER (usable) AS all_never_used
  FROM credentials WHERE identity_uid IS NOT NULL GROUP BY identity_uid
)
SELECT w.* EXCLUDE (contrary, said, spaced, scoped, agent_sign, vendor_sign) REPLACE (
    coalesce(w.environment, w.said, w.spaced, w.scoped) AS environment,
    w.third_party OR w.vendor_sign IS NOT NULL AS third_party, coalesce(w.vendor, w.vendor_sign) AS vendor),
  CASE WHEN w.environment IS NOT NULL THEN 'stated' WHEN w.said IS NOT NULL THEN 'name' WHEN w.spaced IS NOT NULL THEN 'namespace'
    WHEN w.scoped IS NOT NULL THEN 'scope' END
    || CASE WHEN contrary THEN ', against another sign' ELSE '' END AS environment_evidence,
  CAST(CASE WHEN w.environment IS NOT NULL THEN 0.95 WHEN w.said IS NOT NULL THEN 0.8 WHEN w.spaced IS NOT NULL THEN 0.75
    WHEN w.scoped IS NOT NULL THEN 0.65 END - CASE WHEN contrary THEN 0.25 ELSE 0 END AS DOUBLE) AS environment_confidence,
  CASE WHEN w.third_party THEN 'its system says so' WHEN w.vendor_sign IS NOT NULL THEN 'its publisher is a known vendor' END AS party_evidence,
  CASE WHEN w.kind = 'ai_agent' THEN 'its system says so' WHEN w.agent_sign IS NOT NULL THEN 'its name holds "' || w.agent_sign || '"' END AS agent_evidence,
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
FROM (
  SELECT *, CASE coalesce(environment, said, spaced, scoped) WHEN 'prod' THEN 'nonprod' WHEN 'nonprod' THEN 'prod' END
    IN (said, spaced, scoped) IS TRUE AS contrary FROM worded
) w
CROSS JOIN clock
LEFT JOIN identity_use u ON u.uid = w.uid
LEFT JOIN own_credentials k ON k.identity_uid = w.uid
LEFT JOIN resolved_owners o ON o.identity_uid = w.uid
LEFT JOIN known_people creator ON creator.uid = lower(w.created_by);
