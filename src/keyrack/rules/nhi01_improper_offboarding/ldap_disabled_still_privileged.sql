/*
id: ldap_disabled_still_privileged
title: Disabled program's account is still in a privileged group
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:AC-2"]
inputs: [ldap.accounts, ldap.groups]
key: []
detects: A disabled or expired account of a program or computer that is still in a group that rules the domain, or keeps such a right.
why: Off-boarding stopped half way. Whoever may switch accounts on again (an operator, a help desk) gets its rank with it.
remediation: |
  Take {name} out of {by_what}{through}, clear its service principal names, and delete it when nobody has missed it for a quarter.
blind_spots: Groups outside the directory.
false_positives: Break-glass accounts that are kept disabled on purpose; record an exception. krbtgt and Guest are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-old", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-old", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-old", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-new", type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-new", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=guest", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled, attrs: {builtin: "true"}}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=guest", language: ldap, actions: [group/Administrators], via: group, privilege: admin}]
*/
SELECT i.uid AS identity, i.name, i.scope AS domain, i.status, i.last_used_at, i.owner,
  string_agg(DISTINCT regexp_replace(array_to_string(g.actions, ', '), '^group/', ''), ', ' ORDER BY regexp_replace(array_to_string(g.actions, ', '), '^group/', '')) AS by_what,
  coalesce(' (through ' || min(g.attrs['through']) || ')', '') AS through
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'ldap' AND g.privilege IN ('admin', 'permissions') AND g.actions[1] NOT LIKE 'delegate:%' AND i.nhi AND i.status = 'disabled'
  AND i.attrs['builtin'] IS NULL
GROUP BY i.uid, i.name, i.scope, i.status, i.last_used_at, i.owner
