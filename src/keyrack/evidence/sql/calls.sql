-- The calls of the identities under rehearsal that were allowed, each kind once. What the log says of the context is kept only where
-- a policy asks for it, so that calls that no policy can tell apart are one.
CREATE OR REPLACE TABLE rehearsal_calls AS
SELECT identity_uid, action, resource, context, count(*) AS times, min(moment) AS first_at, max(moment) AS last_at,
  bit_or(1::HUGEINT << CAST((epoch(moment)::BIGINT - getvariable('evidence_start')) // getvariable('evidence_stride') AS INTEGER)) AS days
FROM (
  SELECT identity_uid, unnest({actions}) AS action, coalesce(unnest(resources), '') AS resource, "at" AS moment, {context} AS context
  FROM events
  WHERE outcome <> 'denied' AND "at" >= getvariable('evidence_since') AND "at" < getvariable('evidence_until') AND {chosen}
)
GROUP BY identity_uid, action, resource, context;
