-- One credential is one credential wherever it is seen.
-- A sighting that knows only the value (cred:fp:...) joins the credential whose issuer's id is known to carry that value.
-- The rule is a function of the set of sightings: order does not matter and a second pass changes nothing.
-- A person may refuse a merge; it is then left out, and comes back when the refusal is taken back.
CREATE OR REPLACE TABLE credential_alias AS
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

CREATE OR REPLACE VIEW seen_credentials AS
SELECT coalesce(alias.uid, seen.uid) AS canonical_uid, seen.*
FROM raw_credentials seen
LEFT JOIN credential_alias alias ON alias.seen_uid = seen.uid;
