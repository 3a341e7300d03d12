/*
id: private_key_without_passphrase
title: SSH key in a person's home has no passphrase
severity: low
confidence: medium
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(2)"]
inputs: [machine.ssh]
key: [credential, scope, path]
detects: >
  An unencrypted SSH private key in the .ssh folder of an interactive account's home, readable by its owner only. Wider permissions are
  reported by readable_secret_file instead.
why: Whoever copies the file - malware, a backup, an agent with file tools - is the key's owner everywhere it is trusted.
remediation: |
  `ssh-keygen -p -f {path}` on {scope} sets a passphrase (ssh-agent asks once per session); better a key in hardware (`ssh-keygen -t ed25519-sk`).
blind_spots: Keys that an encrypted disk or home protects while the computer is off.
false_positives: >
  Keys of robots cannot have a passphrase: accounts without an interactive shell and host keys are not reported, and robots with a shell
  should lose it rather than gain a passphrase.
bad:
  - identities: [{uid: "machine:laptop:unix-user/anna", kind: human, type: "unix:user", provider: machine, scope: laptop}]
    credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false, identity_uid: "machine:laptop:unix-user/anna"}]
    placements: [{credential_uid: "cred:ssh:1", scope: laptop, path: /home/anna/.ssh/id_ed25519, readers: owner, consumer_uid: "machine:laptop:unix-user/anna"}]
good:
  - identities: [{uid: "machine:laptop:unix-user/anna", kind: human, type: "unix:user", provider: machine, scope: laptop}]
    credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: true}]
    placements: [{credential_uid: "cred:ssh:1", scope: laptop, path: /home/anna/.ssh/id_ed25519, readers: owner, consumer_uid: "machine:laptop:unix-user/anna"}]
  - identities: [{uid: "machine:web:unix-user/root", type: "unix:user", provider: machine, scope: web}]
    credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false}]
    placements: [{credential_uid: "cred:ssh:1", scope: web, path: /etc/ssh/ssh_host_ed25519_key, readers: owner, consumer_uid: "machine:web:unix-user/root"}]
*/
SELECT min(u.uid) AS identity, e.credential, e.scope, e.path, min(u.name) AS account, min(e.public_id) AS public_key, min(e.mode) AS mode
FROM exposed e
JOIN identities u ON u.uid = e.consumer_uid
WHERE e.kind = 'ssh_key' AND e.system = 'file' AND e.protected = FALSE AND coalesce(e.readers, 'owner') = 'owner' AND u.kind = 'human'
  AND e.path LIKE '%/.ssh/%'
GROUP BY e.credential, e.scope, e.path
