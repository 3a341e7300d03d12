-- Agents, MCP servers and cluster users in somebody's home are that person's: the unix login is taken for the local part of an
-- address when exactly one known person has it. Said as evidence of kind file_owner, to be weighed like all other evidence.
CREATE OR REPLACE TABLE home_ownership AS
WITH logins AS (
  SELECT split_part(uid, '@', 1) AS login, min(uid) AS email FROM known_people GROUP BY 1 HAVING count(*) = 1
)
SELECT 'own:home:' || i.uid AS uid, i.uid AS identity_uid, l.email AS owner, 'file_owner' AS evidence,
  'lies in the home of ' || i.attrs['user'] || ' on ' || i.scope AS detail, CAST(NULL AS TIMESTAMPTZ) AS stated_at
FROM merged_identities i
JOIN logins l ON l.login = lower(i.attrs['user'])
WHERE i.provider = 'machine' AND i.kind <> 'human';

-- Who owns the code that declares an identity owns the identity, unless something better is known.
CREATE OR REPLACE TABLE declared_ownership AS
SELECT 'own:declared:' || l.uid || ':' || o.uid AS uid, l.uid AS identity_uid, o.owner, o.evidence,
  o.detail || ' (' || l.because || ')' AS detail, o.stated_at
FROM links l JOIN raw_ownership o ON o.identity_uid = l.other
WHERE l.kind = 'declared';

CREATE OR REPLACE VIEW stated_ownership AS
SELECT uid, identity_uid, owner, evidence, detail, stated_at FROM raw_ownership
UNION ALL SELECT uid, identity_uid, owner, evidence, detail, stated_at FROM home_ownership
UNION ALL SELECT uid, identity_uid, owner, evidence, detail, stated_at FROM declared_ownership;
