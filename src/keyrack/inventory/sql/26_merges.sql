-- Everything that was joined, for a person to read and to refuse.
CREATE OR REPLACE VIEW merges AS
SELECT 'same-credential' AS kind, uid, seen_uid AS other, because, CAST(0.99 AS DOUBLE) AS confidence FROM credential_alias
UNION ALL SELECT kind, uid, other, because, CAST(confidence AS DOUBLE) FROM links;
