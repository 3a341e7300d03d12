-- A finding's life: verdicts of this run, joined with what earlier runs found and what people decided.
-- A rule that could not look (its inputs are gapped) is `unknown` there: its old findings stay open, never resolve. That holds for a
-- capability that nobody asked for as well: `incomplete` only decides what fails --strict. An optional gap of reason `unsupported` is one
-- place that another source is for (a repository inside a folder), so the rule has seen what this source can show.
CREATE OR REPLACE TABLE rule_coverage AS
SELECT i.rule, CAST(g.source_id AS VARCHAR) AS source_id, count(*) AS gaps, min(g.detail) AS example
FROM rule_inputs i
JOIN (
  SELECT capability, source_id, detail FROM raw_gaps WHERE incomplete OR reason <> 'unsupported'
  UNION ALL SELECT capability, source_id, detail FROM house_gaps) g ON g.capability = i.capability
GROUP BY ALL;

CREATE OR REPLACE TABLE findings AS
WITH located AS (
  SELECT v.*, coalesce(i.sources, c.sources, list_filter([v.source_id], lambda s: s IS NOT NULL)) AS sources,
    coalesce(v.identity, c.identity_uid, v.credential) AS subject
  FROM verdicts v
  -- only those the verdicts name, lest millions be hashed to find a few
  LEFT JOIN (SELECT uid, sources FROM identities SEMI JOIN verdicts n ON n.identity = uid) i ON i.uid = v.identity
  LEFT JOIN (SELECT uid, sources, identity_uid FROM credentials SEMI JOIN verdicts n ON n.credential = uid) c ON c.uid = v.credential
),
current_findings AS (
  SELECT l.id, l.rule, l.title, l.owasp, l.severity, l.confidence, l.identity, l.credential, l.evidence, l.remediation,
    coalesce(p.first_seen, clock.now) AS first_seen, clock.now AS last_seen,
    CASE WHEN e.finding IS NOT NULL THEN 'excepted' ELSE 'open' END AS status,
    l.path, l.line, l.sources[1] AS source,
    CASE WHEN e.finding IS NOT NULL THEN e.reason || ' (until ' || strftime(e.until, '%Y-%m-%d') || ')' END AS exception,
    l.sources, l.subject
  FROM located l
  CROSS JOIN clock
  LEFT JOIN previous_findings p ON p.id = l.id
  LEFT JOIN known_exceptions e ON e.finding = l.id AND e.until > clock.now
),
absent AS (
  SELECT p.* REPLACE (
    CASE WHEN p.status = 'resolved' THEN 'resolved' WHEN cov.rule IS NOT NULL THEN p.status ELSE 'resolved' END AS status)
  FROM previous_findings p
  CROSS JOIN clock
  LEFT JOIN (SELECT DISTINCT rule, source_id FROM rule_coverage) cov ON cov.rule = p.rule AND cov.source_id = p.source
  WHERE p.id NOT IN (SELECT id FROM verdicts) AND p.last_seen > clock.now - INTERVAL 365 DAY
)
SELECT * FROM current_findings
UNION ALL BY NAME
SELECT * FROM absent;
