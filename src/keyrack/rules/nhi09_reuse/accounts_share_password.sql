/*
id: accounts_share_password
title: Several accounts have one password
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
inputs: [ldap.accounts, ldap.operational, postgres.roles]
key: []
detects: >
  Two or more enabled accounts of programs whose passwords, where a directory keeps them readable or somebody noted them in a description or comment,
  are the same value. High when one of them is privileged.
why: Whoever learns it from the weakest of them is all of them; and the log shows one intruder as several harmless programs.
remediation: |
  Give each of them a random password of its own: {holders}. They came from one template or one person's habit; look there for more.
blind_spots: Passwords that are hashed, as they should be, cannot be compared; only readable or noted ones are.
false_positives: None known; a noted password that has been changed since is then no longer shared, but still noted.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=a", type: "ldap:application", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=b", type: "ldap:application", provider: ldap, scope: dc=x}]
    credentials:
      - {uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, status: active, fingerprint: f1}
      - {uid: "cred:at:b/password", identity_uid: "ldap:dc=x:account/cn=b", kind: password, issuer: ldap, status: active, fingerprint: f1}
  - identities: [{uid: "ldap:dc=x:account/cn=a", type: "ldap:user", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=b", type: "ldap:user", provider: ldap, scope: dc=x}]
    credentials: [{uid: "cred:fp:1", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, fingerprint: "1"}]
    placements:
      - {credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=a - description", detector: notes, consumer_uid: "ldap:dc=x:account/cn=a"}
      - {credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: dc=x, path: "cn=b - description", detector: notes, consumer_uid: "ldap:dc=x:account/cn=b"}
good:
  - identities: [{uid: "ldap:dc=x:account/cn=a", type: "ldap:application", provider: ldap, scope: dc=x}]  # noted, and kept readable: one account
    credentials:
      - {uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, status: active, fingerprint: f1}
      - {uid: "cred:fp:f1", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, fingerprint: f1}
    placements: [{credential_uid: "cred:fp:f1", system: app_setting, exposure: config, scope: dc=x, path: "cn=a - description", detector: notes, consumer_uid: "ldap:dc=x:account/cn=a"}]
  - identities: [{uid: "ldap:dc=x:account/cn=a", type: "ldap:application", provider: ldap, scope: dc=x}, {uid: "ldap:dc=x:account/cn=b", type: "ldap:application", provider: ldap, scope: dc=x, status: disabled}]
    credentials:
      - {uid: "cred:at:a/password", identity_uid: "ldap:dc=x:account/cn=a", kind: password, issuer: ldap, status: active, fingerprint: f1}
      - {uid: "cred:at:b/password", identity_uid: "ldap:dc=x:account/cn=b", kind: password, issuer: ldap, status: inactive, fingerprint: f1}
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}, {uid: "pg:db:role/loader", type: "pg:login-role", provider: postgres, scope: db}]
    credentials: [{uid: "cred:fp:1", identity_uid: "pg:db:role/app", kind: password, issuer: database, fingerprint: "1"}]  # a copy used by another, not a second account
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: config, scope: db, path: mapping, detector: postgres, consumer_uid: "pg:db:role/loader"}]
*/
WITH held AS (
  SELECT c.fingerprint, c.identity_uid AS holder FROM credentials c
  WHERE c.kind = 'password' AND c.issuer = 'ldap' AND c.fingerprint IS NOT NULL AND c.identity_uid IS NOT NULL AND c.usable
  UNION
  SELECT c.fingerprint, p.consumer_uid FROM placements p JOIN credentials c ON c.uid = p.credential_uid
  WHERE p.detector = 'notes' AND p.consumer_uid IS NOT NULL AND c.kind = 'password' AND c.fingerprint IS NOT NULL AND c.usable
),
alive AS (
  SELECT h.fingerprint, i.uid, i.name, i.scope, i.owner, coalesce(p.privilege, 'unknown') AS privilege
  FROM held h
  JOIN identities i ON i.uid = h.holder
  LEFT JOIN privileges p ON p.identity_uid = i.uid
  WHERE i.nhi AND i.status IN ('active', 'unknown')
),
shared AS (
  SELECT fingerprint, count(DISTINCT uid) AS accounts, bool_or(privilege IN ('admin', 'permissions')) AS privileged,
    list_sort(list_distinct(list(name || ' (' || scope || ')'))) AS names
  FROM alive GROUP BY fingerprint HAVING count(DISTINCT uid) > 1
)
SELECT a.uid AS identity, min(a.name) AS name, min(a.scope) AS scope, max(s.accounts) AS accounts, min(a.owner) AS owner,
  min(array_to_string(s.names[1:20], ', ')) AS holders,
  CASE WHEN bool_or(s.privileged) THEN 'high' ELSE 'medium' END AS severity
FROM alive a
JOIN shared s ON s.fingerprint = a.fingerprint
GROUP BY a.uid
