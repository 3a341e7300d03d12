/*
id: openbao_transit_exportable
title: Key of the transit engine can be taken out
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:SC-12"]
references: ["https://openbao.org/api-docs/secret/transit/"]
inputs: [openbao.engines]
key: [resource]
detects: >
  A transit key that is exportable, or whose plain backup is allowed: `transit/export` and `transit/backup` hand out its material.
why: >
  The engine is there so that keys never leave it. Once exported, a key lies wherever the reader put it, and no rotation in the engine reaches the
  copy. The switch cannot be turned off again.
remediation: >
  Make a new key without `exportable`, `bao write transit/rewrap/...` what it encrypted, move its users, then delete {name}; until then deny
  `transit/export/*` and `transit/backup/*` in every policy.
blind_spots: >
  Whether anybody ever exported it: the audit log tells.
false_positives: >
  Keys made for sharing (bring-your-own-key to a cloud).
bad:
  - resources: [{uid: "openbao:v:transit-key/transit/orders", type: "openbao:transit-key", name: transit/orders, attrs: {kind: aes256-gcm96, exportable: "true"}}]
good:
  - resources: [{uid: "openbao:v:transit-key/transit/orders", type: "openbao:transit-key", name: transit/orders, attrs: {kind: aes256-gcm96, exportable: "false"}}]
  - resources: [{uid: "openbao:v:transit-key/transit/orders", type: "openbao:transit-key", name: transit/orders, attrs: {kind: aes256-gcm96}}]  # an old server does not say
*/
SELECT r.uid AS resource, CAST(NULL AS VARCHAR) AS identity, r.name, r.scope AS server, r.attrs['kind'] AS algorithm, r.source_id
FROM resources r
WHERE r.type = 'openbao:transit-key' AND r.attrs['exportable'] = 'true'
