-- Pure views over the raw records and the entries; a reader of a past commit re-creates them as they are.
-- A place's environment is its own; what its consumer's is stands beside it, for the two may differ.
CREATE OR REPLACE VIEW placements AS
SELECT p.* REPLACE (
    coalesce(alias.uid, p.credential_uid) AS credential_uid,
    coalesce(p.environment, environment_of(p.path)) AS environment),
  consumer.environment AS consumer_environment,
  date_diff('day', p.seen_at, clock.now) AS seen_days
FROM raw_placements p
CROSS JOIN clock
LEFT JOIN consumer_environments consumer ON consumer.uid = p.consumer_uid
LEFT JOIN credential_alias alias ON alias.seen_uid = p.credential_uid;

CREATE OR REPLACE VIEW trusts AS
SELECT t.*,
  a.account IS NOT NULL AS own_account,
  v.name AS vendor
FROM raw_trusts t
LEFT JOIN known_accounts a ON a.account = t.attrs['account']
LEFT JOIN vendor_accounts v ON v.account = t.attrs['account'];

CREATE OR REPLACE VIEW resources AS
SELECT r.* REPLACE (CASE WHEN r.environment IS NOT NULL THEN r.environment
    WHEN scope_speaks(r.provider) THEN environment_from(r.name, r.attrs['namespace'], r.scope)
    ELSE environment_of(r.name) END AS environment),
  CASE WHEN r.environment IS NOT NULL THEN 'stated' ELSE 'words' END AS environment_evidence
FROM raw_resources r;
CREATE OR REPLACE VIEW usage AS
SELECT u.* REPLACE (coalesce(alias.uid, u.credential_uid) AS credential_uid),
  date_diff('day', u.used_at, clock.now) AS used_days
FROM raw_usage u CROSS JOIN clock
LEFT JOIN credential_alias alias ON alias.seen_uid = u.credential_uid;
CREATE OR REPLACE VIEW people AS SELECT * FROM known_people;
CREATE OR REPLACE VIEW vendors AS SELECT * FROM known_vendors;
CREATE OR REPLACE VIEW gaps AS SELECT * FROM raw_gaps;
