/*
id: postgres_weak_password_method
title: PostgreSQL password is stored as MD5
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "CIS-PostgreSQL:6.8"]
references: ["https://www.postgresql.org/docs/current/auth-password.html"]
inputs: [postgres.passwords]
detects: A usable password of a program's role that is stored as MD5 (or in a form of before PostgreSQL 10) instead of SCRAM-SHA-256.
why: >
  The stored MD5 hash is all it takes to sign in, so a backup or a replica is a bag of passwords; and an eavesdropper can guess at great speed.
  PostgreSQL has deprecated it and will remove it.
remediation: |
  Set `password_encryption = 'scram-sha-256'`, then give {name} a new password (`\password {name}` hashes it on the client), and change `md5` to
  `scram-sha-256` in pg_hba.conf when no MD5 password is left.
blind_spots: Readable only through the view that `keyrack permissions postgres` makes, or by a superuser.
false_positives: Clients from before 2017 that cannot do SCRAM.
bad:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    credentials: [{uid: "cred:at:pg:db:role/app/password", identity_uid: "pg:db:role/app", kind: password, issuer: postgres, status: active, attrs: {method: md5}}]
good:
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    credentials: [{uid: "cred:at:pg:db:role/app/password", identity_uid: "pg:db:role/app", kind: password, issuer: postgres, status: active, attrs: {method: scram-sha-256}}]
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    credentials: [{uid: "cred:at:pg:db:role/app/password", identity_uid: "pg:db:role/app", kind: password, issuer: postgres, status: unknown}]
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    credentials: [{uid: "cred:at:pg:db:role/app/password", identity_uid: "pg:db:role/app", kind: password, issuer: postgres, status: expired, attrs: {method: md5}}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope AS server, c.attrs['method'] AS method, c.expires_at, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE c.issuer = 'postgres' AND c.attrs['method'] IN ('md5', 'other') AND c.usable AND i.nhi AND i.status IN ('active', 'unknown')
