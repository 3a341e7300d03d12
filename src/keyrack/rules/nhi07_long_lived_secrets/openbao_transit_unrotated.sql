/*
id: openbao_transit_unrotated
title: Transit key was not rotated for a year
severity: low
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:SC-12"]
references: ["https://openbao.org/docs/secrets/transit/"]
inputs: [openbao.engines]
detects: >
  A transit key whose newest version is more than a year old and that does not rotate by itself.
why: >
  One version for years widens what a leak of material, or a key used beyond its safe number of encryptions, exposes; a rotation costs one call
  and old ciphertexts stay readable.
remediation: >
  `bao write transit/keys/{name}/config auto_rotate_period=2160h` (or `bao write -f transit/keys/{name}/rotate` now).
blind_spots: >
  How often the key was used.
false_positives: >
  Keys that only decrypt an archive.
bad:
  - credentials: [{uid: "cred:at:openbao:v:transit-key/transit/orders/key", issuer: vault, kind: signing_key, name: orders, status: active, created_at: now-800d, rotated_at: now-400d, attrs: {of: transit-key, exportable: "false"}}]
good:
  - credentials: [{uid: "cred:at:openbao:v:transit-key/transit/orders/key", issuer: vault, kind: signing_key, name: orders, status: active, created_at: now-800d, rotated_at: now-40d, attrs: {of: transit-key, exportable: "false"}}]
  - credentials: [{uid: "cred:at:openbao:v:transit-key/transit/orders/key", issuer: vault, kind: signing_key, name: orders, status: active, created_at: now-800d, rotated_at: now-400d, attrs: {of: transit-key, exportable: "false", rotation_period: "63072000"}}]  # rotates by itself, every two years
*/
SELECT c.identity_uid AS identity, c.uid AS credential, substr(c.uid, 9, length(c.uid) - 12) AS resource, c.name, c.algorithm, c.rotated_days AS days_since_rotation, coalesce(c.rotated_at, c.created_at) AS rotated_at
FROM credentials c
WHERE c.attrs['of'] = 'transit-key' AND c.usable AND c.rotated_days > 365 AND c.attrs['rotation_period'] IS NULL
