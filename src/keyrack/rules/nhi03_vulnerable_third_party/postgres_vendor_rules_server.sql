/*
id: postgres_vendor_rules_server
title: Supplier's role rules a PostgreSQL server
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "NIST-800-53:AC-6", "CSF-2.0:GV.SC-07"]
inputs: [postgres.roles]
key: []
detects: >
  A role that its comment gives to a supplier (`vendor: ...`) and that is superuser, becomes one, reads or runs files of the server, or may put
  others into a group.
why: An intruder at the supplier has every database on the server, and commands on its machine.
remediation: |
  Ask {vendor} what its product needs (monitoring asks for pg_monitor, replication for REPLICATION and nothing else), grant that, and take the rest:
  `ALTER ROLE "{name}" NOSUPERUSER NOCREATEROLE;` and `REVOKE` the groups that lead to it ({by_what}).
blind_spots: Suppliers' roles whose comment does not say so.
false_positives: The roles by which a cloud runs its managed servers are the cloud's business and not reported.
bad:
  - identities: [{uid: "pg:db:role/agent", type: "pg:login-role", provider: postgres, scope: db, third_party: true, vendor: Lumenwatch}]
    grants: [{identity_uid: "pg:db:role/agent", language: postgres, actions: [SUPERUSER], privilege: admin}]
good:
  - identities: [{uid: "pg:db:role/agent", type: "pg:login-role", provider: postgres, scope: db, third_party: true, vendor: Lumenwatch}]
    grants: [{identity_uid: "pg:db:role/agent", language: postgres, actions: [role/pg_monitor], privilege: list}]
  - identities: [{uid: "pg:db:role/rdsadmin", type: "pg:login-role", provider: postgres, scope: db, third_party: true, vendor: Amazon Web Services, attrs: {managed: "true"}}]
    grants: [{identity_uid: "pg:db:role/rdsadmin", language: postgres, actions: [SUPERUSER], privilege: admin}]
  - identities: [{uid: "pg:db:role/app", type: "pg:login-role", provider: postgres, scope: db}]
    grants: [{identity_uid: "pg:db:role/app", language: postgres, actions: [SUPERUSER], privilege: admin}]
*/
SELECT i.uid AS identity, i.name, coalesce(i.vendor, 'its supplier') AS vendor, i.scope AS server,
  string_agg(DISTINCT array_to_string(g.actions, ', '), ', ' ORDER BY array_to_string(g.actions, ', ')) AS by_what, i.owner, i.last_used_at
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'postgres' AND g.privilege IN ('admin', 'permissions') AND i.type = 'pg:login-role' AND i.third_party
  AND i.attrs['managed'] IS NULL AND i.status IN ('active', 'unknown')
GROUP BY i.uid, i.name, i.vendor, i.scope, i.owner, i.last_used_at
