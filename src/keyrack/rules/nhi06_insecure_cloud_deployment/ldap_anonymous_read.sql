/*
id: ldap_anonymous_read
title: Directory shows its accounts to nobody in particular
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-14", "NIST-800-53:AC-3", "CSF-2.0:PR.AA-05"]
references: ["https://www.openldap.org/doc/admin26/access-control.html"]
inputs: [ldap.directory]
key: [resource]
detects: A search without any sign-in that returned entries of accounts.
why: Names of all accounts, and often more, for whoever reaches the port; guessing starts there.
remediation: |
  OpenLDAP - end the access rules with `olcAccess to * by users read by * none` (keep `by anonymous auth` for userPassword), or set `olcDisallows: bind_anon`.
  Active Directory - set dSHeuristics back (its seventh character is not 2).
blind_spots: Which attributes are shown; what other naming contexts show.
false_positives: Public address books that hold no accounts.
bad:
  - resources: [{uid: "ldap:dc=x:directory/dc=x", type: "ldap:directory", name: dc=x, provider: ldap, scope: dc=x, attrs: {anonymous_read: "true"}}]
good:
  - resources: [{uid: "ldap:dc=x:directory/dc=x", type: "ldap:directory", name: dc=x, provider: ldap, scope: dc=x, attrs: {anonymous_read: "false"}}]
  - resources: [{uid: "ldap:dc=x:directory/dc=x", type: "ldap:directory", name: dc=x, provider: ldap, scope: dc=x}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.attrs['vendor'] AS product, r.source_id
FROM resources r
WHERE r.type = 'ldap:directory' AND r.attrs['anonymous_read'] = 'true'
