/*
id: k8s_secret_in_namespaces
title: The same secret lies in several namespaces of a cluster
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:IA-4", "CSF-2.0:PR.AA-01"]
inputs: [kubernetes.secrets, kubernetes.config_maps, kubernetes.workloads]
detects: >
  One credential - by its public id or the keyed fingerprint of its value - in Secrets, ConfigMaps or workloads of two or more namespaces of one cluster; high from five. Copies in other
  clusters and systems are told by secret_in_several_consumers.
why: A namespace is the border between teams and programs. A value on both sides cannot be rotated by either, and a log that names it names nobody.
remediation: |
  Issue one credential for each of {namespaces} and write it there (an ExternalSecret each), then revoke the value that lies
  at {path} ({name}).
blind_spots: Secrets that hold the same right under different values.
false_positives: >
  Logins of image registries, which are copied into every namespace by design, are left out, and so are certificates (public). Namespaces of one
  program in two parts are reported; except them.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: password}]
    placements:
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db, attrs: {namespace: shop}}
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/data/secrets/db, attrs: {namespace: data}}
  - credentials: [{uid: "cred:fp:1", kind: private_key, issuer: x509, fingerprint: f1, name: tls.key}]  # a wildcard certificate's key
    placements:
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/tls, attrs: {namespace: shop}}
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/data/secrets/tls, attrs: {namespace: data}}
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: password}]
    placements:
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db, attrs: {namespace: shop}}
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db-old, attrs: {namespace: shop}}
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: docker, fingerprint: f1, name: registry}]
    placements:
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/pull, attrs: {namespace: shop}}
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/data/secrets/pull, attrs: {namespace: data}}
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: password}]  # its vault and its one reader
    placements:
      - {credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db, attrs: {namespace: shop}}
      - {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: bao, path: secret/shop/db}
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa}]
    placements:
      - {credential_uid: "cred:x509:aa", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/tls, attrs: {namespace: shop}}
      - {credential_uid: "cred:x509:aa", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/data/secrets/tls, attrs: {namespace: data}}
*/
WITH spread AS (
  SELECT p.credential_uid, p.scope, count(DISTINCT split_part(p.path, '/', 2)) AS number_of_namespaces,
    string_agg(DISTINCT split_part(p.path, '/', 2), ', ' ORDER BY split_part(p.path, '/', 2)) AS namespaces, min(p.path) AS path
  FROM placements_of_several p
  WHERE p.system IN ('cluster_secret', 'cluster_config', 'workload_env') AND starts_with(p.path, 'namespaces/') AND p.state <> 'dead'
    AND coalesce(p.attrs['referenced'], 'false') <> 'true'
  GROUP BY p.credential_uid, p.scope
  HAVING count(DISTINCT split_part(p.path, '/', 2)) > 1
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, max(s.number_of_namespaces) AS number_of_namespaces, min(s.scope) AS cluster,
  min(s.namespaces) AS namespaces, c.last_used_at, min(s.path) AS path,
  CASE WHEN max(s.number_of_namespaces) >= 5 THEN 'high' ELSE 'medium' END AS severity
FROM spread s
JOIN credentials c ON c.uid = s.credential_uid
WHERE c.kind <> 'certificate' AND c.issuer <> 'docker' AND c.attrs['placeholder'] IS NULL AND c.attrs['public'] IS NULL AND c.status NOT IN ('revoked', 'expired', 'inactive')
GROUP BY c.identity_uid, c.uid, c.name, c.kind, c.issuer, c.public_id, c.last_used_at
