/*
id: reports_vendor_account_admin
title: Account of a vendor administers a SaaS of ours
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "CSF-2.0:GV.SC-07"]
inputs: [reports.tables]
key: []
detects: An account that a report's table says is a vendor's, whose role administers the system or changes who may do what.
why: The vendor's next intruder is our administrator.
remediation: Agree with {vendor} what {name} of {scope} has to do, give it that instead of {role}, and set an end.
blind_spots: Vendors that the table does not name as such; roles that the mapping does not translate.
false_positives: A vendor that runs the system by contract; record an exception with the contract's end.
bad:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
good:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: read, via: role}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: disabled, created_at: now-300d, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    grants: [{identity_uid: "saas:helpdesk:account/bot", language: helpdesk, actions: ["Site admin"], privilege: admin, via: role}]
*/
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.vendor, 'the vendor') AS vendor, min(g.actions[1]) AS role, i.last_used_at, i.usable_credentials
FROM identities i
JOIN grants g ON g.identity_uid = i.uid AND g.privilege IN ('admin', 'permissions') AND g.effect = 'allow'
WHERE i.type = 'saas:account' AND i.provider = 'reports' AND i.third_party AND i.status IN ('active', 'unknown')
GROUP BY i.uid, i.name, i.scope, i.vendor, i.last_used_at, i.usable_credentials
