/*
id: secret_in_description
title: Password or token stands in a description
severity: high
confidence: medium
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "MITRE-ATTACK:T1552", "CSF-2.0:PR.DS-01"]
references: ["https://attack.mitre.org/techniques/T1552/", "https://www.postgresql.org/docs/current/sql-comment.html"]
inputs: [ldap.accounts, postgres.roles, openbao.kv]
detects: >
  A token of a known form, or what follows "password:", "pw is" and the like, in the description of a program's directory account, in the comment on
  a database role, or in the custom metadata of an OpenBao secret, which whoever lists it may read. Critical when its account is privileged. The value is fingerprinted, never kept.
why: >
  Every account of a domain may read descriptions, and everybody who may connect reads comments: tools of attackers list them first.
remediation: |
  Take it out of {place}, then change the password of {name} and move its consumers: whoever could read has had it. Look for sign-ins of {name} from
  unusual places since it was written there.
blind_spots: Passwords that no word before them gives away; other attributes than description and info.
false_positives: >
  A password that has been changed since. Where a store is named instead of a value, samples, dates and sentences about passwords are not reported.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-fax", type: "ldap:user", provider: ldap, scope: dc=x, name: svc-fax}]
    credentials: [{uid: "cred:fp:1", identity_uid: "ldap:dc=x:account/cn=svc-fax", kind: password, issuer: ldap, name: password in the description, fingerprint: "1"}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=svc-fax - description", detector: notes}]
  - credentials: [{uid: "cred:fp:2", kind: api_token, issuer: github, name: api token in the comment, fingerprint: "2"}]  # on a database, nobody's role
    placements: [{credential_uid: "cred:fp:2", system: app_setting, exposure: config, scope: db, path: "db - comment on database shop", detector: notes}]
  - identities: [{uid: "ldap:dc=x:account/cn=a", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled}, {uid: "ldap:dc=x:account/cn=b", type: "ldap:user", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:fp:1", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, fingerprint: "1"}]  # the same with both
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=b - description", detector: notes, consumer_uid: "ldap:dc=x:account/cn=b"}]
  - credentials: [{uid: "cred:fp:3", kind: password, issuer: unknown, name: password in the custom metadata, fingerprint: "3"}]  # beside a secret instead of in it
    placements: [{credential_uid: "cred:fp:3", system: app_setting, exposure: config, scope: bao, path: "secret/legacy/ftp - custom metadata", detector: notes}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=svc-fax", type: "ldap:user", provider: ldap, scope: dc=x, status: disabled}]
    credentials: [{uid: "cred:fp:1", identity_uid: "ldap:dc=x:account/cn=svc-fax", kind: password, issuer: ldap, fingerprint: "1"}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=svc-fax - description", detector: notes}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: ldap, fingerprint: "1", status: revoked}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=svc-fax - description", detector: notes}]
  - identities: [{uid: "ldap:dc=x:account/cn=ida", kind: human, type: "ldap:user", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:fp:1", identity_uid: "ldap:dc=x:account/cn=ida", kind: password, issuer: ldap, fingerprint: "1"}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=ida - description", detector: notes}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: "1"}]  # a user mapping has a rule of its own
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: db, path: "shop - user mapping", detector: postgres}]
*/
SELECT i.uid AS identity, e.credential, e.path AS place, min(coalesce(i.name, 'its account')) AS name, min(e.kind) AS kind, min(e.issuer) AS issuer, min(e.scope) AS found_in,
  min(i.owner) AS owner, min(p.privilege) AS privilege,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM exposed e
LEFT JOIN identities i ON i.uid = coalesce(e.consumer_uid, e.identity)  -- one password may stand with several accounts
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE e.detector = 'notes' AND (i.uid IS NULL OR (i.nhi AND i.status <> 'disabled'))
GROUP BY i.uid, e.credential, e.path
