/*
id: ldap_unconstrained_delegation
title: Account keeps the tickets of whoever signs in to it
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "MITRE-ATTACK:T1187", "MITRE-ATTACK:T1558"]
references: ["https://learn.microsoft.com/defender-for-identity/security-posture-assessments/accounts"]
inputs: [ldap.accounts]
key: []
detects: An enabled account or computer, no domain controller, that is trusted for unconstrained Kerberos delegation.
why: >
  Whoever signs in to it leaves a ticket there that acts as them everywhere. A domain controller can be made to sign in, and with its ticket the domain
  is lost.
remediation: |
  Set constrained delegation to the few services {name} needs, or resource-based delegation on those, and clear the flag:
  `Set-ADAccountControl {login} -TrustedForDelegation $false`. Put privileged people into Protected Users.
blind_spots: Whether anybody privileged signs in to it.
false_positives: Domain controllers carry the flag by design and are not reported, nor disabled accounts.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=web1", type: "ldap:computer", provider: ldap, scope: dc=x, attrs: {delegation: unconstrained}}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=dc1", type: "ldap:computer", provider: ldap, scope: dc=x, attrs: {delegation: unconstrained, domain_controller: "true"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=web1", type: "ldap:computer", provider: ldap, scope: dc=x, attrs: {delegation: constrained, delegates_to: "HTTP/app"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=web1", type: "ldap:computer", provider: ldap, scope: dc=x, status: disabled, attrs: {delegation: unconstrained}}]
*/
SELECT i.uid AS identity, i.name, coalesce(i.attrs['login_name'], i.name) AS login, i.scope AS domain, i.attrs['spns'] AS service_principal_names, i.attrs['os'] AS os, i.owner, i.last_used_at
FROM identities i
WHERE i.provider = 'ldap' AND i.attrs['delegation'] = 'unconstrained' AND i.attrs['domain_controller'] IS NULL AND i.nhi AND i.status = 'active'
