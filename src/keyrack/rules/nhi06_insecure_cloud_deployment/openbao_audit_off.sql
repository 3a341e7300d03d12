/*
id: openbao_audit_off
title: OpenBao server writes no audit log
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["CSF-2.0:DE.CM-09", "NIST-800-53:AU-2", "NIST-800-53:AU-12"]
references: ["https://openbao.org/docs/audit/"]
inputs: [openbao.server]
key: [resource]
detects: >
  A server on which no audit device is switched on.
why: >
  Who read which secret, and who logged in as what, is written nowhere else: no misuse can be seen, no leak bounded, and no unused right found.
remediation: >
  Switch on two devices, so that a full disk does not stop the server: in its configuration `audit "file" "main" { options { file_path =
  "/var/log/openbao/audit.log" } }` and a second of type socket or syslog; ship both away from {name}.
blind_spots: >
  Where the file goes, and whether anybody looks at it. Without `read, sudo on sys/audit` nothing is known, and nothing is reported.
false_positives: >
  A throwaway development server.
bad:
  - resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, attrs: {audit_devices: "0", version: 2.7.2}}]
good:
  - resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, attrs: {audit_devices: "1", audit_types: file}}]
  - resources: [{uid: "openbao:v:server/v", type: "openbao:server", name: v, attrs: {version: 2.7.2}}]  # we were not allowed to look
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.attrs['version'] AS version, r.attrs['storage'] AS storage, r.source_id
FROM resources r
WHERE r.type = 'openbao:server' AND r.attrs['audit_devices'] = '0'
