-- One identity: every action it is granted or used, with its verdict, and what on.
WITH granted AS (
  SELECT a.language, a.code, a.action, a.service, a.privilege, a.event_class, a.reads
  FROM evidence_profiles p JOIN evidence_granted g USING (profile) JOIN evidence_actions a ON a.code = g.code
  WHERE p.identity_uid = $uid
),
used AS (
  SELECT a.code, c.action, sum(c.times)::BIGINT AS times, sum(c.denied)::BIGINT AS denied, min(c.first_at) AS first_at, max(c.last_at) AS last_at,
    list_sort(list(DISTINCT c.resource) FILTER (c.times > 0 AND c.resource <> '')) AS resources
  FROM evidence_calls c LEFT JOIN evidence_actions a ON a.action = c.action
  WHERE c.identity_uid = $uid GROUP BY a.code, c.action
)
SELECT coalesce(g.service, split_part(u.action, ':', 1)) AS service, coalesce(g.action, u.action) AS action,
  g.code IS NOT NULL AS granted, coalesce(g.privilege, 'unknown') AS privilege,
  CASE WHEN u.times > 0 THEN 'used' WHEN g.code IS NULL THEN 'unused' ELSE v.unseen END AS verdict,
  CASE WHEN u.times > 0 THEN 'observed' ELSE v.grade END AS grade,
  CASE WHEN u.times > 0 THEN l.source ELSE v.judged_by END AS source,
  CASE WHEN u.times > 0 THEN NULL WHEN v.contradicted AND v.hidden IS NULL THEN 'contradicted' WHEN v.absent_source IS NULL THEN v.hidden END AS hidden,
  coalesce(u.times, 0) AS times, coalesce(u.denied, 0) AS denied, u.first_at, u.last_at, coalesce(u.resources, []) AS resources
FROM granted g
FULL JOIN used u ON u.code = g.code
LEFT JOIN (FROM evidence_verdicts WHERE identity_uid = $uid) v
  ON v.language = g.language AND v.service = g.service AND v.event_class = g.event_class AND v.reads = g.reads
LEFT JOIN evidence_logs l ON l.language = coalesce(g.language, 'aws-iam')
ORDER BY 1, 2
