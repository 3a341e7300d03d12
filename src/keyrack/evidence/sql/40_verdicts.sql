-- Granted, used, unused, unknown: by identity, service and class of action. Actions that were not seen share the verdict of their slice.
CREATE OR REPLACE TABLE evidence_slices AS
SELECT g.profile, a.language, a.service, a.event_class, a.reads, count(*)::INTEGER AS granted,
  count_if(a.privilege IN ('permissions', 'admin'))::INTEGER AS granted_permissions, count_if(a.privilege = 'write')::INTEGER AS granted_writes
FROM evidence_granted g JOIN evidence_actions a USING (code)
GROUP BY g.profile, a.language, a.service, a.event_class, a.reads;

CREATE OR REPLACE TABLE evidence_seen AS
SELECT p.identity_uid, p.profile, a.language, a.service, a.event_class, a.reads,
  count_if(u.times > 0)::INTEGER AS used, sum(u.times)::BIGINT AS times, sum(u.denied)::BIGINT AS denied, max(u.last_at) AS last_at
FROM evidence_use u
JOIN evidence_profiles p ON p.identity_uid = u.identity_uid AND p.language = u.language
JOIN evidence_granted g ON g.profile = p.profile AND g.code = u.code
JOIN evidence_actions a ON a.code = u.code
GROUP BY p.identity_uid, p.profile, a.language, a.service, a.event_class, a.reads;

CREATE OR REPLACE VIEW evidence_verdicts AS
SELECT *,
  CASE
    WHEN hidden IS NOT NULL AND absent_source IS NULL THEN 'unknown'
    WHEN contradicted THEN 'unknown'
    ELSE 'unused' END AS unseen,
  CASE WHEN hidden IS NOT NULL THEN coalesce(absent_source, source) ELSE source END AS judged_by,
  CASE WHEN hidden IS NOT NULL AND absent_source IS NOT NULL THEN 'reported' ELSE 'observed' END AS grade,
  granted - used AS rest
FROM (
  SELECT p.identity_uid, p.language, s.service, s.event_class, s.reads, s.granted, s.granted_permissions, s.granted_writes,
    coalesce(u.used, 0) AS used, coalesce(u.times, 0) AS times, coalesce(u.denied, 0) AS denied, u.last_at,
    l.source, c.empty_days, c.busy, r.used_at AS reported_at, r.source AS reported_source,
    CASE WHEN r.grade = 'absent' AND r.since <= greatest(getvariable('evidence_since'), i.created_at) THEN r.source END AS absent_source,
    -- somebody counted a use of the service that the log, though whole, does not show at all
    coalesce(r.grade = 'reported' AND r.used_at >= getvariable('evidence_since') AND r.used_at < getvariable('evidence_until')
      AND NOT EXISTS (FROM evidence_seen e WHERE e.identity_uid = p.identity_uid AND e.service = s.service), FALSE) AS contradicted,
    CASE
      WHEN l.source IS NULL THEN 'no log'
      WHEN c.scope IS NULL THEN 'not ingested'
      WHEN s.event_class = 'never' THEN 'never logged'
      WHEN s.event_class = 'opaque' THEN 'not compared'
      WHEN NOT c.from_start THEN 'starts late'
      WHEN NOT c.to_end THEN 'ends early'
      WHEN len(c.missing_regions) > 0 THEN 'regions missing'
      WHEN c.busy AND c.empty_days > 0 THEN 'days missing'
      WHEN s.event_class = 'optional' AND NOT list_contains(getvariable('evidence_stated'), s.service)
        AND NOT list_contains(getvariable('evidence_stated'), 'all') THEN 'optional'
      WHEN s.reads AND d.scope IS NULL AND s.event_class = 'always' THEN 'no reads'
    END AS hidden
  FROM evidence_profiles p
  JOIN evidence_slices s ON s.profile = p.profile AND s.language = p.language
  JOIN evidence_subjects i ON i.uid = p.identity_uid
  LEFT JOIN evidence_seen u ON u.identity_uid = p.identity_uid AND u.language = s.language AND u.service = s.service
    AND u.event_class = s.event_class AND u.reads = s.reads
  LEFT JOIN evidence_logs l ON l.language = p.language
  LEFT JOIN evidence_coverage c ON c.source = l.source AND c.scope = i.scope
  LEFT JOIN evidence_readers d ON d.source = l.source AND d.scope = i.scope
  LEFT JOIN evidence_reported r ON r.identity_uid = p.identity_uid AND r.service = s.service
);

CREATE OR REPLACE TABLE evidence_identities AS
SELECT identity_uid, language, sum(granted)::BIGINT AS granted, sum(used)::BIGINT AS used,
  coalesce(sum(rest) FILTER (unseen = 'unused'), 0)::BIGINT AS unused,
  coalesce(sum(rest) FILTER (unseen = 'unknown'), 0)::BIGINT AS unknown,
  sum(granted_permissions)::BIGINT AS permissions, sum(granted_writes)::BIGINT AS writes,
  sum(times)::BIGINT AS times, sum(denied)::BIGINT AS denied, max(last_at) AS last_at
FROM evidence_verdicts GROUP BY identity_uid, language;

CREATE OR REPLACE TABLE evidence_slice_verdicts AS
SELECT identity_uid, language, service, event_class, reads, unseen FROM evidence_verdicts WHERE rest > 0;
