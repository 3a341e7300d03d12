-- Merge the sightings of one thing. Facts from the issuer (which knows the status), or from the identity's own system, win over
-- facts read off a copy or told by another system, attribute by attribute; among equals the smaller value wins, so that the outcome never depends on the order of sources.
-- Almost everything is seen once and passes through; the hash only picks what must be folded, so a collision costs
-- a little time and changes nothing.
CREATE OR REPLACE TABLE repeated_credentials AS
SELECT hash(canonical_uid) AS uid_hash FROM seen_credentials GROUP BY uid_hash HAVING count(*) > 1;

CREATE OR REPLACE VIEW merged_credentials AS
WITH single AS (
  SELECT s.* EXCLUDE (source_id), [CAST(s.source_id AS VARCHAR)] AS sources
  FROM seen_credentials s ANTI JOIN repeated_credentials r ON r.uid_hash = hash(s.canonical_uid)
),
many AS (
  SELECT s.*, CASE WHEN s.status = 'unknown' THEN 1 ELSE 0 END AS hearsay
  FROM seen_credentials s SEMI JOIN repeated_credentials r ON r.uid_hash = hash(s.canonical_uid)
),
folded AS (
  SELECT canonical_uid,
    min(uid) AS uid,
    arg_min(kind, (hearsay, CASE kind WHEN 'secret' THEN 1 ELSE 0 END, kind)) AS kind,
    arg_min(issuer, (hearsay, CASE issuer WHEN 'unknown' THEN 1 ELSE 0 END, issuer)) AS issuer,
    arg_min(name, (hearsay, name)) AS name,
    arg_min(identity_uid, (hearsay, identity_uid)) FILTER (identity_uid IS NOT NULL) AS identity_uid,
    min(public_id) AS public_id,
    min(fingerprint) AS fingerprint,
    arg_min(status, (hearsay, status)) AS status,
    arg_min(created_at, (hearsay, created_at)) FILTER (created_at IS NOT NULL) AS created_at,
    arg_min(rotated_at, (hearsay, rotated_at)) FILTER (rotated_at IS NOT NULL) AS rotated_at,
    arg_min(expires_at, (hearsay, expires_at)) FILTER (expires_at IS NOT NULL) AS expires_at,
    arg_min(expiry, (CASE expiry WHEN 'unknown' THEN 1 ELSE 0 END, hearsay, expiry)) AS expiry,
    min(algorithm) AS algorithm,
    min(bits) AS bits,
    bool_and(protected) AS protected,
    list_sort(list_distinct(list(CAST(source_id AS VARCHAR)))) AS sources
  FROM many GROUP BY canonical_uid
),
-- each attribute by itself: a poorer source must not hide what a better one says, nor the other way round
said AS (
  SELECT canonical_uid, said.key AS key, arg_min(said.value, (hearsay, said.value)) AS value
  FROM (SELECT canonical_uid, hearsay, unnest(map_entries(attrs)) AS said FROM many) GROUP BY canonical_uid, said.key
),
maps AS (SELECT canonical_uid, map_from_entries(list({'k': key, 'v': value} ORDER BY key)) AS attrs FROM said GROUP BY canonical_uid)
SELECT * REPLACE (canonical_uid AS uid) FROM single
UNION ALL BY NAME
SELECT f.* REPLACE (f.canonical_uid AS uid), coalesce(m.attrs, MAP([]::VARCHAR[], []::VARCHAR[])) AS attrs
FROM folded f LEFT JOIN maps m ON m.canonical_uid = f.canonical_uid;

CREATE OR REPLACE TABLE repeated_identities AS
SELECT hash(uid) AS uid_hash FROM raw_identities GROUP BY uid_hash HAVING count(*) > 1;

CREATE OR REPLACE VIEW merged_identities AS
WITH single AS (
  SELECT i.* EXCLUDE (source_id), [CAST(i.source_id AS VARCHAR)] AS sources
  FROM raw_identities i ANTI JOIN repeated_identities r ON r.uid_hash = hash(i.uid)
),
many AS (
  SELECT i.*, CASE WHEN i.status = 'unknown' THEN 2 WHEN split_part(CAST(i.source_id AS VARCHAR), ':', 1) = i.provider THEN 0 ELSE 1 END AS hearsay
  FROM raw_identities i SEMI JOIN repeated_identities r ON r.uid_hash = hash(i.uid)
),
folded AS (
  SELECT uid,
    arg_min(kind, (hearsay, kind)) AS kind, arg_min(type, (hearsay, type)) AS type, arg_min(name, (hearsay, name)) AS name,
    arg_min(provider, (hearsay, provider)) AS provider, arg_min(scope, (hearsay, scope)) AS scope, arg_min(status, (hearsay, status)) AS status,
    arg_min(created_at, (hearsay, created_at)) FILTER (created_at IS NOT NULL) AS created_at,
    arg_min(created_by, (hearsay, created_by)) FILTER (created_by IS NOT NULL) AS created_by,
    arg_min(environment, (hearsay, environment)) FILTER (environment IS NOT NULL) AS environment,
    bool_or(third_party) AS third_party, arg_min(vendor, (hearsay, vendor)) FILTER (vendor IS NOT NULL) AS vendor,
    list_sort(list_distinct(list(CAST(source_id AS VARCHAR)))) AS sources
  FROM many GROUP BY uid
),
said AS (
  SELECT uid, what, said.key AS key, arg_min(said.value, (hearsay, said.value)) AS value
  FROM (
    SELECT uid, hearsay, 'attrs' AS what, unnest(map_entries(attrs)) AS said FROM many
    UNION ALL SELECT uid, hearsay, 'tags', unnest(map_entries(tags)) FROM many
  )
  GROUP BY uid, what, said.key
),
maps AS (
  SELECT uid, map_from_entries(list({'k': key, 'v': value} ORDER BY key) FILTER (what = 'attrs')) AS attrs,
    map_from_entries(list({'k': key, 'v': value} ORDER BY key) FILTER (what = 'tags')) AS tags
  FROM said GROUP BY uid
)
SELECT * FROM single
UNION ALL BY NAME
SELECT f.*, coalesce(m.attrs, MAP([]::VARCHAR[], []::VARCHAR[])) AS attrs, coalesce(m.tags, MAP([]::VARCHAR[], []::VARCHAR[])) AS tags
FROM folded f LEFT JOIN maps m ON m.uid = f.uid;
