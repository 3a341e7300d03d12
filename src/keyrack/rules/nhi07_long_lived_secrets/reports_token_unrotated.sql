/*
id: reports_token_unrotated
title: Token of a SaaS account was not changed for a year, by its own list
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)"]
inputs: [reports.tables]
detects: >
  A usable token or key of a non-human SaaS account, by a report's table, whose value last changed more than 365 days ago. Tokens known never to expire are
  reported by credential_never_expires.
why: Whoever copied it in that year still has it.
remediation: Make a new token for {holder} at {issuer}, move its consumers, revoke {name}, and give the new one an end.
blind_spots: Tables without a date of creation or rotation.
false_positives: Tokens that the table shows by the date of the account and not of the token.
bad:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-900d}]
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: active, created_at: now-500d, identity_uid: "saas:helpdesk:account/bot"}]
good:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-900d}]
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: active, created_at: now-200d, identity_uid: "saas:helpdesk:account/bot"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-900d}]
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: active, created_at: now-500d, identity_uid: "saas:helpdesk:account/bot", rotated_at: now-20d}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-900d}]
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: revoked, created_at: now-500d, identity_uid: "saas:helpdesk:account/bot"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-900d}]  # credential_never_expires
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: active, created_at: now-500d, identity_uid: "saas:helpdesk:account/bot", expiry: never}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: human, type: "saas:account", provider: reports, scope: helpdesk}]
    credentials: [{uid: "cred:helpdesk:t1", kind: api_token, issuer: helpdesk, name: t1, public_id: t1, status: active, created_at: now-500d, identity_uid: "saas:helpdesk:account/bot"}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, c.created_at, c.rotated_at, c.rotated_days AS days_since_change,
  c.last_used_at, coalesce(i.name, c.identity_uid) AS holder, coalesce(i.owner, 'its administrators') AS owner,
  CASE WHEN c.rotated_days > 1095 THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
WHERE i.type = 'saas:account' AND i.provider = 'reports' AND i.nhi AND i.status IN ('active', 'unknown') AND c.usable AND c.kind <> 'certificate'
  AND c.rotated_days > 365 AND c.expiry <> 'never'
