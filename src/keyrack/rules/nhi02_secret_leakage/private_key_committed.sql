/*
id: private_key_committed
title: Unencrypted private key is committed
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(2)", "NIST-800-53:SC-12"]
inputs: [repository.secrets]
key: [credential, scope, path]
detects: A private key without passphrase (SSH, TLS, signing or service-account key) in a file of the current commit of a repository.
why: A private key cannot be guessed or phished; committing it is the one way to give it away to everybody with a clone.
remediation: |
  Make a new key pair for {name}, replace the public half wherever it is trusted (authorized_keys, deploy keys, the certificate),
  revoke the certificate if there is one, then remove {path} from {scope}.
blind_spots: Keys inside archives, images or key stores with an empty password.
false_positives: >
  Test key pairs that nothing trusts: in paths that look like tests, examples or vendored code they are info. Passphrase-protected keys are
  left to secret_in_code, where they count as low.
bad:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false, algorithm: Ed25519}]
    placements: [{credential_uid: "cred:ssh:1", system: git_head, exposure: committed, scope: acme/web, path: deploy/id_ed25519}]
good:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: true}]
    placements: [{credential_uid: "cred:ssh:1", system: git_head, exposure: committed, scope: acme/web, path: deploy/id_ed25519}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, public_id: "SHA256:x"}]
    placements: [{credential_uid: "cred:ssh:1", system: git_head, exposure: committed, scope: acme/web, path: deploy/id_ed25519.pub}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false}]
    placements: [{credential_uid: "cred:ssh:1", system: file, exposure: config, scope: laptop, path: /home/a/.ssh/id_ed25519, readers: owner}]
*/
SELECT min(identity) AS identity, credential, min(severity) AS severity,
  min(confidence) AS confidence, scope, path, min(line) AS line, min(name) AS name, min(kind) AS kind, min(public_id) AS public_key,
  min(seen_at) AS committed_at, min(author) AS committed_by
FROM exposed
WHERE system = 'git_head' AND kind IN ('private_key', 'ssh_key', 'signing_key') AND NOT coalesce(protected, FALSE)
GROUP BY credential, scope, path
