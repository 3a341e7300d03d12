-- How far each account's log can be trusted for the window. A day without any event counts as a hole only in an account that
-- otherwise makes ten events a day or more: there an empty day has a chance of 1 in 20,000 (Poisson).
CREATE OR REPLACE TABLE evidence_coverage AS
WITH told AS (
  SELECT source, scope, min(first_at) AS first_at, max(last_at) AS last_at,
    list_sort(list_distinct(flatten(list(coalesce(data_events, []))))) AS optional_services
  FROM event_coverage GROUP BY source, scope
),
inside AS (
  SELECT source, scope, sum(events)::BIGINT AS events, bit_or(days) AS days,
    list_sort(list(DISTINCT region) FILTER (region IS NOT NULL)) AS regions
  FROM evidence_days GROUP BY source, scope
),
known AS (SELECT scope, list_sort(list(DISTINCT region)) AS regions FROM evidence_regions GROUP BY scope)
SELECT t.source, t.scope, t.first_at, t.last_at, t.optional_services,
  coalesce(i.events, 0) AS events,
  coalesce(i.regions, []) AS regions,
  list_filter(coalesce(k.regions, []), lambda name: NOT list_contains(coalesce(i.regions, []), name)) AS missing_regions,
  getvariable('evidence_slots') - bit_count(coalesce(i.days, 0::HUGEINT)) AS empty_days,
  coalesce(i.events, 0) >= 10 * getvariable('evidence_length') AS busy,
  t.first_at <= getvariable('evidence_since') + INTERVAL 1 DAY AS from_start,
  t.last_at >= getvariable('evidence_until') - INTERVAL 1 DAY - to_seconds(l.late) AS to_end
FROM told t
LEFT JOIN inside i ON i.source = t.source AND i.scope IS NOT DISTINCT FROM t.scope
LEFT JOIN known k ON k.scope = t.scope
JOIN evidence_logs l ON l.source = t.source;

-- What a log can say about the actions of one service, class and kind that it did not show.
CREATE OR REPLACE TABLE evidence_use AS
SELECT c.identity_uid, a.language, a.code, sum(c.times)::BIGINT AS times, sum(c.denied)::BIGINT AS denied,
  min(c.first_at) AS first_at, max(c.last_at) AS last_at, bit_or(c.days) AS days
FROM evidence_calls c JOIN evidence_actions a ON a.action = c.action
GROUP BY c.identity_uid, a.language, a.code;

-- A trail may keep writes only ("Read-only and write-only events", CloudTrail User Guide): an account whose log has never shown
-- a read cannot show that something was not read.
CREATE OR REPLACE TABLE evidence_readers AS
SELECT DISTINCT l.source, s.scope
FROM (SELECT DISTINCT identity_uid, language FROM evidence_use JOIN evidence_actions USING (language, code)
  WHERE reads AND event_class = 'always') u
JOIN evidence_subjects s ON s.uid = u.identity_uid
JOIN evidence_logs l ON l.language = u.language;
