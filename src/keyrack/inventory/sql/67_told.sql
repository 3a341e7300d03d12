-- What other tools say is wrong with things that no source of ours sees, once for each thing and check; of several reports the newest
-- date counts, and it is stale only when all of them are. Where we see the thing itself, our own rules judge it.
CREATE OR REPLACE TABLE told_elsewhere AS
WITH told AS (
  SELECT attrs['about'] AS about, attrs['check'] AS check_name, attrs['topic'] AS topic, min(attrs['tool']) AS tool, min(attrs['says']) AS says,
    min(attrs['rated']) AS rated, max(attrs['reported_at']) AS reported, min(scope) AS scope, min(attrs['report']) AS report, min(source_id) AS source_id,
    bool_and(coalesce(attrs['stale'], 'false') = 'true') AS stale
  FROM resources WHERE type = 'reports:statement' GROUP BY attrs['about'], attrs['check'], attrs['topic']
),
ours AS (SELECT uid FROM resources WHERE provider <> 'reports')
SELECT i.uid AS identity, t.about, t.topic, t.check_name, coalesce(i.name, t.about) AS name, t.scope, t.tool AS told_by, t.says, t.rated, t.stale, t.reported,
  t.report, t.source_id
FROM told t
LEFT JOIN identities i ON i.uid = t.about
LEFT JOIN ours o ON o.uid = t.about
WHERE o.uid IS NULL AND (i.uid IS NULL OR (i.provider = 'reports' AND i.nhi));
