-- What the analysis starts from, under names of its own: the inventory's tables, `events` and `event_coverage`.
CREATE OR REPLACE VIEW evidence_grants AS
SELECT uid, identity_uid, language, effect, actions, resources, not_actions, not_resources, conditions, via, policy, privilege FROM grants;

CREATE OR REPLACE VIEW evidence_subjects AS SELECT uid, scope, name, kind, type, created_at FROM identities;

-- Last use by service, as a provider tells it. AWS counts refused attempts too, so a report can show that a service was left alone but
-- not that it was used ("Things to know about last accessed information", IAM User Guide).
CREATE OR REPLACE TABLE evidence_reported AS
SELECT identity_uid, lower(service) AS service, max(used_at) AS used_at, min(since) AS since, min(source) AS source,
  CASE WHEN bool_or(grade = 'reported') THEN 'reported' ELSE 'absent' END AS grade
FROM raw_usage
WHERE identity_uid IS NOT NULL AND service IS NOT NULL AND grade IN ('reported', 'absent')
GROUP BY identity_uid, lower(service);

-- Regions in which an account is known to have something, or in which its identities are given something.
CREATE OR REPLACE TABLE evidence_regions AS
SELECT DISTINCT place[2] AS scope, place[1] AS region
FROM (
  SELECT regexp_extract(name, '^(?:arn:)?aws[a-z-]*:[^:]*:([a-z]+(?:-[a-z]+)+-[0-9]):([0-9]{12}):', ['region', 'scope']) AS found,
    [found['region'], found['scope']] AS place
  FROM (
    SELECT uid AS name FROM raw_resources
    UNION SELECT uid FROM raw_identities
    UNION SELECT unnest(resources) FROM raw_grants
  )
)
WHERE place[1] <> '';

-- Languages without a catalogue of actions: what is granted stands for itself, and whether it was used is compared by name alone.
CREATE OR REPLACE TABLE evidence_actions AS
SELECT row_number() OVER ()::INTEGER AS code, language, action, lower(action) AS word, lower(service) AS service, privilege, event_class, reads
FROM (
  SELECT language, action, service, privilege, event_class, reads FROM known_actions
  UNION ALL
  SELECT DISTINCT language, action, language, 'unknown', 'opaque', FALSE
  FROM (SELECT language, unnest(actions) AS action FROM evidence_grants)
  WHERE language NOT IN (SELECT DISTINCT language FROM known_actions)
);
