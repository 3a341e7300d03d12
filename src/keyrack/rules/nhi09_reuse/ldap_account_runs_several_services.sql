/*
id: ldap_account_runs_several_services
title: One directory account runs several services
severity: medium
confidence: medium
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-01"]
references: ["https://learn.microsoft.com/sql/database-engine/configure-windows/configure-windows-service-accounts-and-permissions", "https://learn.microsoft.com/windows-server/identity/ad-ds/manage/group-managed-service-accounts/group-managed-service-accounts/group-managed-service-accounts-overview"]
inputs: [ldap.accounts]
key: []
detects: >
  An enabled user account whose service principal names belong to different services on different computers (a web site here, a database
  there), or to SQL Server on three computers or more.
why: >
  Whoever takes one of these computers takes the account, and with it all others; and its password cannot be changed without stopping all of them.
remediation: |
  Give each service an account of its own, best a group managed one (`New-ADServiceAccount`): {services}. Move the service principal names with
  `setspn`, then disable {name}.
blind_spots: Services without a service principal name; more than ten names of one account.
false_positives: >
  Always On availability groups, whose replicas share an account: record an exception. One service on a farm of web servers must share its account
  and is not reported, nor are managed accounts and computers.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-all", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/intranet, MSSQLSvc/crm-db.x:1433"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sql", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "MSSQLSvc/db1, MSSQLSvc/db2.x:1433, MSSQLSvc/db3.x"}}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-web", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/portal, HTTP/web1.x, HTTP/web2.x"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-app", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/app1, MSSQLSvc/app1.x:1433"}}]  # both on one computer
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sql", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "MSSQLSvc/db1, MSSQLSvc/db1.x:1433, MSSQLSvc/db1.x:50100"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=gmsa", type: "ldap:managed-account", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/intranet, MSSQLSvc/crm-db"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-all", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled, attrs: {spns: "HTTP/intranet, MSSQLSvc/crm-db"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/intranet, MSSQLSvc/crm-db"}}]
*/
WITH named AS (
  SELECT uid, unnest(string_split(lower(attrs['spns']), ', ')) AS spn FROM identities
  WHERE type = 'ldap:user' AND nhi AND status = 'active' AND attrs['spns'] IS NOT NULL
),
services AS (
  SELECT uid, split_part(spn, '/', 1) AS service, list_distinct(list(regexp_extract(split_part(spn, '/', 2), '^[^.:]*'))) AS hosts
  FROM named GROUP BY uid, service
),
apart AS (
  SELECT a.uid FROM services a JOIN services b ON b.uid = a.uid AND b.service > a.service AND NOT list_has_any(a.hosts, b.hosts)
  UNION
  SELECT uid FROM services WHERE service = 'mssqlsvc' AND len(hosts) >= 3
)
SELECT i.uid AS identity, i.name, i.scope AS domain, i.attrs['spns'] AS services, i.owner, i.last_used_at
FROM apart
JOIN identities i ON i.uid = apart.uid
