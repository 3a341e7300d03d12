/*
id: ldap_vendor_rules_domain
title: Supplier's account rules the domain
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "NIST-800-53:AC-6", "CSF-2.0:GV.SC-07"]
inputs: [ldap.accounts, ldap.groups]
key: []
detects: >
  An enabled account that its description gives to a supplier ("vendor" or "supplier", a colon and its name) and that is in a privileged group or holds such a right.
why: An intruder at the supplier has every account of the domain.
remediation: |
  Ask {vendor} what its product needs, delegate that on the organisational unit it works in, and take {name} out of {by_what}.
blind_spots: Suppliers' accounts whose description does not say so.
false_positives: None known; a supplier that runs the domain for you is a reason to record, not to skip.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-v", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Lumenwatch}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-v", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-v", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Lumenwatch}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-v", type: "ldap:user", provider: ldap, scope: dc=x}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-v", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-v", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Lumenwatch, status: disabled}]
    grants: [{identity_uid: "ldap:dc=x:account/cn=svc-v", language: ldap, actions: [group/Domain Admins], via: group, privilege: admin}]
*/
SELECT i.uid AS identity, i.name, coalesce(i.vendor, 'its supplier') AS vendor, i.scope AS domain,
  string_agg(DISTINCT regexp_replace(array_to_string(g.actions, ', '), '^group/', ''), ', ' ORDER BY regexp_replace(array_to_string(g.actions, ', '), '^group/', '')) AS by_what,
  i.owner, i.last_used_at
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'ldap' AND g.privilege IN ('admin', 'permissions') AND i.third_party AND i.status = 'active'
GROUP BY i.uid, i.name, i.vendor, i.scope, i.owner, i.last_used_at
