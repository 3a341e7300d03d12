-- Environments of those who use credentials from where they lie: few, so that every reader of placements joins a small table.
CREATE OR REPLACE TABLE consumer_environments AS
SELECT i.uid, i.environment FROM identities i
SEMI JOIN (SELECT DISTINCT consumer_uid FROM raw_placements WHERE consumer_uid IS NOT NULL) p ON p.consumer_uid = i.uid
WHERE i.environment IS NOT NULL;
