-- Placements of credentials that lie in more than one place: what rules on reuse and environments need to look at, a small part of
-- all. The hash only picks candidates; a collision costs a little time and changes nothing.
CREATE OR REPLACE TABLE repeated_placements AS
SELECT hash(coalesce(alias.uid, p.credential_uid)) AS uid_hash
FROM raw_placements p LEFT JOIN credential_alias alias ON alias.seen_uid = p.credential_uid
GROUP BY uid_hash HAVING count(*) > 1;

CREATE OR REPLACE TABLE placements_of_several AS
SELECT p.* EXCLUDE (commit, author, mode, readers)
FROM placements p SEMI JOIN repeated_placements r ON r.uid_hash = hash(p.credential_uid);

-- The same for roles and service accounts: those that more than one workload runs as.
CREATE OR REPLACE TABLE shared_run_as AS
WITH candidates AS (
  SELECT hash(identity_uid) AS uid_hash FROM raw_trusts
  WHERE subject_kind = 'workload' AND mechanism IN ('aws:runs-as', 'k8s:runs-as') GROUP BY uid_hash HAVING count(*) > 1
)
SELECT t.* FROM raw_trusts t SEMI JOIN candidates c ON c.uid_hash = hash(t.identity_uid)
WHERE t.subject_kind = 'workload' AND t.mechanism IN ('aws:runs-as', 'k8s:runs-as');
