-- Links: two records that are one thing in the world, or belong together, and stay two records because each has facts of its own.
-- (`uid`, `other`) in a fixed order, one row for each reason; `because` explains it, and a person may refuse it.
--   same-value        two credentials that issuers tell apart share one secret value
--   same-key          a key pair, its certificate and its public halves: one public key (SPKI)
--   same-certificate  one certificate, known by its SHA-1 thumbprint here and by SHA-256 there
--   same-server       a configured MCP server and the live server at that address
--   same-agent        an agent in a registry and its client as configured on a machine or in a repository
--   declared          what code declares and the identity that lives
--   built-from        a workload and the repository its image is built from
--   same-node         a cluster's node and the cloud's machine
--   logs-in-as        a password or connection string names a login at a server, and that server's directory knows the login
--   same-person       accounts of one person in several systems, by e-mail address
CREATE OR REPLACE TABLE link_candidates AS
WITH prints AS (
  SELECT fingerprint, list_sort(list_distinct(list(canonical_uid))) AS uids FROM seen_credentials
  WHERE fingerprint IS NOT NULL GROUP BY fingerprint HAVING count(DISTINCT canonical_uid) BETWEEN 2 AND 50
),
public_keys AS (
  SELECT attrs['spki'] AS spki, list_sort(list_distinct(list(canonical_uid))) AS uids FROM seen_credentials
  WHERE kind IN ('certificate', 'private_key', 'ssh_key', 'signing_key') AND attrs['spki'] IS NOT NULL GROUP BY spki HAVING count(DISTINCT canonical_uid) BETWEEN 2 AND 50
),
thumbprints AS (
  SELECT upper(attrs['sha1']) AS sha1, list_sort(list_distinct(list(canonical_uid))) AS uids FROM seen_credentials
  WHERE kind = 'certificate' AND attrs['sha1'] IS NOT NULL GROUP BY sha1 HAVING count(DISTINCT canonical_uid) BETWEEN 2 AND 50
),
-- the first of a set is linked to each other: a star says as much as all pairs
stars AS (
  SELECT 'same-value' AS kind, uids[1] AS uid, unnest(uids[2:]) AS other,
    'same value (keyed fingerprint ' || substr(fingerprint, 1, 8) || '...), told apart by their issuers' AS because, 0.99 AS confidence FROM prints
  UNION ALL
  SELECT 'same-key', uids[1], unnest(uids[2:]), 'same public key (SPKI ' || substr(spki, 1, 12) || '...)', 0.99 FROM public_keys
  UNION ALL
  SELECT 'same-certificate', uids[1], unnest(uids[2:]), 'same certificate (SHA-1 ' || substr(sha1, 1, 12) || '...)', 0.99 FROM thumbprints
),
addresses AS (
  SELECT uid, type, provider, rtrim(lower(regexp_replace(attrs['url'], '^https?://', '')), '/') AS address
  FROM raw_identities WHERE type = 'mcp:server' AND attrs['url'] IS NOT NULL
),
servers AS (
  SELECT 'same-server' AS kind, live.uid, told.uid AS other, 'configured for the address ' || live.address AS because, 0.95 AS confidence
  FROM addresses live JOIN addresses told ON told.address = live.address
  WHERE live.provider = 'mcp' AND told.provider <> 'mcp'
),
people AS (
  SELECT lower(attrs['email']) AS email, list_sort(list_distinct(list(uid))) AS uids FROM raw_identities
  WHERE kind = 'human' AND attrs['email'] LIKE '%_@_%' GROUP BY email HAVING count(DISTINCT uid) BETWEEN 2 AND 50
),
agents AS (
  SELECT 'same-agent' AS kind, r.uid, m.uid AS other, 'the registry names its client and place: ' || m.scope AS because, 0.8 AS confidence
  FROM raw_identities r JOIN raw_identities m ON m.type = 'mcp:agent' AND m.provider <> r.provider
    AND m.attrs['client'] = r.attrs['client'] AND (lower(m.scope) = lower(r.attrs['host']) OR lower(m.scope) = lower(r.attrs['repository']))
  WHERE r.type = 'mcp:agent' AND r.provider = 'mcp' AND r.attrs['client'] IS NOT NULL
),
-- code names an identity as its system will: an ARN's last part in one of our accounts, a service account's address, a namespace and name
declared AS (
  SELECT 'declared' AS kind, l.uid, d.uid AS other, 'declared in ' || d.scope || ' at ' || coalesce(d.attrs['path'], '?') AS because, 0.75 AS confidence
  FROM (SELECT * FROM raw_identities WHERE provider = 'repository') d
  JOIN raw_identities l ON l.name = d.name AND l.provider <> 'repository' AND (
    (d.type = 'iac:aws-iam-role' AND l.type = 'aws:iam-role') OR (d.type = 'iac:aws-iam-user' AND l.type = 'aws:iam-user')
    OR (d.type = 'k8s:service-account' AND l.type = 'k8s:service-account' AND d.attrs['namespace'] = l.attrs['namespace']))
),
single AS (SELECT other FROM declared GROUP BY other HAVING count(*) = 1),
written AS (
  SELECT canonical_uid AS uid, lower(attrs['login']) AS login, lower(attrs['endpoint']) AS endpoint,
    lower(regexp_extract(attrs['endpoint'], '^(?:[A-Za-z0-9+]+://)?(?:[^@/]*@)?([^:/?]+)', 1)) AS host,
    coalesce(nullif(regexp_extract(attrs['endpoint'], ':([0-9]+)(?:[/?]|$)', 1), ''), '5432') AS port
  FROM seen_credentials WHERE kind IN ('password', 'connection_string', 'secret') AND identity_uid IS NULL AND attrs['login'] IS NOT NULL
),
directory AS (
  SELECT uid, provider, lower(name) AS name, lower(scope) AS scope FROM raw_identities WHERE provider IN ('postgres', 'ldap')
),
logins AS (
  SELECT DISTINCT 'logs-in-as' AS kind, w.uid, d.uid AS other, 'it names the login ' || w.login || ' at ' || d.scope AS because, 0.9 AS confidence
  FROM written w JOIN directory d ON d.provider = 'postgres' AND d.name = w.login
    AND (CASE WHEN contains(d.scope, ':') THEN d.scope ELSE d.scope || ':5432' END) = w.host || ':' || w.port
  UNION ALL
  SELECT DISTINCT 'logs-in-as', w.uid, d.uid, 'it names the entry ' || w.login, 0.9
  FROM written w JOIN directory d ON d.provider = 'ldap' AND contains(w.login, '=') AND ends_with(lower(d.uid), '/' || w.login)
),
images AS (
  SELECT 'built-from' AS kind, w.uid, r.uid AS other, 'its image is named after the repository: ' || w.attrs['image'] AS because, 0.7 AS confidence
  FROM raw_resources w JOIN (SELECT DISTINCT uid, lower(name) AS name FROM raw_resources WHERE type IN ('git:repository', 'github:repository')) r
    ON r.name = lower(regexp_extract(w.attrs['image'], '^[^/]+/([^/:@]+/[^/:@]+)', 1))
  WHERE w.attrs['image'] IS NOT NULL
),
nodes AS (
  SELECT 'same-node' AS kind, n.uid, m.uid AS other, 'the node names the machine ' || n.attrs['provider_id'] AS because, 0.98 AS confidence
  FROM raw_resources n JOIN raw_resources m ON m.type = 'aws:ec2-instance' AND ends_with(m.uid, '/' || regexp_extract(n.attrs['provider_id'], '[^/]+$'))
  WHERE n.attrs['provider_id'] IS NOT NULL
)
SELECT DISTINCT kind, uid, other, because, confidence FROM (
  SELECT * FROM stars UNION ALL SELECT * FROM logins UNION ALL SELECT * FROM servers UNION ALL SELECT * FROM agents
  UNION ALL SELECT d.* FROM declared d SEMI JOIN single s ON s.other = d.other
  UNION ALL SELECT 'same-person', uids[1], unnest(uids[2:]), 'same e-mail address', 0.9 FROM people
  UNION ALL SELECT * FROM images UNION ALL SELECT * FROM nodes
) WHERE uid <> other;

CREATE OR REPLACE TABLE links AS
SELECT c.* FROM link_candidates c
ANTI JOIN refused_merges r ON (r.uid = c.uid AND r.other = c.other) OR (r.uid = c.other AND r.other = c.uid);
