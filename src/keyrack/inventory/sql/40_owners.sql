-- Who owns it: weigh the evidence, name a living person or team, or abstain.
CREATE OR REPLACE VIEW owner_evidence AS
SELECT o.identity_uid, lower(o.owner) AS owner, o.evidence, o.detail, o.stated_at,
  CAST(CASE o.evidence
    WHEN 'attested' THEN 0.98 WHEN 'sponsor' THEN 0.92 WHEN 'owner' THEN 0.9 WHEN 'tag' THEN 0.85 WHEN 'annotation' THEN 0.8 WHEN 'backstage' THEN 0.8 WHEN 'codeowners' THEN 0.75
    WHEN 'creator' THEN 0.6 WHEN 'file_owner' THEN 0.55 WHEN 'group' THEN 0.4
    WHEN 'committer' THEN CASE WHEN o.stated_at >= clock.now - INTERVAL 180 DAY THEN 0.6 ELSE 0.35 END
    ELSE 0.3 END AS DOUBLE) AS weight,
  CASE
    WHEN p.status = 'gone' THEN 'gone'
    WHEN p.status = 'active' THEN 'living'
    WHEN t.team IS NOT NULL THEN CASE WHEN t.living > 0 THEN 'living' ELSE 'gone' END
    ELSE 'unverified' END AS standing
FROM stated_ownership o
CROSS JOIN clock
LEFT JOIN known_people p ON p.uid = lower(o.owner)
LEFT JOIN (
  SELECT 'team:' || lower(team) AS team, count(*) FILTER (status = 'active') AS living
  FROM known_people WHERE team IS NOT NULL GROUP BY 1
) t ON t.team = lower(o.owner);

-- The heaviest evidence that does not name a leaver; below one half we abstain.
CREATE OR REPLACE TABLE repeated_owners AS
SELECT hash(identity_uid) AS uid_hash FROM stated_ownership GROUP BY uid_hash HAVING count(*) > 1;

CREATE OR REPLACE VIEW resolved_owners AS
WITH judged AS (
  SELECT *, standing <> 'gone' AND weight >= 0.5 AS eligible, evidence || ': ' || detail AS reason FROM owner_evidence
),
best AS (
  SELECT identity_uid, CASE WHEN eligible THEN owner END AS owner, CASE WHEN eligible THEN weight END AS owner_confidence,
    CASE WHEN eligible THEN reason END AS owner_evidence, CASE WHEN eligible THEN standing END AS standing,
    CASE WHEN standing = 'gone' THEN owner END AS departed_owner
  FROM judged j ANTI JOIN repeated_owners r ON r.uid_hash = hash(j.identity_uid)
  UNION ALL BY NAME
  SELECT identity_uid,
    arg_max(owner, (weight, owner)) FILTER (eligible) AS owner,
    max(weight) FILTER (eligible) AS owner_confidence,
    arg_max(reason, (weight, owner)) FILTER (eligible) AS owner_evidence,
    arg_max(standing, (weight, owner)) FILTER (eligible) AS standing,
    arg_max(owner, (weight, owner)) FILTER (standing = 'gone') AS departed_owner
  FROM judged j SEMI JOIN repeated_owners r ON r.uid_hash = hash(j.identity_uid) GROUP BY identity_uid
)
SELECT identity_uid, owner, owner_confidence, owner_evidence, departed_owner,
  CASE WHEN owner IS NOT NULL THEN standing WHEN departed_owner IS NOT NULL THEN 'gone' ELSE 'none' END AS owner_status
FROM best;
