-- The most privileged first: administrators, then those who may change permissions, write, read; within a class those whom no condition
-- limits, then by how much they may do that matters.
WITH held AS (
  SELECT identity_uid, language,
    max(CASE privilege WHEN 'admin' THEN 5 WHEN 'permissions' THEN 4 WHEN 'write' THEN 3 WHEN 'read' THEN 2 WHEN 'list' THEN 1 ELSE 0 END) AS rank,
    count_if(conditions IS NULL AND NOT not_resources AND list_contains(resources, '*') AND privilege IN ('admin', 'permissions', 'write'))
      AS unlimited
  FROM evidence_grants WHERE effect = 'allow' AND via NOT IN ('boundary', 'organisation')
  GROUP BY identity_uid, language
)
SELECT e.identity_uid, s.name, s.kind, e.language,
  ['unknown', 'list', 'read', 'write', 'permissions', 'admin'][(h.rank + 1)::INTEGER] AS privilege, h.unlimited,
  e.granted, e.used, e.unused, e.unknown, e.times, e.denied, e.last_at
FROM evidence_identities e
JOIN held h ON h.identity_uid = e.identity_uid AND h.language = e.language
JOIN evidence_subjects s ON s.uid = e.identity_uid
WHERE {kinds}
ORDER BY h.rank DESC, h.unlimited > 0 DESC, e.permissions DESC, e.writes DESC, e.granted DESC, e.identity_uid
LIMIT $limit
