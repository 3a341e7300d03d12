-- Everything that was joined, for a person to read and to refuse.
CREATE OR REPLACE VIEW merges AS
SELECT 'same-credential' AS kind, uid, seen_uid AS other, because,
  CAST(CASE WHEN starts_with(because, 'same value') THEN 0.99 ELSE 0.85 END AS DOUBLE) AS confidence FROM credential_alias
UNION ALL SELECT kind, uid, other, because, CAST(confidence AS DOUBLE) FROM links;
