/*
id: openbao_secret_in_folders
title: The same secret lies in the folders of several applications
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-01"]
references: ["https://openbao.org/docs/secrets/kv/"]
inputs: [openbao.kv]
detects: >
  One value, recognised by its keyed fingerprint, in key-value paths of two or more applications (first folders, words of environments left out) of an
  OpenBao server. High from five.
why: >
  Each application reads its own copy, so none of them can be cut off alone, a rotation must find every copy, and the log of the system it opens cannot tell
  them apart.
remediation: >
  Issue one for each of {applications} (the database engine does it by itself), then change the shared value of {name}.
blind_spots: >
  Only with --openbao-values; applications that read one path together (`openbao_role_many_workloads`, the audit log).
false_positives: >
  Folders of one application under two names. One application's copies by environment are secret_in_prod_and_nonprod's.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: unknown, fingerprint: f1, name: password}]
    resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, provider: openbao, scope: v}]
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/billing/smtp}, {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/prod/newsletter/smtp}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: unknown, fingerprint: f1, name: password}]  # one application, two environments
    resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, provider: openbao, scope: v}]
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/prod/billing/smtp}, {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/billing/dev/smtp}]
  - credentials: [{uid: "cred:fp:1", kind: certificate, issuer: x509, public_id: aa, name: cert}]
    resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, provider: openbao, scope: v}]
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/a/x}, {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/b/x}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: unknown, fingerprint: f1, name: password}]  # another kind of vault: secret_in_several_consumers
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: a/x}, {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: b/x}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: unknown, fingerprint: f1, name: password, attrs: {placeholder: sample word}}]
    resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, provider: openbao, scope: v}]
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/a/x}, {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: secret/b/x}]
*/
WITH servers AS (SELECT DISTINCT scope FROM resources WHERE type = 'openbao:server'),
lying AS (
  SELECT p.credential_uid, p.scope, p.path,
    -- the mount, then words of environments, are no application
    split_part(regexp_replace(regexp_replace(p.path, '^[^/]+/', ''), '^((prod|production|prd|live|dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)/)+', ''), '/', 1) AS application
  FROM placements_of_several p
  JOIN servers s ON s.scope = p.scope
  WHERE p.system = 'vault' AND p.state <> 'dead' AND coalesce(p.attrs['referenced'], 'false') <> 'true'
),
spread AS (
  SELECT credential_uid, count(DISTINCT application) AS number_of_applications, string_agg(DISTINCT application, ', ' ORDER BY application) AS applications, min(scope) AS server,
    string_agg(DISTINCT path, ', ' ORDER BY path) AS paths
  FROM lying GROUP BY credential_uid HAVING count(DISTINCT application) > 1
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, s.server, s.number_of_applications, s.applications, s.paths, c.last_used_at,
  CASE WHEN s.number_of_applications >= 5 THEN 'high' ELSE 'medium' END AS severity
FROM spread s
JOIN credentials c ON c.uid = s.credential_uid
WHERE c.kind NOT IN ('certificate', 'ssh_key', 'private_key') AND c.attrs['placeholder'] IS NULL AND c.attrs['public'] IS NULL AND c.status NOT IN ('revoked', 'expired', 'inactive')
