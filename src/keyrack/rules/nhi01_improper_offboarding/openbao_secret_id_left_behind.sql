/*
id: openbao_secret_id_left_behind
title: Old secret-id of an AppRole was left behind
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)"]
references: ["https://openbao.org/api-docs/auth/approle/"]
inputs: [openbao.secret_ids]
detects: >
  A secret-id that still works although a newer one of the same role was issued more than 30 days later and at least a week ago: nobody destroyed
  it when its successor came.
why: >
  Rotation that leaves the old value alive rotates nothing; the copies of the old one open the same door.
remediation: >
  `bao write auth/approle/role/{role}/secret-id-accessor/destroy secret_id_accessor={public_id}`, once the audit log shows no login with it.
blind_spots: >
  The server keeps no last use of a secret-id; which one is used only the audit log tells.
false_positives: >
  A role that several machines share, each with a secret-id of its own; give each machine a role, or bind them by network (those are left out).
bad:
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", name: app}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-200d, attrs: {of: approle-secret-id, uses_left: unlimited}},
      {uid: "cred:vault:a2", public_id: a2, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-20d, attrs: {of: approle-secret-id, uses_left: unlimited}}]
good:
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", name: app}]  # the new one is still being rolled out
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-200d, attrs: {of: approle-secret-id}},
      {uid: "cred:vault:a2", public_id: a2, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-2d, attrs: {of: approle-secret-id}}]
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", name: app}]  # one for each site, bound to its network
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-200d, attrs: {of: approle-secret-id, cidrs: 10.1.0.0/16}},
      {uid: "cred:vault:a2", public_id: a2, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-20d, attrs: {of: approle-secret-id, cidrs: 10.2.0.0/16}}]
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", name: app}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: secret, status: active, identity_uid: "openbao:v:role/approle/app", created_at: now-200d, attrs: {of: approle-secret-id}}]
*/
WITH newest AS (
  SELECT identity_uid, max(created_at) AS at, min(age_days) AS days FROM credentials
  WHERE attrs['of'] = 'approle-secret-id' AND usable GROUP BY identity_uid HAVING count(*) > 1
)
SELECT c.identity_uid AS identity, c.uid AS credential, i.name AS role, c.public_id, c.created_at, n.at AS successor_created_at, c.age_days - n.days AS days_older, c.expires_at, i.owner
FROM newest n
JOIN credentials c ON c.identity_uid = n.identity_uid AND c.attrs['of'] = 'approle-secret-id' AND c.usable
LEFT JOIN identities i ON i.uid = c.identity_uid
WHERE c.age_days - n.days > 30 AND n.days >= 7 AND c.attrs['cidrs'] IS NULL
