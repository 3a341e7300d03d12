/*
id: openbao_kv_unrotated
title: Secret in OpenBao was not changed for a year
severity: medium
confidence: medium
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://openbao.org/api-docs/secret/kv/kv-v2/"]
inputs: [openbao.kv]
detects: >
  A path of a version 2 key-value engine whose current version is more than a year old. High after three years.
why: >
  The store guards the value at rest; every reader since has a copy of its own, on disk, in environments and in the heads of people who left.
remediation: >
  Change what lies at {path} where it is valid, write the new value (`bao kv put`), restart its readers; better, let the database, PKI or
  Kubernetes engine issue it for an hour.
blind_spots: >
  What lies at a path is not known without `values`; version 1 engines keep no times.
false_positives: >
  Settings and public material kept in the secret store.
bad:
  - credentials: [{uid: "cred:at:openbao:v:kv/secret/app", issuer: unknown, kind: secret, name: secret/app, status: active, created_at: now-500d, rotated_at: now-400d, attrs: {of: kv-secret, versions: "2"}}]
    placements: [{credential_uid: "cred:at:openbao:v:kv/secret/app", system: vault, exposure: sanctioned, scope: v, path: secret/app}]
good:
  - credentials: [{uid: "cred:at:openbao:v:kv/secret/app", issuer: unknown, kind: secret, name: secret/app, status: active, created_at: now-900d, rotated_at: now-100d, attrs: {of: kv-secret, versions: "9"}}]
    placements: [{credential_uid: "cred:at:openbao:v:kv/secret/app", system: vault, exposure: sanctioned, scope: v, path: secret/app}]
  - credentials: [{uid: "cred:at:openbao:v:kv/secret/app", issuer: unknown, kind: secret, name: secret/app, status: revoked, created_at: now-900d, rotated_at: now-800d, attrs: {of: kv-secret}}]  # its current version is deleted
    placements: [{credential_uid: "cred:at:openbao:v:kv/secret/app", system: vault, exposure: sanctioned, scope: v, path: secret/app}]
  - credentials: [{uid: "cred:at:openbao:v:kv/old/app", issuer: unknown, kind: secret, name: old/app, status: active, attrs: {of: kv-secret}}]  # version 1: no times
    placements: [{credential_uid: "cred:at:openbao:v:kv/old/app", system: vault, exposure: sanctioned, scope: v, path: old/app}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, c.uid AS credential, p.path, p.scope AS server, c.rotated_days AS days_since_change, c.rotated_at AS changed_at, c.attrs['versions'] AS versions_kept,
  c.attrs['owner'] AS owner_by_metadata, p.environment,
  CASE WHEN c.rotated_days > 1095 THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN placements p ON p.credential_uid = c.uid
WHERE c.attrs['of'] = 'kv-secret' AND c.usable AND c.rotated_days > 365
