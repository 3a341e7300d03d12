/*
id: k8s_secret_unrotated
title: Value of a Kubernetes Secret is more than a year old
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://kubernetes.io/docs/concepts/security/secrets-good-practices/"]
inputs: [kubernetes.secrets]
detects: >
  A password, token, key or connection string in a Secret whose data was last written more than a year ago, by what the API server notes of the fields' managers; high beyond three
  years.
why: Everybody who could read the namespace since then, and every backup of it, has it.
remediation: |
  Issue a new value for {name} where it is accepted, write it into {path} (or into the vault that fills it), restart its consumers, and withdraw the old one.
blind_spots: Secrets whose managers' notes were stripped; a label that changes says nothing, but any written key of the Secret makes all of them look young.
false_positives: >
  Values that nothing accepts any more. Certificates and their keys, stored tokens of service accounts, image pull logins and access keys of clouds have rules of their own.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD, rotated_at: now-500d}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: KEY, rotated_at: now-1500d}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/stripe}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD, created_at: now-500d, rotated_at: now-30d}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD, created_at: now-500d}]  # old, but nobody says of what age the value is
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: docker, fingerprint: f1, name: registry, rotated_at: now-500d}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/pull}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD, rotated_at: now-500d}]  # elsewhere
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: bao, path: secret/db}]
*/
WITH lying AS (
  SELECT p.credential_uid, min(p.scope) AS cluster, min(p.path) AS path, min(p.consumer_uid) AS consumer FROM placements p
  WHERE p.system = 'cluster_secret' AND p.state <> 'dead' AND coalesce(p.attrs['referenced'], 'false') <> 'true' GROUP BY p.credential_uid
)
SELECT coalesce(c.identity_uid, l.consumer) AS identity, c.uid AS credential, c.name, c.kind, c.issuer, l.cluster, l.path, c.rotated_at AS written_at, c.rotated_days AS days_since_change,
  CASE WHEN c.rotated_days > 1095 THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN lying l ON l.credential_uid = c.uid
WHERE c.rotated_at IS NOT NULL AND c.rotated_days > 365 AND c.usable AND c.kind IN ('password', 'api_token', 'secret', 'connection_string', 'oauth_secret')
  AND c.issuer NOT IN ('kubernetes', 'docker') AND c.attrs['placeholder'] IS NULL AND c.attrs['public'] IS NULL
