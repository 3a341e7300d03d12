/*
id: ldap_person_runs_service
title: A service runs as a person's account
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-2", "NIST-800-53:AU-10"]
inputs: [ldap.accounts]
key: []
detects: An enabled account of a person that carries a service principal name, so that a service on some server runs as that person.
why: >
  The service stops when the person changes the password or leaves, so neither happens; its deeds are the person's; and any account of the domain may
  ask for a ticket from which the person's password can be guessed.
remediation: |
  Let the service run as a group managed service account; then `setspn -D SPN {name}` for each of {service_principal_names}, and change the
  person's password.
blind_spots: Services that need no service principal name.
false_positives: Decoy accounts with such a name, kept to catch whoever asks for their ticket. Disabled accounts are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/wiki", human_evidence: attribute}}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-wiki", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/wiki"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x, status: disabled, attrs: {spns: "HTTP/wiki"}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS domain, i.attrs['spns'] AS service_principal_names, i.attrs['human_evidence'] AS taken_for_a_person_by,
  i.attrs['privileged_groups'] AS privileged_groups, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'ldap' AND i.kind = 'human' AND i.attrs['spns'] IS NOT NULL AND i.status = 'active'
