/*
id: postgres_open_sign_in
title: pg_hba.conf lets in without a password, or with one in clear text
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:SC-8", "CIS-PostgreSQL:6.7"]
references: ["https://www.postgresql.org/docs/current/auth-pg-hba-conf.html", "https://www.postgresql.org/docs/current/auth-trust.html"]
inputs: [postgres.hba]
key: [resource]
detects: >
  A line of pg_hba.conf whose method is `trust` (over the network, or on the server itself), or one that carries the password in clear text
  (`password`, `ldap`, `pam`, `radius`, `bsd`) from elsewhere without demanding TLS.
why: "`trust` believes whatever name the client claims, superuser included. A password on an unencrypted line is everybody's on the way."
remediation: |
  Change line {line_of_file} of {file} to {instead}, `SELECT pg_reload_conf();`, and try the clients it is for.
blind_spots: Lines after an earlier one that already decides; ident maps; TLS ended by a proxy in front.
false_positives: >
  `trust` on the Unix socket of a container that runs nothing else is low. Lines that reject, ask for a certificate, SCRAM, peer or Kerberos, and
  clear-text methods on hostssl lines or loopback addresses are not reported.
bad:
  - resources: [{uid: "pg:db:hba/1", type: "pg:hba-rule", name: host all all 10.0.0.0/8 trust, provider: postgres, scope: db, attrs: {method: trust, connection: host, reach: private, line: "3"}}]
  - resources: [{uid: "pg:db:hba/2", type: "pg:hba-rule", name: host all app 10.0.0.0/8 password, provider: postgres, scope: db, attrs: {method: password, connection: host, reach: private}}]
good:
  - resources: [{uid: "pg:db:hba/1", type: "pg:hba-rule", name: hostssl all app 10.0.0.0/8 ldap, provider: postgres, scope: db, attrs: {method: ldap, connection: hostssl, reach: private}}]
  - resources: [{uid: "pg:db:hba/2", type: "pg:hba-rule", name: host all all 127.0.0.1/32 password, provider: postgres, scope: db, attrs: {method: password, connection: host, reach: loopback}}]
  - resources: [{uid: "pg:db:hba/3", type: "pg:hba-rule", name: local all all peer, provider: postgres, scope: db, attrs: {method: peer, connection: local, reach: socket}}]
  - resources: [{uid: "pg:db:hba/4", type: "pg:hba-rule", name: host all all 0.0.0.0/0 scram-sha-256, provider: postgres, scope: db, attrs: {method: scram-sha-256, connection: host, reach: any}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.scope AS server, r.attrs['method'] AS method, r.attrs['address'] AS address, r.attrs['users'] AS users,
  coalesce(r.attrs['line'], '?') AS line_of_file, coalesce(r.attrs['path'], 'pg_hba.conf') AS file, r.source_id,
  CASE WHEN r.attrs['connection'] = 'local' THEN '`peer`' WHEN r.attrs['method'] = 'trust' THEN '`hostssl ... scram-sha-256` or `cert`' ELSE '`hostssl`' END AS instead,
  CASE WHEN r.attrs['method'] = 'trust' AND r.attrs['reach'] IN ('any', 'public') THEN 'critical' WHEN r.attrs['reach'] = 'socket' THEN 'low'
    WHEN r.attrs['method'] = 'trust' THEN 'high' ELSE 'medium' END AS severity
FROM resources r
WHERE r.type = 'pg:hba-rule' AND (r.attrs['method'] = 'trust'
  OR (r.attrs['method'] IN ('password', 'ldap', 'pam', 'radius', 'bsd') AND r.attrs['connection'] IN ('host', 'hostnossl') AND r.attrs['reach'] NOT IN ('loopback', 'socket')))
