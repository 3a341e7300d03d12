/*
id: ldap_kerberoastable
title: Password of a service account can be guessed from its Kerberos tickets
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "MITRE-ATTACK:T1558.003"]
references: ["https://learn.microsoft.com/defender-for-identity/security-posture-assessments/accounts", "https://attack.mitre.org/techniques/T1558/003/"]
inputs: [ldap.accounts]
detects: >
  An enabled user account with a service principal name whose password is older than a year, or which may still use RC4 or DES and whose
  password is older than 90 days. High when it is in a privileged group.
why: >
  Any account of the domain may ask for a ticket to it, encrypted with a key made from its password, and guess at leisure elsewhere. Nobody notices;
  old passwords chosen by people fall.
remediation: |
  Replace {name} by a group managed service account (`New-ADServiceAccount`), whose password is 240 random bytes. Until then set a random password of
  30 characters or more, allow AES only (`Set-ADUser {name} -KerberosEncryptionType AES128,AES256`) and watch requests (event 4769) for it.
blind_spots: How long the password is. A fine-grained password policy may ask for more.
false_positives: >
  Passwords of 30 random characters. Managed accounts, computers, krbtgt and disabled accounts are not reported: nobody chose their password.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sql", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "MSSQLSvc/db", encryption: "aes128,aes256"}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=svc-sql", kind: password, issuer: ldap, status: active, rotated_at: now-900d}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sql", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "MSSQLSvc/db", encryption: default}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=svc-sql", kind: password, issuer: ldap, status: active, rotated_at: now-120d}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-sql", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {spns: "MSSQLSvc/db", encryption: "aes128,aes256"}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=svc-sql", kind: password, issuer: ldap, status: active, rotated_at: now-120d}]
  - identities: [{uid: "ldap:dc=x:account/cn=gmsa", type: "ldap:managed-account", provider: ldap, scope: dc=x, attrs: {spns: "HTTP/web", encryption: default}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=gmsa", kind: password, issuer: ldap, status: active, rotated_at: now-900d}]
  - identities: [{uid: "ldap:dc=x:account/cn=krbtgt", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled, attrs: {spns: kadmin/changepw, encryption: default}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=krbtgt", kind: password, issuer: ldap, status: inactive, rotated_at: now-900d}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc-batch", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {encryption: default}}]
    credentials: [{uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=svc-batch", kind: password, issuer: ldap, status: active, rotated_at: now-900d}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope AS domain, i.attrs['spns'] AS service_principal_names, i.attrs['encryption'] AS encryption,
  c.rotated_at AS password_set_at, c.rotated_days AS password_age_days, i.attrs['privileged_groups'] AS privileged_groups, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid AND c.issuer = 'ldap' AND c.kind = 'password'
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'ldap:user' AND i.attrs['spns'] IS NOT NULL AND i.status = 'active' AND c.usable
  AND (c.rotated_days > 365 OR (c.rotated_days > 90 AND regexp_matches(coalesce(i.attrs['encryption'], 'default'), 'rc4|des|default')))
