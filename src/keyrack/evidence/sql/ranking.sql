-- The most privileged first: administrators, then those who may change permissions, write, read; within a class those whom no condition
-- limits, then by how much they may do that matters.
WITH held AS (
  SELECT identity_uid, language,
    max(CASE privilege WHEN 'admin' THEN 5 WHEN 'permissions' THEN 4 WHEN 'write' THEN 3 WHEN 'read' THEN 2 WHEN 'list' THEN 1 ELSE 0 END) AS rank,
    count_if(conditions IS NULL AND NOT not_resources AND list_contains(resources, '*') AND privilege IN ('admin', 'permissions', 'write'))
      AS unlimited
  FROM evidence_grants WHERE effect = 'allow' AND via NOT IN ('boundary', 'organisation')
  GROUP BY identity_uid, language
),
-- what boundaries and denies leave of it: the class of the whole identity, and never more than it is granted in the end
classed AS (
  SELECT h.identity_uid, h.language, h.unlimited,
    least(h.rank, CASE WHEN e.permissions > 0 OR h.language <> 'aws-iam' THEN 5 WHEN e.writes > 0 THEN 3 ELSE 2 END,
      CASE p.privilege WHEN 'permissions' THEN 4 WHEN 'write' THEN 3 WHEN 'read' THEN 2 ELSE 5 END) AS rank
  FROM held h
  JOIN evidence_identities e ON e.identity_uid = h.identity_uid AND e.language = h.language
  LEFT JOIN privileges p ON p.identity_uid = h.identity_uid
)
SELECT e.identity_uid, s.name, s.kind, e.language,
  ['unknown', 'list', 'read', 'write', 'permissions', 'admin'][(h.rank + 1)::INTEGER] AS privilege, h.unlimited,
  e.granted, e.used, e.unused, e.unknown, e.times, e.denied, e.last_at
FROM evidence_identities e
JOIN classed h ON h.identity_uid = e.identity_uid AND h.language = e.language
JOIN evidence_subjects s ON s.uid = e.identity_uid
WHERE {kinds}
ORDER BY h.rank DESC, h.unlimited > 0 DESC, e.permissions DESC, e.writes DESC, e.granted DESC, e.identity_uid
LIMIT $limit
