-- Where secret material really lies open: no references by name, samples, public halves or credentials known to be dead.
-- `severity` and `confidence` are the common scale of the leak rules (a rule may differ, with a reason): confirmed live is critical,
-- a test or vendored path, a login at this computer itself or a short-lived session low, a value that only its form gives away medium.
-- A token whose built-in checksum is right was issued by somebody: it counts in full wherever it lies. What is public by design is info.
CREATE OR REPLACE TABLE exposed AS
WITH seen AS (
  SELECT c.identity_uid AS identity, p.credential_uid AS credential, c.kind, c.issuer,
    CASE WHEN c.kind = 'access_key' AND c.public_id IS NOT NULL THEN c.name || ' ' || c.public_id ELSE c.name END AS name,
    c.public_id, c.status, c.protected, p.system, p.exposure, p.scope, p.path, p.line, p.commit, p.author, p.seen_at, p.mode, p.readers,
    p.state, p.detector, p.consumer_uid, p.attrs['field'] AS field, p.attrs['workload'] AS workload, p.attrs['owner'] AS file_owner,
    p.attrs['last_commit'] AS last_commit, p.attrs['seen_by'] AS told_by, p.attrs['branch_tip'] AS branch_tip, c.attrs['endpoint'] AS endpoint,
    c.attrs['checksum'] IS NULL AND (coalesce(p.attrs['test_path'] = 'true', FALSE)
      OR regexp_matches(p.path, '(^|/)(node_modules|site-packages|dist-packages|third_party|__pycache__)/')) AS test_path,
    c.attrs['public'] IS NOT NULL AS is_public,
    -- a file made to hold a key or a tool's sign-in: there it belongs, as long as only its owner can read it
    p.system = 'file' AND (c.kind IN ('private_key', 'ssh_key', 'signing_key')
      OR regexp_matches(p.path, '/(\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|gcloud|gh|glab-cli|\.terraform\.d|\.cargo|\.gem|\.composer|composer|opentofu|containers|etc/ssh|etc/ssl/private|etc/letsencrypt|etc/pki|etc/kubernetes)/[^ ]*$'
        || '|/(\.netrc|_netrc|\.npmrc|\.pypirc|pip\.conf|\.git-credentials|\.pgpass|pgpass\.conf|\.my\.cnf|debian\.cnf|\.terraformrc|\.tofurc|\.vault-token|\.dockercfg|k3s\.yaml)$'
        || '|/\.m2/settings\.xml$|/git/credentials$')) AS own_file,
    p.state = 'live' OR (c.status = 'active' AND c.issuer = 'aws') AS live,
    c.issuer IN ('unknown', 'http', 'database', 'jwt') OR c.kind IN ('secret', 'password', 'connection_string') AS by_form
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE p.system <> 'vault' AND p.state <> 'dead'
    AND coalesce(p.attrs['referenced'], 'false') <> 'true'
    AND (c.fingerprint IS NOT NULL OR coalesce(c.attrs['referenced'], 'false') <> 'true')
    AND c.attrs['placeholder'] IS NULL
    AND c.kind <> 'certificate' AND (c.usable OR c.status = 'inactive')
    AND (c.kind <> 'ssh_key' OR NOT regexp_matches(p.path, '(authorized_keys2?|known_hosts[0-9]*|\.pub)$'))
)
SELECT s.* EXCLUDE (live, by_form, endpoint, is_public),
  CASE
    WHEN is_public THEN 'info'
    WHEN status = 'inactive' THEN 'low'
    WHEN live THEN 'critical'
    WHEN test_path THEN CASE WHEN by_form OR kind IN ('private_key', 'ssh_key', 'signing_key') THEN 'info' ELSE 'low' END
    WHEN kind = 'session_token' OR protected THEN 'low'
    WHEN by_form THEN CASE WHEN regexp_matches(lower(coalesce(endpoint, '')), '(^|[/@])(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)([:/]|$)') THEN 'low' ELSE 'medium' END
    ELSE 'high'
  END AS severity,
  CASE WHEN is_public THEN 'low' WHEN live THEN 'high' WHEN test_path THEN 'low' WHEN issuer = 'unknown' THEN 'medium' ELSE 'high' END AS confidence,
  -- words of the remediations: what it is called, and where a new value comes from ("rotate LABEL WHERE_TO_ROTATE")
  CASE WHEN field IS NULL OR field = name OR starts_with(name, field || ' ') THEN name ELSE name || ' (' || field || ')' END AS label,
  CASE issuer
    WHEN 'unknown' THEN 'at the service that accepts it'
    WHEN 'http' THEN 'at the server that accepts it'
    WHEN 'database' THEN 'in the database that accepts it'
    WHEN 'jwt' THEN 'at the service that signed it (the old one is good until it expires or its signing key changes)'
    WHEN 'kubernetes' THEN 'in the cluster that issued it'
    WHEN 'ssh' THEN 'by a new key pair (exchange the public half wherever it is trusted)'
    WHEN 'x509' THEN 'by a new key pair and a certificate reissued for it'
    WHEN 'pgp' THEN 'by a new key, publishing a revocation of the old one'
    WHEN 'unix' THEN 'by setting a new password (passwd)'
    WHEN 'ansible' THEN 'on the hosts that accept it'
    ELSE 'at ' || issuer END AS where_to_rotate
FROM seen s
-- names reserved for documentation (RFC 2606) belong to nobody
WHERE NOT regexp_matches(lower(coalesce(endpoint, '')), '(^|[./@])example\.(com|net|org)([:/]|$)');
