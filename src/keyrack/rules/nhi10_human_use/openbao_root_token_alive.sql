/*
id: openbao_root_token_alive
title: Root token of OpenBao is alive
severity: critical
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:AC-6(5)", "CSF-2.0:PR.AA-05"]
references: ["https://openbao.org/docs/concepts/tokens/#root-tokens"]
inputs: [openbao.tokens]
key: []
detects: >
  A token with the `root` policy that still works. High when it has an end, critical when it has none.
why: >
  Root tokens are for a person's hands at set-up and in an emergency, to be revoked at once. This one stayed: no policy limits it, nobody's name
  is on it, and every act with it is nobody's.
remediation: >
  `bao token revoke -accessor {public_id}`; when one is needed again, `bao operator generate-root` makes it with a quorum.
blind_spots: >
  Root tokens kept as batch tokens do not exist; a token with a policy `*` is as strong (openbao_admin_policy).
false_positives: >
  A development server in -dev mode, which always has one.
bad:
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:root-token", kind: api_key, name: root}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: active, identity_uid: "openbao:v:token/a1", created_at: now-100d, expiry: never}]
good:
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:token", kind: api_key, name: token-ci}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: active, identity_uid: "openbao:v:token/a1", created_at: now-100d, expiry: never}]
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:root-token", kind: api_key, name: root}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: revoked, identity_uid: "openbao:v:token/a1", created_at: now-100d}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope AS server, c.public_id, c.created_at, c.expires_at, c.last_used_at AS last_renewed_at,
  CASE WHEN c.expiry = 'never' THEN 'critical' ELSE 'high' END AS severity
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid
WHERE i.type = 'openbao:root-token' AND c.usable AND c.issuer = 'vault'
