/*
id: openbao_periodic_token
title: Token of OpenBao that can be renewed for ever
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(13)"]
references: ["https://openbao.org/docs/concepts/tokens/"]
inputs: [openbao.tokens]
detects: >
  A periodic token without explicit end that was made by hand more than 90 days ago: whoever holds it keeps it alive by renewing. High when
  nothing (no parent, no role) ties it to anything else.
why: >
  It is a password by another name: no login stands behind it, no attestation, and its copies live as long as one of them is renewed.
remediation: >
  Let {name} log in itself (Kubernetes, JWT, AppRole with short secret-ids) and revoke the token: `bao token revoke -accessor {public_id}`.
blind_spots: >
  A token whose period is longer than it was left alone for ends unseen.
false_positives: >
  The token of a system that cannot log in; bind it to its network and except it.
bad:
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:token", kind: api_key, name: token-exporter}]
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: active, identity_uid: "openbao:v:token/a1", created_at: now-200d, expires_at: now+1d, expiry: set, attrs: {period: "86400", orphan: "true"}}]
good:
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:token", kind: api_key, name: token-exporter}]  # has an explicit end
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: active, identity_uid: "openbao:v:token/a1", created_at: now-200d, expires_at: now+1d, expiry: set, attrs: {period: "86400", orphan: "true", max_ttl: "31536000"}}]
  - identities: [{uid: "openbao:v:token/a1", type: "openbao:token", kind: api_key, name: token-exporter}]  # young
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: api_token, status: active, identity_uid: "openbao:v:token/a1", created_at: now-20d, expires_at: now+1d, expiry: set, attrs: {period: "86400", orphan: "true"}}]
  - identities: [{uid: "openbao:v:role/kubernetes/app", type: "openbao:kubernetes-role", name: app}]  # a login issued it
    credentials: [{uid: "cred:vault:a1", public_id: a1, issuer: vault, kind: session_token, status: active, identity_uid: "openbao:v:role/kubernetes/app", created_at: now-200d, expires_at: now+1d, expiry: set, attrs: {period: "86400", orphan: "true"}}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, coalesce(i.name, c.name) AS name, c.public_id, c.created_at, c.age_days, c.attrs['period'] AS period_seconds, c.attrs['orphan'] AS orphan,
  c.attrs['policies'] AS policies, c.last_used_at AS last_renewed_at, i.owner,
  CASE WHEN c.attrs['orphan'] = 'true' AND i.type = 'openbao:token' THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
LEFT JOIN identities i ON i.uid = c.identity_uid
WHERE c.issuer = 'vault' AND c.kind = 'api_token' AND c.usable AND c.attrs['period'] IS NOT NULL AND c.attrs['max_ttl'] IS NULL AND c.age_days > 90
