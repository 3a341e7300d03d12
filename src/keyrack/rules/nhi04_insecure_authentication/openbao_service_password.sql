/*
id: openbao_service_password
title: Service logs in to OpenBao with a user name and password
severity: medium
confidence: medium
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)"]
references: ["https://openbao.org/docs/auth/userpass/"]
inputs: [openbao.roles]
key: []
detects: >
  A user of a userpass mount whose name is a program's (svc-, ci, deploy, bot...).
why: >
  A password has no end, no network it is bound to and no accessor to revoke it by; it is copied into settings and shared. The server has logins
  for workloads that need none.
remediation: >
  Give {name} a role of a Kubernetes, JWT or certificate mount with the same policies ({policies}), move it over, then `bao delete
  auth/{mount}/users/{name}`.
blind_spots: >
  Services under a name that looks like a person's are taken for people.
false_positives: >
  A person who calls themselves so.
bad:
  - identities: [{uid: "openbao:v:role/userpass/svc-nightly", type: "openbao:user", attrs: {mount: userpass, service_evidence: name, policies: default}}]
good:
  - identities: [{uid: "openbao:v:role/userpass/maja", type: "openbao:user", kind: human, attrs: {mount: userpass, human_evidence: password login}}]
  - identities: [{uid: "openbao:v:role/approle/svc-nightly", type: "openbao:approle", attrs: {mount: approle, bind_secret_id: "true"}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS server, i.attrs['mount'] AS mount, coalesce(i.attrs['policies'], 'none') AS policies, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  i.last_used_at, CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'openbao:user' AND i.nhi AND i.status IN ('active', 'unknown')
