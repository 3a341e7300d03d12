/*
id: openbao_leaver_can_log_in
title: Somebody who left can still log in to OpenBao
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-4", "NIST-800-53:AC-2(3)", "CSF-2.0:PR.AA-01"]
references: ["https://openbao.org/docs/auth/userpass/"]
inputs: [openbao.roles, openbao.entities]
key: []
detects: >
  A user of a userpass mount, or an entity that people log in to, whose name is the address of somebody who left, or the part before the `@` when nobody of
  that name is still here. High when it may change policies or reads the whole server.
why: >
  The password is the vault's own: closing the account in the directory does not close it, and every secret it reads is a machine's.
remediation: >
  `bao delete auth/{mount}/users/{name}` (an entity: `bao write identity/entity/id/ID disabled=true`), revoke its tokens, and rotate what it read according to
  the audit log since {left_at}. Let people log in by OIDC, where leaving ends it.
blind_spots: >
  User names that do not follow the address; people whom neither HR, the directory nor the people file lists.
false_positives: >
  A successor who took over the name.
bad:
  - identities: [{uid: "openbao:v:role/userpass/olof.ek", type: "openbao:user", kind: human, provider: openbao, name: olof.ek, attrs: {mount: userpass}}]
    people: [{uid: olof.ek@acme.example, name: Olof Ek, status: gone, ended_at: now-90d}]
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human, provider: openbao, name: olof.ek@acme.example}]
    people: [{uid: olof.ek@acme.example, name: Olof Ek, status: gone, ended_at: now-90d}]
good:
  - identities: [{uid: "openbao:v:role/userpass/olof.ek", type: "openbao:user", kind: human, provider: openbao, name: olof.ek, attrs: {mount: userpass}}]  # a namesake is here
    people: [{uid: olof.ek@acme.example, name: Olof Ek, status: gone}, {uid: olof.ek@acme.test, name: Olof Ek, status: active}]
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human, provider: openbao, name: olof.ek, status: disabled}]
    people: [{uid: olof.ek@acme.example, name: Olof Ek, status: gone}]
  - identities: [{uid: "openbao:v:role/approle/olof", type: "openbao:approle", provider: openbao, name: olof, attrs: {mount: approle}}]  # a program's name
    people: [{uid: olof@acme.example, name: Olof Ek, status: gone}]
*/
WITH logins AS (
  SELECT uid AS login, uid FROM people WHERE status = 'gone'
  UNION ALL
  SELECT split_part(uid, '@', 1), min(uid) FROM people GROUP BY split_part(uid, '@', 1) HAVING max(CASE WHEN status = 'active' THEN 1 ELSE 0 END) = 0
)
SELECT i.uid AS identity, i.name, i.scope AS server, coalesce(i.attrs['mount'], 'userpass') AS mount, who.uid AS person, CAST(who.ended_at AS DATE) AS left_at, who.manager,
  coalesce(p.privilege, 'none stated') AS privilege, i.last_used_at, CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN logins l ON l.login = lower(i.name)
JOIN people who ON who.uid = l.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type IN ('openbao:user', 'openbao:entity') AND i.kind = 'human' AND i.status IN ('active', 'unknown')
