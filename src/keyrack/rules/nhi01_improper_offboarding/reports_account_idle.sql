/*
id: reports_account_idle
title: Service account of a SaaS is not used, by its own list
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)"]
inputs: [reports.tables]
key: []
detects: >
  A non-human account that a report's table lists, active or of unknown state, older than 30 days, which by that table was last used more than 90
  days ago or never. An empty cell is not "never" unless the mapping says so.
why: What the account was made for is over; its tokens and its rights are not.
remediation: |
  Ask {owner} whether {name} of {scope} is still needed; if not, disable it, wait a month, then delete it with its tokens.
blind_spots: Accounts and tables nobody exported; use that the system does not count as a sign-in.
false_positives: Accounts for yearly tasks and emergencies; record an exception with an end.
bad:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    usage: [{identity_uid: "saas:helpdesk:account/bot", used_at: now-120d, source: "table:helpdesk"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: unknown, created_at: now-300d}]
    usage: [{identity_uid: "saas:helpdesk:account/bot", grade: absent, used_at: null, since: now-300d, source: "table:helpdesk"}]
good:
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]
    usage: [{identity_uid: "saas:helpdesk:account/bot", used_at: now-80d, source: "table:helpdesk"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-300d}]  # nobody says
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: disabled, created_at: now-300d}]
    usage: [{identity_uid: "saas:helpdesk:account/bot", used_at: now-120d, source: "table:helpdesk"}]
  - identities: [{uid: "saas:helpdesk:account/bot", kind: service_account, type: "saas:account", provider: reports, scope: helpdesk, status: active, created_at: now-20d}]
    usage: [{identity_uid: "saas:helpdesk:account/bot", grade: absent, used_at: null, since: now-20d, source: "table:helpdesk"}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.last_used_at, i.never_used, i.idle_days AS days_without_use, coalesce(i.use_source, i.absent_source) AS says_so,
  coalesce(i.owner, 'its administrators') AS owner, coalesce(p.privilege, 'none stated') AS privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'saas:account' AND i.provider = 'reports' AND i.nhi AND i.status IN ('active', 'unknown')
  AND ((i.never_used AND i.age_days > 30) OR (NOT i.never_used AND i.idle_days > 90))
