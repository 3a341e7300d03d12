-- One credential is one credential wherever it is seen.
-- A sighting that knows only the value (cred:fp:...) joins the credential whose issuer's id is known to carry that value.
-- The rule is a function of the set of sightings: order does not matter and a second pass changes nothing.
-- A person may refuse a merge; it is then left out, and comes back when the refusal is taken back.
CREATE OR REPLACE TABLE same_value AS
WITH named AS (
  SELECT fingerprint, min(uid) AS uid
  FROM raw_credentials
  WHERE fingerprint IS NOT NULL AND public_id IS NOT NULL
  GROUP BY fingerprint
)
SELECT DISTINCT seen.uid AS seen_uid, named.uid AS uid,
  'same value as ' || named.uid || ' (keyed fingerprint ' || substr(named.fingerprint, 1, 8) || '...)' AS because
FROM raw_credentials seen
JOIN named ON named.fingerprint = seen.fingerprint
ANTI JOIN refused_merges r ON r.uid = named.uid AND r.other = seen.uid
WHERE seen.public_id IS NULL AND seen.uid <> named.uid;

-- A report of another tool may hide the value and give no id: then only the place says which credential it is. It joins the one
-- credential that lies there - same repository or host, same path, and the same line, or a few lines off or in the same commit and of
-- the same issuer - when no other fits as well; else it stands alone.
CREATE OR REPLACE TABLE same_place AS
WITH told AS (
  SELECT DISTINCT p.credential_uid AS uid, c.issuer, p.scope, p.path, p.line, p.commit
  FROM raw_placements p JOIN raw_credentials c ON c.uid = p.credential_uid
  WHERE p.attrs['hidden'] IS NOT NULL AND c.fingerprint IS NULL AND c.public_id IS NULL
),
fitting AS (
  SELECT t.uid AS seen_uid, coalesce(v.uid, c.uid) AS uid, t.scope || ':' || t.path AS place,
    CASE WHEN p.line = t.line AND p.commit = t.commit THEN 1 WHEN p.line = t.line THEN 2
      WHEN c.issuer <> t.issuer OR c.issuer = 'unknown' THEN NULL
      WHEN abs(p.line - t.line) <= 5 THEN 3 WHEN p.commit = t.commit THEN 4 END AS rank
  FROM told t
  JOIN raw_placements p ON p.scope = t.scope AND p.path = t.path
  JOIN raw_credentials c ON c.uid = p.credential_uid AND (c.fingerprint IS NOT NULL OR c.public_id IS NOT NULL)
  LEFT JOIN same_value v ON v.seen_uid = c.uid
),
best AS (SELECT seen_uid, min(rank) AS rank FROM fitting WHERE rank IS NOT NULL GROUP BY seen_uid),
sole AS (
  SELECT f.seen_uid, min(f.uid) AS uid, min(f.place) AS place FROM fitting f JOIN best b ON b.seen_uid = f.seen_uid AND b.rank = f.rank
  GROUP BY f.seen_uid HAVING count(DISTINCT f.uid) = 1
)
SELECT s.seen_uid, s.uid, 'a report hides its value, and ' || s.uid || ' is what lies at ' || s.place AS because
FROM sole s ANTI JOIN refused_merges r ON r.uid = s.uid AND r.other = s.seen_uid;

CREATE OR REPLACE TABLE credential_alias AS
SELECT seen_uid, uid, because FROM same_value UNION ALL SELECT seen_uid, uid, because FROM same_place;

CREATE OR REPLACE VIEW seen_credentials AS
SELECT coalesce(alias.uid, seen.uid) AS canonical_uid, seen.*
FROM raw_credentials seen
LEFT JOIN credential_alias alias ON alias.seen_uid = seen.uid;
