/*
id: openbao_human_uses_approle
title: Person and machine log in as one OpenBao entity
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-2"]
references: ["https://openbao.org/docs/concepts/identity/"]
inputs: [openbao.entities]
key: []
detects: >
  An entity that a person logs in to (OIDC, LDAP, user name and password) and that also has an alias of a machine's mount (AppRole, Kubernetes,
  JWT, certificate).
why: >
  The machine has all policies and groups of the person, who leaves some day; and the audit log cannot tell which of the two acted.
remediation: >
  Delete the machine's alias from entity {name} (`bao delete identity/entity-alias/id/<id>`), give the machine an entity of its own with the
  policies it needs.
blind_spots: >
  A person who keeps a secret-id and logs in by AppRole alone looks like the machine; the audit log's addresses tell.
false_positives: >
  None known.
bad:
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human, name: maja, attrs: {alias_types: "approle,userpass", aliases: "approle:deploy,userpass:maja", human_evidence: logs in by userpass}}]
good:
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human, name: maja, attrs: {alias_types: "oidc,userpass", human_evidence: logs in by oidc}}]
  - identities: [{uid: "openbao:v:entity/2", type: "openbao:entity", name: deploy, attrs: {alias_types: "approle,kubernetes"}}]  # one machine, two logins
*/
SELECT i.uid AS identity, i.name, i.scope AS server, i.attrs['aliases'] AS logins, i.attrs['human_evidence'] AS taken_for_a_person_by, coalesce(p.privilege, 'none stated') AS privilege,
  i.owner, CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'openbao:entity' AND i.kind = 'human' AND i.status IN ('active', 'unknown')
  AND regexp_matches(coalesce(i.attrs['alias_types'], ''), '(^|,)(approle|kubernetes|jwt|cert|aws|gcp|azure)(,|$)')
