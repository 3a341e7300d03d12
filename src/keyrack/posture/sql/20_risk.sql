-- Risk of a subject (an identity, or a credential still without one): 100 * (1 - product over open findings of (1 - weight) ^ impact).
-- Each factor is at most 1, so one more finding never lowers the score. docs/risk-score.md explains the numbers.
CREATE OR REPLACE TABLE risk_terms AS
SELECT f.subject, f.id AS finding, f.rule, f.title, f.owasp, f.severity, f.confidence,
  CAST(CASE f.severity WHEN 'critical' THEN 0.6 WHEN 'high' THEN 0.35 WHEN 'medium' THEN 0.15 WHEN 'low' THEN 0.05 ELSE 0.0 END
  * CASE f.confidence WHEN 'high' THEN 1.0 WHEN 'medium' THEN 0.7 ELSE 0.4 END AS DOUBLE) AS weight
FROM findings f
WHERE f.status = 'open' AND f.subject IS NOT NULL;

CREATE OR REPLACE TABLE risks AS
WITH impact AS (
  SELECT subjects.subject,
    CAST(1.0
    + CASE WHEN p.privilege = 'admin' OR a.uid IS NOT NULL THEN 1.0 WHEN p.privilege = 'permissions' OR w.identity_uid IS NOT NULL THEN 0.6
        WHEN p.privilege = 'write' THEN 0.2 ELSE 0.0 END
    + CASE WHEN b.crown > 0 THEN 0.3 ELSE 0.0 END
    + CASE WHEN i.environment = 'prod' THEN 0.3 ELSE 0.0 END
    + CASE WHEN i.third_party THEN 0.2 ELSE 0.0 END AS DOUBLE) AS impact,
    p.privilege, i.environment
  FROM (SELECT DISTINCT subject FROM risk_terms) subjects
  LEFT JOIN identities i ON i.uid = subjects.subject
  LEFT JOIN privileges p ON p.identity_uid = subjects.subject
  LEFT JOIN admins a ON a.uid = subjects.subject
  LEFT JOIN admin_paths w ON w.identity_uid = subjects.subject
  LEFT JOIN blast_radius b ON b.identity_uid = subjects.subject
)
SELECT t.subject,
  round(100 * (1 - exp(max(impact.impact) * sum(ln(1 - t.weight)))), 1) AS score,
  max(impact.impact) AS impact, any_value(impact.privilege) AS privilege, any_value(impact.environment) AS environment,
  count(*) AS findings,
  arg_max(t.title, (t.weight, t.title)) AS worst
FROM risk_terms t JOIN impact USING (subject)
GROUP BY t.subject;
