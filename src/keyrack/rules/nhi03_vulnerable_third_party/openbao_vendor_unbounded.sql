/*
id: openbao_vendor_unbounded
title: Supplier logs in to OpenBao from anywhere, for ever
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SA-9", "CSF-2.0:GV.SC-07"]
references: ["https://openbao.org/docs/auth/approle/"]
inputs: [openbao.entities, openbao.secret_ids]
detects: >
  A secret-id without end and without networks, of an AppRole whose entity is marked as a supplier's (metadata `vendor`).
why: >
  Their breach is ours: whoever takes the secret-id from them reads our secrets from anywhere, until somebody here remembers it.
remediation: >
  `bao write auth/approle/role/{role} secret_id_ttl=720h secret_id_bound_cidrs=<their addresses>`, hand {vendor} a new secret-id, destroy this one
  by its accessor {public_id}.
blind_spots: >
  Suppliers that no metadata names; addresses that a proxy hides.
false_positives: >
  Suppliers whose agent runs inside our own network; bind it to that network.
bad:
  - identities: [{uid: "openbao:v:role/approle/sync", type: "openbao:approle", name: sync}, {uid: "openbao:v:entity/1", type: "openbao:entity", name: sync, third_party: true, vendor: acme}]
    trusts: [{identity_uid: "openbao:v:entity/1", subject: "openbao:v:role/approle/sync", subject_kind: identity, mechanism: "openbao:entity-alias"}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, expiry: never, identity_uid: "openbao:v:role/approle/sync", created_at: now-200d, attrs: {of: approle-secret-id, uses_left: unlimited}}]
good:
  - identities: [{uid: "openbao:v:role/approle/sync", type: "openbao:approle", name: sync}, {uid: "openbao:v:entity/1", type: "openbao:entity", name: sync, third_party: true, vendor: acme}]  # bound to their network
    trusts: [{identity_uid: "openbao:v:entity/1", subject: "openbao:v:role/approle/sync", subject_kind: identity, mechanism: "openbao:entity-alias"}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, expiry: never, identity_uid: "openbao:v:role/approle/sync", created_at: now-200d, attrs: {of: approle-secret-id, cidrs: 192.0.2.0/24}}]
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", name: app}, {uid: "openbao:v:entity/2", type: "openbao:entity", name: app}]  # our own
    trusts: [{identity_uid: "openbao:v:entity/2", subject: "openbao:v:role/approle/app", subject_kind: identity, mechanism: "openbao:entity-alias"}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, expiry: never, identity_uid: "openbao:v:role/approle/app", created_at: now-200d, attrs: {of: approle-secret-id}}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, e.vendor, r.name AS role, c.public_id, c.created_at, c.expires_at, coalesce(p.privilege, 'none stated') AS privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM trusts t
JOIN identities e ON e.uid = t.identity_uid AND e.third_party
JOIN identities r ON r.uid = t.subject AND r.type = 'openbao:approle'
JOIN credentials c ON c.identity_uid = r.uid AND c.attrs['of'] = 'approle-secret-id' AND c.usable
LEFT JOIN privileges p ON p.identity_uid = r.uid
WHERE t.mechanism = 'openbao:entity-alias' AND c.expiry = 'never' AND c.attrs['cidrs'] IS NULL
