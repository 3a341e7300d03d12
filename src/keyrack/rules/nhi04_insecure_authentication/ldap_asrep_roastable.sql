/*
id: ldap_asrep_roastable
title: Anybody may ask for material to guess an account's password from
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "MITRE-ATTACK:T1558.004"]
references: ["https://attack.mitre.org/techniques/T1558/004/"]
inputs: [ldap.accounts]
key: []
detects: An enabled account of a program or computer for which Kerberos pre-authentication is switched off (DONT_REQ_PREAUTH).
why: Without any account of the domain, whoever reaches a domain controller gets a reply encrypted with a key made from the password, and guesses elsewhere.
remediation: |
  `Set-ADAccountControl {name} -DoesNotRequirePreAuth $false`, then change its password: the old one may have been taken already.
blind_spots: How long the password is.
false_positives: Very old Unix clients that cannot pre-authenticate. Disabled accounts are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-nfs", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {preauth_not_required: "true"}}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-nfs", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled, attrs: {preauth_not_required: "true"}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-nfs", type: "ldap:user", provider: ldap, scope: dc=x}]
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x, attrs: {preauth_not_required: "true"}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS domain, i.attrs['privileged_groups'] AS privileged_groups, i.owner, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'ldap' AND i.nhi AND i.status = 'active' AND i.attrs['preauth_not_required'] = 'true'
