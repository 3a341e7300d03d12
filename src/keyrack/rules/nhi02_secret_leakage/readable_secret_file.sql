/*
id: readable_secret_file
title: Key or credential file can be read by others than its owner
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-5(6)"]
inputs: [machine.ssh, machine.cloud_credentials, machine.tool_credentials, machine.certificates]
key: [credential, scope, path]
detects: >
  A private key, or a file in which a tool keeps its sign-in, whose permission bits let every local user (high) or its group (medium) read it.
why: Any process of those accounts - a compromised web service, a build job, a guest - reads the value without breaking anything.
remediation: |
  `chmod 600 {path}` on {scope} (mode is {mode}, owner {file_owner}), then rotate {name} {where_to_rotate} if accounts you do not trust could
  have read it. Where a service has to read it through its group (Debian's ssl-cert), keep the mode and take all others out of that group.
blind_spots: ACLs beyond the mode bits, network shares, readable backups.
false_positives: >
  Single-user containers; groups whose one member is the owner (one with no member but root counts as closed); files below a directory that others cannot enter. Public keys and certificates are not
  secret and not reported; environment and configuration files have a rule of their own.
bad:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false}]
    placements: [{credential_uid: "cred:ssh:1", system: file, scope: build-7, path: /home/ci/.ssh/id_rsa, mode: "0644", readers: world}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: build-7, path: /home/ci/.npmrc, mode: "0640", readers: group}]
good:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, public_id: "SHA256:x"}]
    placements: [{credential_uid: "cred:ssh:1", system: file, scope: build-7, path: /home/ci/.ssh/authorized_keys, mode: "0644", readers: world}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, public_id: c1}]
    placements: [{credential_uid: "cred:x509:1", system: file, scope: build-7, path: /etc/ssl/certs/web.pem, mode: "0644", readers: world}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: file, exposure: sanctioned, scope: build-7, path: /home/ci/.npmrc, mode: "0600", readers: owner}]
*/
SELECT min(coalesce(identity, consumer_uid)) AS identity, credential, scope, path, min(line) AS line,
  CASE
    WHEN bool_and(coalesce(protected, FALSE) OR kind = 'session_token' OR status = 'inactive') THEN 'low'
    WHEN bool_or(readers = 'world') THEN 'high' ELSE 'medium' END AS severity,
  min(mode) AS mode, max(readers) AS readable_by, coalesce(min(file_owner), 'unknown') AS file_owner, min(name) AS name, min(kind) AS kind,
  min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer
FROM exposed
WHERE own_file AND readers IN ('world', 'group') AND exposure NOT IN ('committed', 'public')
GROUP BY credential, scope, path
