-- What limits an identity: its boundary, and what is denied outright. A boundary that allows every action limits nothing; a deny of
-- everything except a list (Deny with NotAction) limits like a boundary of that list.
CREATE OR REPLACE TABLE limits AS
SELECT identity_uid,
  (count(*) FILTER (via = 'boundary') > 0
    AND NOT coalesce(bool_or(via = 'boundary' AND effect = 'allow' AND (all_actions OR not_actions)), FALSE))
  OR coalesce(bool_or(effect = 'deny' AND not_actions AND NOT not_resources AND list_contains(resources, '*') AND conditions IS NULL
    AND NOT all_actions AND NOT list_contains(actions, 'iam:*')), FALSE) AS bounded,
  coalesce(bool_or(forbids AND all_actions), FALSE) AS denied,
  coalesce(bool_or(forbids AND (all_actions OR list_contains(whole_services, 'iam'))), FALSE) AS denied_iam
FROM grants WHERE via = 'boundary' OR effect = 'deny' GROUP BY identity_uid;

-- One row per identity and escalation that neither a deny nor the boundary takes away. Role passing needs two permissions,
-- which may stand in two statements. Holders of every action are left out: they have nothing to escalate to.
CREATE OR REPLACE TABLE escalation_paths AS
WITH halves AS (
  SELECT identity_uid, passes_role, partners, coalesce(policy, 'inline') AS policy FROM broad_grants
  WHERE NOT all_actions AND (passes_role OR len(partners) > 0)
),
candidates AS (
  SELECT identity_uid, unnest(escalations) AS action, coalesce(policy, 'inline') AS policy FROM broad_grants
  WHERE NOT all_actions AND len(escalations) > 0
  UNION ALL
  SELECT h.identity_uid, 'iam:passrole+' || unnest(h.partners), h.policy FROM halves h
  SEMI JOIN (SELECT identity_uid FROM halves WHERE passes_role) p ON p.identity_uid = h.identity_uid
  WHERE len(h.partners) > 0
),
paths AS (
  SELECT identity_uid, action, min(policy) AS policy FROM candidates GROUP BY identity_uid, action
),
takes AS (
  SELECT g.identity_uid, unnest(g.escalations || list_transform(g.partners, lambda name: 'iam:passrole+' || name)) AS action
  FROM forbidding_grants g WHERE len(g.escalations) > 0 OR len(g.partners) > 0
  UNION ALL
  SELECT p.identity_uid, p.action FROM paths p
  SEMI JOIN (SELECT identity_uid FROM forbidding_grants WHERE passes_role) g ON g.identity_uid = p.identity_uid
  WHERE starts_with(p.action, 'iam:passrole+')
),
allows AS (
  SELECT identity_uid, unnest(escalations) AS action FROM grants WHERE via = 'boundary' AND effect = 'allow' AND len(escalations) > 0
)
SELECT p.identity_uid, p.action, p.policy
FROM paths p
LEFT JOIN limits l ON l.identity_uid = p.identity_uid
ANTI JOIN takes t ON t.identity_uid = p.identity_uid AND t.action = p.action
WHERE NOT coalesce(l.denied, FALSE)
  AND (NOT coalesce(l.bounded, FALSE) OR (p.identity_uid, p.action) IN (SELECT identity_uid, action FROM allows));
