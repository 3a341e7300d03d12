/*
id: openbao_ssh_any_user
title: SSH role signs certificates for any user
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(5)"]
references: ["https://openbao.org/docs/secrets/ssh/signed-ssh-certificates/"]
inputs: [openbao.engines]
key: [resource]
detects: >
  A signing role of an SSH engine that allows user `*`, or root by default. High when its certificates live longer than a day.
why: >
  Its holder logs in as root on every host that trusts the CA.
remediation: >
  `bao write {name} allowed_users=<the users> default_user=<one of them> ttl=30m max_ttl=8h`; principals per role in `AuthorizedPrincipalsFile` on
  the hosts.
blind_spots: >
  Which hosts trust the CA, and whether they map principals; who may sign stands in the policies.
false_positives: >
  Break-glass roles behind an approval.
bad:
  - resources: [{uid: "openbao:v:ssh-role/ssh/all", type: "openbao:ssh-role", name: ssh/all, attrs: {kind: ca, allowed_users: "*", allow_user_certificates: "true", max_ttl: "2592000"}}]
  - resources: [{uid: "openbao:v:ssh-role/ssh/all", type: "openbao:ssh-role", name: ssh/all, attrs: {kind: ca, allowed_users: root, default_user: root, allow_user_certificates: "true", max_ttl: "3600"}}]
good:
  - resources: [{uid: "openbao:v:ssh-role/ssh/ops", type: "openbao:ssh-role", name: ssh/ops, attrs: {kind: ca, allowed_users: deploy, default_user: deploy, allow_user_certificates: "true", max_ttl: "3600"}}]
  - resources: [{uid: "openbao:v:ssh-role/ssh/hosts", type: "openbao:ssh-role", name: ssh/hosts, attrs: {kind: ca, allowed_users: "*", allow_user_certificates: "false", allow_host_certificates: "true", max_ttl: "2592000"}}]  # certificates of hosts
  - resources: [{uid: "openbao:v:ssh-role/ssh/otp", type: "openbao:ssh-role", name: ssh/otp, attrs: {kind: otp, default_user: ubuntu}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.scope AS server, r.attrs['allowed_users'] AS allowed_users, r.attrs['default_user'] AS default_user,
  CAST(r.attrs['max_ttl'] AS BIGINT) / 3600 AS longest_hours, r.source_id,
  CASE WHEN r.attrs['allowed_users'] = '*' AND CAST(coalesce(r.attrs['max_ttl'], '0') AS BIGINT) > 86400 THEN 'high' ELSE 'medium' END AS severity
FROM resources r
WHERE r.type = 'openbao:ssh-role' AND r.attrs['kind'] = 'ca' AND r.attrs['allow_user_certificates'] = 'true'
  AND (regexp_matches(coalesce(r.attrs['allowed_users'], ''), '(^|,)[*](,|$)') OR r.attrs['default_user'] = 'root')
