/*
id: entra_unverified_publisher
title: Application of an unverified publisher reads company data
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "CSF-2.0:GV.SC-06"]
references: ["https://learn.microsoft.com/entra/identity/enterprise-apps/protect-against-consent-phishing"]
inputs: [entra.service_principals, entra.consents, entra.app_roles]
key: []
detects: >
  Another tenant's application, its publisher not verified by Microsoft, that was given mail, files, chats, calendars, contacts or the
  directory - as itself, for every user, or by users who consented for themselves. Critical when it holds them as itself and may write.
why: Consent phishing looks exactly like this - one click, no password, no second factor, and access that outlives a password change.
remediation: |
  Ask {who} what {name} is for. If nobody knows: disable it (`az ad sp update --id {object_id} --set accountEnabled=false`), look at what it read in the
  sign-in and audit logs, then delete it. Afterwards let users consent to verified publishers and low permissions only.
blind_spots: |
  A verified publisher may still be careless; what was read before the application was seen. `Sites.Selected` and its like open nothing by themselves;
  the sites and files they were then granted are not read.
false_positives: Small suppliers and partner tenants that never verified themselves; record an exception that names the contract.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, attrs: {publisher_verified: "false"}}]
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Mail.ReadWrite, User.Read], conditions: '{"delegated": "one user"}', attrs: {consent: user, consented_by: "entra:t:user/u"}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, attrs: {publisher_verified: "false"}}]
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Directory.Read.All], attrs: {consent: application}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, attrs: {publisher_verified: "true"}}]
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Mail.ReadWrite], conditions: '{"delegated": "any user"}', attrs: {consent: all-users}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, attrs: {publisher_verified: "false"}}]  # sign-in only
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [openid, profile, offline_access, User.Read, User.ReadBasic.All], conditions: '{"delegated": "any user"}', attrs: {consent: all-users}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Microsoft, attrs: {publisher_verified: "false", first_party: "true"}}]
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Mail.ReadWrite], attrs: {consent: application}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {publisher_verified: "false"}}]  # our own
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Mail.ReadWrite], attrs: {consent: application}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, attrs: {publisher_verified: "false"}}]  # opens no site
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Sites.Selected], attrs: {consent: application}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, status: disabled, attrs: {publisher_verified: "false"}}]
    grants: [{identity_uid: "entra:t:sp/a", via: consent, language: entra, actions: [Mail.Read], conditions: '{"delegated": "any user"}', attrs: {consent: all-users}}]
*/
WITH given AS (
  SELECT identity_uid, attrs['consent'] AS consent, attrs['consented_by'] AS person, privilege, unnest(actions) AS permission
  FROM grants WHERE language = 'entra' AND effect = 'allow' AND via = 'consent'
),
data AS (
  SELECT identity_uid, string_agg(DISTINCT permission, ', ' ORDER BY permission) AS permissions,
    bool_or(consent = 'application') AS as_itself, bool_or(consent = 'all-users') AS for_everybody, count(DISTINCT person) AS people, min(person) AS person,
    bool_or(consent = 'application' AND privilege IN ('write', 'permissions', 'admin')) AS writes
  FROM given
  WHERE regexp_matches(permission, '^(Mail|MailboxSettings|Files|Sites|Calendars|Contacts|Notes|Chat|Chats|ChannelMessage|Directory|Group|GroupMember|Application|RoleManagement|AppRoleAssignment|AuditLog|SecurityEvents|EWS|IMAP|POP|SMTP|full_access_as_app|user_impersonation)([._]|$)|^User\.(Read|ReadWrite|Export|Manage[A-Za-z]*)\.All$')
    AND NOT ends_with(permission, '.Selected')
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.vendor, i.scope AS tenant, d.permissions, d.people AS users_who_consented, i.attrs['publisher_tenant'] AS publisher_tenant,
  CASE WHEN d.as_itself THEN 'as itself' WHEN d.for_everybody THEN 'for every user' ELSE 'for single users' END AS acts, i.last_used_at,
  regexp_extract(i.uid, '/([^/]+)$', 1) AS object_id,
  CASE WHEN d.as_itself OR d.for_everybody THEN 'the administrator who consented' ELSE coalesce(u.name, d.person, 'the users who consented') || CASE WHEN d.people > 1 THEN ' and the others who consented' ELSE '' END END AS who,
  CASE WHEN d.writes THEN 'critical' WHEN d.as_itself OR d.for_everybody THEN 'high' ELSE 'medium' END AS severity
FROM data d
JOIN identities i ON i.uid = d.identity_uid
LEFT JOIN identities u ON u.uid = d.person
WHERE i.third_party AND i.attrs['publisher_verified'] = 'false' AND coalesce(i.attrs['first_party'], 'false') <> 'true' AND i.status IN ('active', 'unknown')
