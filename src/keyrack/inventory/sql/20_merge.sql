-- Merge the sightings of one thing. Facts from the issuer (which knows the status) win over facts read off a copy;
-- among equals the smaller value wins, so that the outcome never depends on the order of sources.
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
    arg_min(attrs, (hearsay, -CAST(cardinality(attrs) AS BIGINT), CAST(attrs AS VARCHAR))) AS attrs,
    list_sort(list_distinct(list(CAST(source_id AS VARCHAR)))) AS sources
  FROM many GROUP BY canonical_uid
)
SELECT * REPLACE (canonical_uid AS uid) FROM single
UNION ALL BY NAME
SELECT * REPLACE (canonical_uid AS uid) FROM folded;

CREATE OR REPLACE TABLE repeated_identities AS
SELECT hash(uid) AS uid_hash FROM raw_identities GROUP BY uid_hash HAVING count(*) > 1;

CREATE OR REPLACE VIEW merged_identities AS
WITH single AS (
  SELECT i.* EXCLUDE (source_id), [CAST(i.source_id AS VARCHAR)] AS sources
  FROM raw_identities i ANTI JOIN repeated_identities r ON r.uid_hash = hash(i.uid)
),
folded AS (
  SELECT uid,
    min(kind) AS kind, min(type) AS type, min(name) AS name, min(provider) AS provider, min(scope) AS scope,
    min(status) AS status, min(created_at) AS created_at, min(created_by) AS created_by, min(environment) AS environment,
    bool_or(third_party) AS third_party, min(vendor) AS vendor,
    arg_max(tags, (cardinality(tags), CAST(tags AS VARCHAR))) AS tags,
    arg_max(attrs, (cardinality(attrs), CAST(attrs AS VARCHAR))) AS attrs,
    list_sort(list_distinct(list(CAST(source_id AS VARCHAR)))) AS sources
  FROM raw_identities i SEMI JOIN repeated_identities r ON r.uid_hash = hash(i.uid) GROUP BY uid
)
SELECT * FROM single UNION ALL BY NAME SELECT * FROM folded;
