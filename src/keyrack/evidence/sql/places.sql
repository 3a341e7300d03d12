-- Resource patterns an identity is granted, and whether a call of the actions beside them went there. A call whose resource the log
-- does not name may have gone anywhere: then a pattern that nothing else touched is unknown.
WITH patterns AS (
  SELECT DISTINCT policy, actions, resource, conditions IS NOT NULL AS conditional
  FROM (SELECT policy, actions, unnest(resources) AS resource, conditions FROM evidence_grants
    WHERE identity_uid = $uid AND effect = 'allow' AND via NOT IN ('boundary', 'organisation') AND NOT not_actions AND NOT not_resources)
),
words AS (SELECT policy, actions, resource, conditional, unnest(actions) AS word FROM patterns),
hits AS (
  SELECT w.policy, w.actions, w.resource, w.conditional, c.resource AS called, c.times, c.last_at
  FROM words w JOIN evidence_calls c ON c.identity_uid = $uid AND c.times > 0
    AND lower(c.action) LIKE evidence_like(lower(w.word)) ESCAPE '\'
    AND (c.resource = '' OR c.resource LIKE evidence_like(regexp_replace(w.resource, '[$][{][^}]*[}]', '*', 'g')) ESCAPE '\')
),
-- a statement's slices of the log: what it grants that a log could hide
hidden AS (SELECT count_if(unseen = 'unknown') AS slices FROM evidence_verdicts WHERE identity_uid = $uid)
SELECT p.policy, p.actions, p.resource, p.conditional,
  coalesce(sum(h.times) FILTER (h.called <> ''), 0)::BIGINT AS times, max(h.last_at) FILTER (h.called <> '') AS last_at,
  CASE WHEN count(h.called) FILTER (h.called <> '') > 0 THEN 'used'
    WHEN count(h.called) > 0 THEN 'unknown'
    WHEN any_value(x.slices) > 0 THEN 'unknown'
    ELSE 'unused' END AS verdict
FROM patterns p
LEFT JOIN hits h ON h.policy IS NOT DISTINCT FROM p.policy AND h.actions = p.actions AND h.resource = p.resource AND h.conditional = p.conditional
CROSS JOIN hidden x
GROUP BY p.policy, p.actions, p.resource, p.conditional
ORDER BY 1, 3, 2
