/*
id: world_readable_secret
title: Secret file is readable by every user of the computer
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-5(6)"]
inputs: [machine.ssh, machine.cloud_credentials, machine.tool_credentials, machine.certificates, machine.env_files]
key: [credential, scope, path]
detects: A private key or credential file on a computer whose permission bits let every local user read it.
why: Any process of any account - a compromised web service, a build job, a guest - reads the value without breaking anything.
remediation: |
  `chmod 600 {path}` on {scope}, then rotate {name} at {issuer} if accounts you do not trust could have read it (mode was {mode}).
blind_spots: ACLs beyond the mode bits, network shares, readable backups, a closed parent folder (then the file is not reachable).
false_positives: Single-user containers; files below a directory that others cannot enter.
bad:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false}]
    placements: [{credential_uid: "cred:ssh:1", system: file, scope: build-7, path: /home/ci/.ssh/id_rsa, mode: "0644", readers: world}]
good:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, public_id: "SHA256:x"}]
    placements: [{credential_uid: "cred:ssh:1", system: file, scope: build-7, path: /home/ci/.ssh/authorized_keys, mode: "0644", readers: world}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, public_id: c1}]
    placements: [{credential_uid: "cred:x509:1", system: file, scope: build-7, path: /etc/ssl/certs/web.pem, mode: "0644", readers: world}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: npm, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: build-7, path: /home/ci/.npmrc, mode: "0640", readers: group}]
*/
SELECT min(coalesce(identity, consumer_uid)) AS identity, credential, scope, path, min(line) AS line,
  CASE WHEN bool_and(coalesce(protected, FALSE) OR kind = 'session_token' OR status = 'inactive') THEN 'medium' ELSE 'high' END AS severity,
  min(mode) AS mode, min(file_owner) AS file_owner, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(system) AS place
FROM exposed
WHERE readers = 'world' AND system IN ('file', 'env', 'agent_config', 'state_file') AND exposure NOT IN ('committed', 'public')
GROUP BY credential, scope, path
