-- Grants with what the access room says of their statement; one class row per distinct statement, joined by its hash.
CREATE OR REPLACE VIEW grants AS
SELECT g.* REPLACE (CASE WHEN g.privilege = 'unknown' THEN coalesce(c.privilege, 'unknown') ELSE g.privilege END AS privilege),
  coalesce(c.escalations, CAST([] AS VARCHAR[])) AS escalations,
  coalesce(c.passes_role, FALSE) AS passes_role, coalesce(c.partners, CAST([] AS VARCHAR[])) AS partners,
  coalesce(c.services, CAST([] AS VARCHAR[])) AS whole_services,
  -- every resource, and no condition narrows it
  g.effect = 'allow' AND g.via NOT IN ('boundary', 'organisation')
    AND NOT g.not_resources AND list_contains(g.resources, '*') AND g.conditions IS NULL AS unlimited,
  -- takes its actions away wherever it stands: no condition, every resource
  g.effect = 'deny' AND NOT g.not_resources AND NOT g.not_actions AND list_contains(g.resources, '*') AND g.conditions IS NULL AS forbids,
  list_contains(g.actions, '*') OR list_contains(g.actions, '*:*') AS all_actions
FROM raw_grants g
LEFT JOIN statement_classes c ON c.statement = hash(g.language, g.actions, g.not_actions);
