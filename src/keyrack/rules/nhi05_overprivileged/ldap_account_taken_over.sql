/*
id: ldap_account_taken_over
title: Everybody, or somebody of lesser rank, controls a program's account
severity: high
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AC-3", "MITRE-ATTACK:T1098", "MITRE-ATTACK:T1222.001"]
references: ["https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/990fb975-ab31-4bc1-8b75-5da132cd4584"]
inputs: [ldap.control, ldap.managed]
key: [mechanism]
detects: >
  An enabled account whose managed password, access list or delegation list lets Everyone, Authenticated Users, Domain Users or Domain Computers in;
  or a privileged account that an unprivileged account controls in one of these ways.
why: Control of an account is the account - reset its password, add a key, give it a service name and guess, or act on behalf of anybody towards it.
remediation: |
  Take {who} out of the list by which it {right} of {name}: managed passwords by
  `Set-ADServiceAccount -PrincipalsAllowedToRetrieveManagedPassword`, delegation by `-PrincipalsAllowedToDelegateToAccount`, the rest in the account's security settings.
blind_spots: Rights inherited by a later change of its place; entries that deny; what members of a listed group may do.
false_positives: Help desks that may reset passwords of ordinary accounts are not reported; of privileged ones they are.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=gmsa-sql", type: "ldap:managed-account", provider: ldap, scope: dc=x}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=gmsa-sql", subject: "*", subject_kind: same_account, mechanism: "ad:reads-managed-password"}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-da", type: "ldap:user", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=svc-web", type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-da", language: ldap, actions: [group/Domain Admins], privilege: admin}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=svc-da", subject: "ldap:dc=x:account/cn=svc-web", subject_kind: identity, mechanism: "ad:acl-reset-password"}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=gmsa-sql", type: "ldap:managed-account", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=sql1", type: "ldap:computer", provider: ldap, scope: dc=x}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=gmsa-sql", subject: "ldap:dc=x:account/cn=sql1", subject_kind: identity, mechanism: "ad:reads-managed-password"}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-web", type: "ldap:user", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=helpdesk", kind: human, type: "ldap:user", provider: ldap, scope: dc=x}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=svc-web", subject: "ldap:dc=x:account/cn=helpdesk", subject_kind: identity, mechanism: "ad:acl-reset-password"}]
  - identities: [{uid: "ldap:dc=x:account/cn=gmsa-old", type: "ldap:managed-account", provider: ldap, scope: dc=x, status: disabled}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=gmsa-old", subject: "*", subject_kind: same_account, mechanism: "ad:reads-managed-password"}]
*/
SELECT i.uid AS identity, t.mechanism, i.name, i.scope AS domain, replace(replace(t.mechanism, 'ad:acl-', ''), 'ad:', '') AS right,
  CASE WHEN bool_or(t.subject = '*') THEN 'everybody' ELSE min(coalesce(s.name, t.subject)) END AS who, count(DISTINCT t.subject) AS number_of_subjects,
  min(p.privilege) AS privilege_gained, i.owner, CASE WHEN min(p.privilege) = 'admin' THEN 'critical' ELSE 'high' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN identities s ON s.uid = t.subject
LEFT JOIN privileges p ON p.identity_uid = i.uid
LEFT JOIN privileges q ON q.identity_uid = t.subject
WHERE starts_with(t.mechanism, 'ad:') AND i.status = 'active' AND i.attrs['builtin'] IS NULL
  AND (t.subject = '*' OR (p.privilege IN ('admin', 'permissions') AND s.uid IS NOT NULL AND coalesce(q.privilege, 'read') NOT IN ('admin', 'permissions')))
GROUP BY i.uid, t.mechanism, i.name, i.scope, i.owner
