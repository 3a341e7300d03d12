-- What is granted, without writing every action of every administrator down for each of them: identities that hold the same
-- statements share a profile, and a profile is spread into actions once.
CREATE OR REPLACE MACRO evidence_like(pattern) AS
  replace(replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_');

CREATE OR REPLACE TABLE evidence_shapes AS
SELECT row_number() OVER ()::INTEGER AS shape, language, not_actions, actions, part
FROM (
  SELECT DISTINCT language, not_actions, actions,
    CASE WHEN via = 'boundary' AND effect = 'allow' THEN 'limit'
      WHEN effect = 'deny' THEN 'deny'
      ELSE 'allow' END AS part
  FROM evidence_grants
  -- a deny that a condition or a resource narrows takes no action away as such; organisations' allows only limit
  WHERE (effect = 'allow' AND via <> 'organisation')
    OR (effect = 'deny' AND conditions IS NULL AND NOT not_resources AND list_contains(resources, '*'))
);

CREATE OR REPLACE TABLE evidence_words AS
SELECT DISTINCT language, pattern, lower(pattern) AS word FROM (SELECT language, unnest(actions) AS pattern FROM evidence_shapes);

-- Actions of an alphabet of wildcards; names of other languages stand for themselves.
CREATE OR REPLACE TABLE evidence_matches AS
SELECT w.language, w.pattern, a.code
FROM evidence_words w JOIN evidence_actions a ON a.language = w.language AND a.word = w.word
UNION
SELECT w.language, w.pattern, a.code
FROM evidence_words w JOIN evidence_actions a ON a.language = w.language AND a.service = split_part(w.word, ':', 1)
WHERE regexp_matches(w.word, '[*?]') AND NOT regexp_matches(split_part(w.word, ':', 1), '[*?]')
  AND a.word LIKE evidence_like(w.word) ESCAPE '\'
UNION
SELECT w.language, w.pattern, a.code
FROM evidence_words w JOIN evidence_actions a ON a.language = w.language
WHERE regexp_matches(split_part(w.word, ':', 1), '[*?]') AND a.word LIKE evidence_like(w.word) ESCAPE '\';

CREATE OR REPLACE TABLE evidence_spread AS
WITH listed AS (
  SELECT s.shape, s.language, s.not_actions, m.code
  FROM (SELECT shape, language, not_actions, unnest(actions) AS pattern FROM evidence_shapes) s
  LEFT JOIN evidence_matches m ON m.language = s.language AND m.pattern = s.pattern
)
SELECT DISTINCT shape, code FROM listed WHERE NOT not_actions AND code IS NOT NULL
UNION ALL
SELECT s.shape, a.code FROM evidence_shapes s JOIN evidence_actions a ON a.language = s.language
ANTI JOIN (SELECT shape, code FROM listed WHERE not_actions AND code IS NOT NULL) x ON x.shape = s.shape AND x.code = a.code
WHERE s.not_actions;

-- A statement that allows everything makes the identity's other allowing statements superfluous.
CREATE OR REPLACE TABLE evidence_profiles AS
WITH held AS (
  SELECT DISTINCT g.identity_uid, s.language, s.shape, s.part,
    s.part = 'allow' AND NOT s.not_actions AND (list_contains(s.actions, '*') OR list_contains(s.actions, '*:*')) AS everything
  FROM evidence_grants g
  JOIN evidence_shapes s ON s.language = g.language AND s.not_actions = g.not_actions AND s.actions = g.actions
    AND s.part = CASE WHEN g.via = 'boundary' AND g.effect = 'allow' THEN 'limit' WHEN g.effect = 'deny' THEN 'deny' ELSE 'allow' END
  WHERE (g.effect = 'allow' AND g.via <> 'organisation')
    OR (g.effect = 'deny' AND g.conditions IS NULL AND NOT g.not_resources AND list_contains(g.resources, '*'))
),
whole AS (SELECT DISTINCT identity_uid, language FROM held WHERE everything),
kept AS (
  SELECT h.identity_uid, h.language, h.shape FROM held h LEFT JOIN whole w USING (identity_uid, language)
  WHERE h.part <> 'allow' OR h.everything OR w.identity_uid IS NULL
),
lists AS (SELECT identity_uid, language, list_sort(list(shape)) AS shapes FROM kept GROUP BY identity_uid, language)
SELECT identity_uid, language, shapes, dense_rank() OVER (ORDER BY shapes)::INTEGER AS profile FROM lists;

CREATE OR REPLACE TABLE evidence_granted AS
WITH parts AS (
  SELECT profile, s.part, s.shape
  FROM (SELECT profile, unnest(any_value(shapes)) AS shape FROM evidence_profiles GROUP BY profile) p
  JOIN evidence_shapes s USING (shape)
),
codes AS (SELECT p.profile, p.part, e.code FROM parts p JOIN evidence_spread e USING (shape)),
limited AS (SELECT DISTINCT profile FROM parts WHERE part = 'limit')
SELECT DISTINCT c.profile, c.code
FROM codes c
ANTI JOIN (SELECT profile, code FROM codes WHERE part = 'deny') d ON d.profile = c.profile AND d.code = c.code
LEFT JOIN limited l ON l.profile = c.profile
LEFT JOIN (SELECT DISTINCT profile, code FROM codes WHERE part = 'limit') b ON b.profile = c.profile AND b.code = c.code
WHERE c.part = 'allow' AND (l.profile IS NULL OR b.code IS NOT NULL);
