/*
id: openbao_approle_without_secret_id
title: AppRole logs in by its role id alone
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5"]
references: ["https://openbao.org/docs/auth/approle/"]
inputs: [openbao.roles]
key: []
detects: >
  An AppRole with `bind_secret_id=false` and no networks its logins are bound to, or networks that are the whole internet.
why: >
  A role id is a name: it stands in configuration, images and logs. Here it is the whole proof.
remediation: >
  `bao write auth/{mount}/role/{name} bind_secret_id=true secret_id_ttl=24h`, or, on hosts that cannot keep a secret, `token_bound_cidrs=<their
  network>`.
blind_spots: >
  Bounds of a proxy in front of the server.
false_positives: >
  None known; the server itself asks for one constraint at least, and 0.0.0.0/0 satisfies it.
bad:
  - identities: [{uid: "openbao:v:role/approle/open", type: "openbao:approle", attrs: {mount: approle, bind_secret_id: "false", cidrs: 0.0.0.0/0}}]
  - identities: [{uid: "openbao:v:role/approle/open", type: "openbao:approle", attrs: {mount: approle, bind_secret_id: "false"}}]
good:
  - identities: [{uid: "openbao:v:role/approle/edge", type: "openbao:approle", attrs: {mount: approle, bind_secret_id: "false", cidrs: 10.4.0.0/24}}]
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle", attrs: {mount: approle, bind_secret_id: "true"}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS server, i.attrs['mount'] AS mount, i.attrs['cidrs'] AS networks, i.attrs['policies'] AS policies, coalesce(p.privilege, 'none stated') AS privilege,
  i.owner, CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'openbao:approle' AND i.attrs['bind_secret_id'] = 'false'
  AND (i.attrs['cidrs'] IS NULL OR regexp_matches(i.attrs['cidrs'], '(^|,)(0[.]0[.]0[.]0/0|::/0)(,|$)'))
