/*
id: ldap_weak_password_storage
title: Directory keeps a program's password readable, or needs none
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "CWE-257", "CWE-521"]
references: ["https://www.openldap.org/doc/admin26/security.html", "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties"]
inputs: [ldap.accounts, ldap.operational]
detects: >
  An enabled account of a program whose password is stored in clear text or under a broken hash (OpenLDAP: no scheme, CRYPT, MD5, SMD5, SHA), or
  reversibly, or for which an empty password is allowed, or which is limited to DES (Active Directory).
why: A backup or a replica of the directory is then a list of passwords that work.
remediation: "{how}"
blind_spots: OpenLDAP hides userPassword from all but whom a rule lets read it; then nothing is known. Passwords kept elsewhere ({{SASL}}).
false_positives: Salted SHA-1 (SSHA) is old but not reported. Computers and managed accounts change their password by themselves and are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=printer", type: "ldap:application", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:at:p/password", identity_uid: "ldap:dc=x:account/cn=printer", kind: password, issuer: ldap, status: active, attrs: {method: cleartext}}]
  - identities: [{uid: "ldap:dc=x:account/cn=svc", type: "ldap:user", provider: ldap, scope: dc=x, attrs: {password_not_required: "true"}}]
    credentials: [{uid: "cred:at:s/password", identity_uid: "ldap:dc=x:account/cn=svc", kind: password, issuer: ldap, status: active}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=printer", type: "ldap:application", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:at:p/password", identity_uid: "ldap:dc=x:account/cn=printer", kind: password, issuer: ldap, status: active, attrs: {method: ssha}}]
  - identities: [{uid: "ldap:dc=x:account/cn=ws1", type: "ldap:computer", provider: ldap, scope: dc=x, attrs: {password_not_required: "true"}}]
    credentials: [{uid: "cred:at:w/password", identity_uid: "ldap:dc=x:account/cn=ws1", kind: password, issuer: ldap, status: active}]
  - identities: [{uid: "ldap:dc=x:account/cn=printer", type: "ldap:application", provider: ldap, scope: dc=x, status: disabled}]
    credentials: [{uid: "cred:at:p/password", identity_uid: "ldap:dc=x:account/cn=printer", kind: password, issuer: ldap, status: inactive, attrs: {method: cleartext}}]
  - identities: [{uid: "ldap:dc=x:account/cn=printer", type: "ldap:application", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:at:p/password", identity_uid: "ldap:dc=x:account/cn=printer", kind: password, issuer: ldap, status: unknown}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope AS directory, c.attrs['method'] AS stored_as, i.attrs['reversible_password'] AS reversible,
  i.attrs['password_not_required'] AS empty_allowed, i.attrs['des_only'] AS des_only, i.owner,
  CASE
    WHEN c.attrs['method'] IS NOT NULL THEN 'Set a new password by the password modify operation (`ldappasswd`), with `olcPasswordHash` at salted SHA-1 or argon2, so that the server hashes it.'
    WHEN i.attrs['password_not_required'] = 'true' THEN '`Set-ADUser ' || i.name || ' -PasswordNotRequired $false`, then set a new password.'
    WHEN i.attrs['reversible_password'] = 'true' THEN '`Set-ADUser ' || i.name || ' -AllowReversiblePasswordEncryption $false`, then set a new password: only that removes the readable copy.'
    ELSE '`Set-ADUser ' || i.name || ' -KerberosEncryptionType AES128,AES256`, clear USE_DES_KEY_ONLY, then set a new password.' END AS how,
  CASE WHEN c.attrs['method'] IN ('crypt', 'md5', 'smd5', 'sha') OR i.attrs['des_only'] = 'true' THEN 'medium' ELSE 'high' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
WHERE c.issuer = 'ldap' AND c.kind = 'password' AND c.usable AND i.provider = 'ldap' AND i.nhi AND i.status = 'active'
  AND i.type IN ('ldap:user', 'ldap:application')
  AND (c.attrs['method'] IN ('cleartext', 'crypt', 'md5', 'smd5', 'sha') OR i.attrs['reversible_password'] = 'true'
    OR i.attrs['password_not_required'] = 'true' OR i.attrs['des_only'] = 'true')
