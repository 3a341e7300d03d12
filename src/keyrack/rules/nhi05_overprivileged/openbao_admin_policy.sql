/*
id: openbao_admin_policy
title: Machine holds an OpenBao policy that rules the server
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://openbao.org/docs/concepts/policies/"]
inputs: [openbao.policies, openbao.roles]
key: []
detects: >
  A machine whose policies allow everything (`*`), or the writing of policies, mounts, roles, entities or tokens, from which everything follows.
  Who issues secret-ids of one named role may become that role and no more: path_to_admin tells whether that is an administrator.
why: >
  It reads every secret of the company, or makes itself a policy that does. A stolen secret-id of such a role is the whole vault.
remediation: >
  Replace policy {policy} of {name} by the paths it uses (`keyrack usage ingest` the audit log, then `keyrack rightsize`); give what administers
  the server to people, by OIDC with MFA.
blind_spots: >
  Control groups and Sentinel policies of Vault Enterprise, which may narrow a grant; templated paths.
false_positives: >
  The pipeline that configures the server (Terraform). It needs these rights; keep it narrow, short-lived and watched, and except it.
bad:
  - identities: [{uid: "openbao:v:role/approle/old", type: "openbao:approle"}]
    grants: [{identity_uid: "openbao:v:role/approle/old", language: openbao, actions: [create, delete, list, read, sudo, update], resources: ["*"], policy: admin, privilege: admin, via: role}]
  - identities: [{uid: "openbao:v:role/approle/old", type: "openbao:approle"}]
    grants: [{identity_uid: "openbao:v:role/approle/old", language: openbao, actions: [update], resources: ["sys/policies/acl/*"], policy: keeper, privilege: permissions, via: role}]
  - identities: [{uid: "openbao:v:role/approle/broker", type: "openbao:approle"}]  # secret-ids of every role
    grants: [{identity_uid: "openbao:v:role/approle/broker", language: openbao, actions: [update], resources: ["auth/approle/role/+/secret-id"], policy: broker, privilege: permissions, via: role}]
good:
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle"}]
    grants: [{identity_uid: "openbao:v:role/approle/app", language: openbao, actions: [read], resources: ["*"], policy: audit, privilege: read, via: role}]
  - identities: [{uid: "openbao:v:entity/1", type: "openbao:entity", kind: human}]  # people administer
    grants: [{identity_uid: "openbao:v:entity/1", language: openbao, actions: [sudo, update], resources: ["*"], policy: admin, privilege: admin}]
  - identities: [{uid: "openbao:v:role/approle/app", type: "openbao:approle"}]  # denied outright
    grants: [{identity_uid: "openbao:v:role/approle/app", language: openbao, effect: deny, actions: [deny], resources: ["*"], policy: none, privilege: unknown}]
  - identities: [{uid: "openbao:v:role/approle/broker", type: "openbao:approle"}]  # delivers secret-ids of one role
    grants: [{identity_uid: "openbao:v:role/approle/broker", language: openbao, actions: [update], resources: ["auth/approle/role/web/secret-id"], policy: broker, privilege: permissions, via: role}]
  - identities: [{uid: "openbao:v:token/1", type: "openbao:root-token"}]  # has a rule of its own
    grants: [{identity_uid: "openbao:v:token/1", language: openbao, actions: [root], resources: ["*"], policy: root, privilege: admin}]
*/
WITH powers AS (
  SELECT g.identity_uid, max(CASE WHEN g.privilege = 'admin' THEN 1 ELSE 0 END) AS everything, min(g.policy) AS policy, min(g.via) AS via,
    string_agg(DISTINCT g.resources[1], ', ') AS paths
  FROM grants g
  WHERE g.language = 'openbao' AND g.effect = 'allow' AND g.privilege IN ('admin', 'permissions')
    AND NOT regexp_matches(g.resources[1], '^auth/[^/*+]+/role/[^/*+]+/(custom-)?secret-id(/|$)')
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS server, w.policy, w.via, w.paths, i.owner, i.last_used_at,
  CASE WHEN w.everything = 1 THEN 'high' ELSE 'medium' END AS severity
FROM powers w
JOIN identities i ON i.uid = w.identity_uid
WHERE i.nhi AND i.status IN ('active', 'unknown') AND i.type NOT IN ('openbao:root-token', 'openbao:token-role')
