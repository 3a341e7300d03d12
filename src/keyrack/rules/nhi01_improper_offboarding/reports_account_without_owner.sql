/*
id: reports_account_without_owner
title: Service account of a SaaS has no owner, though its list names owners
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:GV.RR-02"]
inputs: [reports.tables]
key: []
detects: A non-human account in a report's table that names an owner for other accounts of the same system and none for this one.
why: Nobody notices when it misbehaves, and nobody dares to remove it.
remediation: Find who uses {name} of {scope}, and write the owner into the list it comes from; if nobody does, disable it.
blind_spots: Tables without a column for owners; owners known elsewhere.
false_positives: Accounts that the system's vendor runs.
bad:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}, {uid: "saas:helpdesk:account/other", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk}]
    ownership: [{identity_uid: "saas:helpdesk:account/other", owner: "team:data"}]
good:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]  # a list without owners
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    ownership: [{identity_uid: "saas:helpdesk:account/bot", owner: "team:data"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: disabled, created_at: now-300d}, {uid: "saas:helpdesk:account/other", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk}]
    ownership: [{identity_uid: "saas:helpdesk:account/other", owner: "team:data"}]
  - identities: [{uid: "saas:helpdesk:account/ann", kind: human, type: "saas:account", provider: reports, scope: helpdesk}, {uid: "saas:helpdesk:account/other", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk}]
    ownership: [{identity_uid: "saas:helpdesk:account/other", owner: "team:data"}]
*/
WITH kept AS (SELECT DISTINCT scope FROM identities WHERE type = 'saas:account' AND provider = 'reports' AND owner_status <> 'none')
SELECT i.uid AS identity, i.name, i.scope, i.created_at, i.last_used_at, coalesce(p.privilege, 'none stated') AS privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN kept k ON k.scope = i.scope
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'saas:account' AND i.provider = 'reports' AND i.nhi AND i.owner_status = 'none' AND i.status IN ('active', 'unknown')
  AND NOT coalesce(i.creator_gone, FALSE) AND NOT i.third_party
