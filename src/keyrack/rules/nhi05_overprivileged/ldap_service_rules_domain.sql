/*
id: ldap_service_rules_domain
title: Program's account rules the domain
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AC-6(5)", "MITRE-ATTACK:T1078.002"]
references: ["https://learn.microsoft.com/windows-server/identity/ad-ds/plan/security-best-practices/appendix-b--privileged-accounts-and-groups-in-active-directory"]
inputs: [ldap.accounts, ldap.groups]
key: []
detects: >
  An enabled account of a program or computer that is in Domain Admins or a group of that rank, directly or through other groups, or that may copy
  all password hashes (DCSync), or that controls AdminSDHolder. Medium for operator groups.
why: Whoever runs code where it works, or guesses its password, has every account of the domain.
remediation: |
  Take {name} out of {by_what}{through}, and delegate the few rights its task needs on the organisational unit it works in. Then rotate krbtgt if it was
  used on servers of lesser trust.
blind_spots: Rights given to it on organisational units and group policies; members from other domains.
false_positives: >
  Synchronisation of Entra ID (MSOL_ accounts) needs DCSync: guard its server like a domain controller, and record an exception. Domain controllers, the
  built-in Administrator and disabled accounts are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-backup", type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-backup", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin, attrs: {through: Tier0-Tools}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sync", type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-sync", language: ldap, actions: [DS-Replication-Get-Changes-All], privilege: admin}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=administrator", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {builtin: "true"}}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=administrator", language: ldap, actions: [group/Domain Admins], privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=dc1", type: "ldap:computer", provider: ldap, scope: dc=x, attrs: {domain_controller: "true"}}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=dc1", language: ldap, actions: [group/Administrators], privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-old", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-old", language: ldap, actions: [group/Domain Admins], privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=ida-adm", kind: human, type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=ida-adm", language: ldap, actions: [group/Domain Admins], privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-web", type: "ldap:user", provider: ldap, scope: dc=x}]  # delegation has a rule of its own
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-web", language: ldap, actions: ["delegate:*"], privilege: permissions}]
*/
SELECT i.uid AS identity, i.name, i.scope AS domain, string_agg(DISTINCT regexp_replace(array_to_string(g.actions, ', '), '^group/', ''), ', '
    ORDER BY regexp_replace(array_to_string(g.actions, ', '), '^group/', '')) AS by_what,
  coalesce(' (through ' || min(g.attrs['through']) || ')', '') AS through, i.owner, i.last_used_at,
  CASE WHEN bool_or(g.privilege = 'admin') THEN 'high' ELSE 'medium' END AS severity
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'ldap' AND g.privilege IN ('admin', 'permissions') AND g.actions[1] NOT LIKE 'delegate:%' AND i.nhi AND i.status = 'active'
  AND i.attrs['builtin'] IS NULL AND i.attrs['domain_controller'] IS NULL
GROUP BY i.uid, i.name, i.scope, i.owner, i.last_used_at
