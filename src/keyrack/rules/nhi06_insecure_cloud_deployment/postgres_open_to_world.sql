/*
id: postgres_open_to_world
title: PostgreSQL admits every address
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:SC-7", "NIST-800-53:AC-17", "CSF-2.0:PR.IR-01"]
references: ["https://www.postgresql.org/docs/current/auth-pg-hba-conf.html"]
inputs: [postgres.hba, postgres.server]
key: [resource]
detects: >
  A line of pg_hba.conf that lets any address (0.0.0.0/0, ::/0, all) or a public network try a password, on a server that listens to more than
  this computer. High when it is for all roles and does not demand TLS.
why: Passwords of programs are never locked out, so whoever reaches the port may guess for ever.
remediation: |
  Replace {address} in "{name}" by the networks the clients come from, demand hostssl and `scram-sha-256` or `cert`, and close the port in the firewall.
blind_spots: Security groups and firewalls in front, which may close what this line opens.
false_positives: >
  Servers that only a private network reaches. Lines that ask for a certificate or Kerberos, reject, or stand on a server that listens to
  loopback addresses only are not reported.
bad:
  - resources:
      - {uid: "pg:db:hba/1", type: "pg:hba-rule", name: host all all 0.0.0.0/0 md5, provider: postgres, scope: db, attrs: {method: md5, connection: host, reach: any, address: 0.0.0.0/0, users: all}}
      - {uid: "pg:db:server/db", type: "pg:server", name: db, provider: postgres, scope: db, attrs: {listen: "*"}}
good:
  - resources:
      - {uid: "pg:db:hba/1", type: "pg:hba-rule", name: hostssl all all 0.0.0.0/0 cert, provider: postgres, scope: db, attrs: {method: cert, connection: hostssl, reach: any}}
      - {uid: "pg:db:server/db", type: "pg:server", name: db, provider: postgres, scope: db, attrs: {listen: "*"}}
  - resources:
      - {uid: "pg:db:hba/1", type: "pg:hba-rule", name: host all all 0.0.0.0/0 md5, provider: postgres, scope: db, attrs: {method: md5, connection: host, reach: any}}
      - {uid: "pg:db:server/db", type: "pg:server", name: db, provider: postgres, scope: db, attrs: {listen: "localhost"}}
  - resources:
      - {uid: "pg:db:hba/1", type: "pg:hba-rule", name: host all all 10.0.0.0/8 md5, provider: postgres, scope: db, attrs: {method: md5, connection: host, reach: private}}
      - {uid: "pg:db:server/db", type: "pg:server", name: db, provider: postgres, scope: db, attrs: {listen: "*"}}
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.scope AS server, r.attrs['address'] AS address, r.attrs['users'] AS users, r.attrs['method'] AS method,
  s.attrs['listen'] AS listens_on, r.source_id,
  CASE WHEN r.attrs['users'] = 'all' AND r.attrs['connection'] <> 'hostssl' THEN 'high' ELSE 'medium' END AS severity
FROM resources r
JOIN resources s ON s.type = 'pg:server' AND s.scope = r.scope
WHERE r.type = 'pg:hba-rule' AND r.attrs['reach'] IN ('any', 'public')
  AND r.attrs['method'] IN ('md5', 'scram-sha-256', 'password', 'ldap', 'pam', 'radius', 'trust')
  AND NOT regexp_matches(coalesce(s.attrs['listen'], '*'), '^(localhost|127[.]0[.]0[.]1|::1|, )*$')
