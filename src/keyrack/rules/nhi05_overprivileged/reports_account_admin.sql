/*
id: reports_account_admin
title: Service account of a SaaS is its administrator
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(5)"]
inputs: [reports.tables]
key: []
detects: A non-human account of the organisation whose role, by a report's table and its mapping, administers the whole system. Vendors' are reported by reports_vendor_account_admin.
why: Its token opens everything the system holds, and creates accounts that outlive it.
remediation: Give {name} of {scope} a role with what it does, instead of {role}; where the system has none, narrow it by scopes of its token.
blind_spots: Roles that the mapping does not translate, and rights by groups.
false_positives: Accounts that provision users (SCIM) where the system has no lesser role for it; record an exception.
bad:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
good:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: write, via: role}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: disabled, created_at: now-300d}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: human, type: "saas:account", provider: reports, scope: helpdesk}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
*/
SELECT i.uid AS identity, i.name, i.scope, min(g.actions[1]) AS role, i.owner, i.last_used_at, i.usable_credentials
FROM identities i
JOIN grants g ON g.identity_uid = i.uid AND g.privilege = 'admin' AND g.effect = 'allow'
WHERE i.type = 'saas:account' AND i.provider = 'reports' AND i.nhi AND NOT i.third_party AND i.status IN ('active', 'unknown')
GROUP BY i.uid, i.name, i.scope, i.owner, i.last_used_at, i.usable_credentials
