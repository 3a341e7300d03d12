-- What happened in the window, once: one row for each identity, permission and resource; refused calls are counted apart, for they
-- are no use. `days` has a bit for each stretch of `stride` days on which it was used.
CREATE OR REPLACE TABLE evidence_calls AS
SELECT identity_uid, action, resource,
  count_if(outcome <> 'denied') AS times,
  count_if(outcome = 'denied') AS denied,
  min(moment) FILTER (outcome <> 'denied') AS first_at,
  max(moment) FILTER (outcome <> 'denied') AS last_at,
  bit_or(1::HUGEINT << CAST((epoch(moment)::BIGINT - getvariable('evidence_start')) // getvariable('evidence_stride') AS INTEGER))
    FILTER (outcome <> 'denied') AS days
FROM (
  SELECT identity_uid, unnest(actions) AS action, coalesce(unnest(resources), '') AS resource, "at" AS moment, outcome
  FROM evidence_events
  WHERE "at" >= getvariable('evidence_since') AND "at" < getvariable('evidence_until') AND identity_uid IS NOT NULL
)
GROUP BY identity_uid, action, resource;

-- Which accounts and regions each log told of, and on which days.
CREATE OR REPLACE TABLE evidence_days AS
SELECT source, scope, region, count(*) AS events, min("at") AS first_at, max("at") AS last_at,
  bit_or(1::HUGEINT << CAST((epoch("at")::BIGINT - getvariable('evidence_start')) // getvariable('evidence_stride') AS INTEGER)) AS days
FROM evidence_events
WHERE "at" >= getvariable('evidence_since') AND "at" < getvariable('evidence_until')
GROUP BY source, scope, region;
