/*
id: vendor_account_after_contract
title: Account of a former vendor is still open
severity: high
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-7", "NIST-800-53:AC-2(3)", "CSF-2.0:GV.SC-10"]
inputs: [ldap.accounts, postgres.roles, openbao.entities]
key: []
detects: >
  An enabled directory account, database role or OpenBao entity whose description, comment or metadata gives it to a supplier ("vendor: Cobalt") that
  the vendor catalogue lists as ended. Critical when it is privileged.
why: Off-boarding a supplier ends the invoice, not the password its people wrote down.
remediation: |
  Disable {name} in {scope} today and look for sign-ins since the contract ended; delete it when nobody has missed it for a month. Ask for written
  confirmation that {vendor} deleted its copies of the password.
blind_spots: Accounts whose description does not name the supplier; suppliers the catalogue does not list.
false_positives: A hand-over period after the contract; record it as an exception with its end.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-c", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Cobalt Support}]
    vendors: [{uid: "vendor:cobalt", name: cobalt support, status: ended}]
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", provider: openbao, scope: v, third_party: true, vendor: cobalt}]  # by its short name
    vendors: [{uid: "vendor:cobalt", name: Cobalt Support, status: ended}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-c", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Cobalt Support}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt Support, status: active}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-c", type: "ldap:user", provider: ldap, scope: dc=x, third_party: true, vendor: Cobalt Support, status: disabled}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt Support, status: ended}]
  - identities: [{uid: "pg:db:role/cobalt", type: "pg:login-role", provider: postgres, scope: db, name: cobalt}]  # nobody says whose it is
    vendors: [{uid: "vendor:cobalt", name: Cobalt Support, status: ended}]
*/
SELECT i.uid AS identity, i.name, i.scope, v.name AS vendor, coalesce(p.privilege, 'none stated') AS privilege, i.last_used_at, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM identities i
JOIN vendors v ON lower(i.vendor) IN (lower(v.name), regexp_extract(lower(v.uid), '[^:]*$'))
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider IN ('ldap', 'postgres', 'openbao') AND i.third_party AND i.nhi AND i.status IN ('active', 'unknown') AND v.status = 'ended'
