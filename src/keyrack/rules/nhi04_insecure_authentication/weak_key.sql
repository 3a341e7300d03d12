/*
id: weak_key
title: Key is too weak
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-12", "NIST-800-53:SC-13", "NIST-800-131A"]
references: ["https://csrc.nist.gov/pubs/sp/800/131/a/r2/final"]
inputs: [machine.ssh, machine.certificates, any.credentials]
detects: >
  An RSA key below 2048 bits, a DSA key, or an elliptic-curve key below 224 bits: SSH keys, private keys, certificates in force and signing
  keys. DSA and RSA of 1024 bits or less are high.
why: Such keys are within reach of a funded attacker, and standards have disallowed them since 2014; current OpenSSH refuses DSA.
remediation: |
  {name} at {path} is {what}: {how}
blind_spots: Keys inside hardware or encrypted stores whose size cannot be read.
false_positives: >
  Keys that nothing trusts any more. Public root certificates of a trust store are not yours and are not reported, nor are keys that only lie in
  git history, tests or vendored code.
bad:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, algorithm: RSA, bits: 1024}]
    placements: [{credential_uid: "cred:ssh:1", path: /home/deploy/.ssh/id_legacy}]
  - credentials: [{uid: "cred:ssh:2", kind: ssh_key, issuer: ssh, algorithm: DSA, bits: 1024}]
    placements: [{credential_uid: "cred:ssh:2", path: /home/deploy/.ssh/id_dsa}]
good:
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, algorithm: RSA, bits: 1024}]
    placements: [{credential_uid: "cred:ssh:1", system: git_history, exposure: committed, path: old/id_rsa}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, algorithm: RSA, bits: 1024}]
    placements: [{credential_uid: "cred:ssh:1", system: git_head, exposure: committed, path: src/testdata/id_rsa, attrs: {test_path: "true"}}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, algorithm: RSA, bits: 2048}]
    placements: [{credential_uid: "cred:ssh:1", path: /home/deploy/.ssh/id_rsa}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, algorithm: Ed25519, bits: 256}]
    placements: [{credential_uid: "cred:ssh:1", path: /home/deploy/.ssh/id_ed25519}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, algorithm: RSA, bits: 1024, attrs: {ca: "true", self_signed: "true"}}]
    placements: [{credential_uid: "cred:x509:1", path: /etc/ssl/certs/ca-certificates.crt}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, algorithm: RSA, bits: 1024, status: expired}]
    placements: [{credential_uid: "cred:x509:1", path: /etc/ssl/old.pem}]
*/
WITH weak AS (
  SELECT c.uid, c.identity_uid, c.name, c.kind, c.algorithm, c.bits, c.public_id, c.attrs['subject'] AS subject
  FROM credentials c
  WHERE c.algorithm IS NOT NULL AND c.kind IN ('ssh_key', 'private_key', 'certificate', 'signing_key') AND c.usable
    AND (upper(c.algorithm) LIKE 'DSA%' OR upper(c.algorithm) = 'SSH-DSS'
      OR (upper(c.algorithm) LIKE '%RSA%' AND c.bits < 2048) OR (upper(c.algorithm) LIKE 'EC%' AND c.bits < 224))
    AND NOT (c.kind = 'certificate' AND coalesce(c.attrs['ca'], 'false') = 'true' AND coalesce(c.attrs['self_signed'], 'false') = 'true')
),
places AS (
  SELECT p.credential_uid, min(p.path) FILTER (WHERE p.in_force) AS path, min(p.scope) FILTER (WHERE p.in_force) AS scope,
    min(p.consumer_uid) AS consumer, count(*) FILTER (WHERE p.in_force) AS copies
  FROM (
    SELECT credential_uid, path, scope, consumer_uid, system <> 'git_history' AND coalesce(attrs['test_path'], 'false') <> 'true'
      AND NOT regexp_matches(path, '(^|/)(node_modules|site-packages|dist-packages|third_party|__pycache__)/') AS in_force
    FROM placements
  ) p
  JOIN weak w ON w.uid = p.credential_uid
  GROUP BY p.credential_uid
)
SELECT coalesce(w.identity_uid, p.consumer) AS identity, w.uid AS credential, w.name, w.kind, w.algorithm, w.bits, w.public_id, w.subject,
  w.algorithm || coalesce(' with ' || CAST(w.bits AS VARCHAR) || ' bits', '') AS what,
  CASE
    WHEN p.path IS NULL OR w.kind = 'signing_key'
      THEN 'make a new key of Ed25519, ECDSA P-256 or RSA 3072, publish its public half wherever the old one is trusted, use it from now on, then revoke the old one.'
    WHEN w.kind = 'ssh_key' AND p.path LIKE '%/authorized_keys%'
      THEN 'let its holder make a new one (`ssh-keygen -t ed25519`), add that public half to {path}, try it, then delete the old line.'
    WHEN w.kind = 'ssh_key' AND p.path LIKE '%/ssh_host_%'
      THEN 'make a host key of today (`ssh-keygen -A` makes those that are missing), take the HostKey line of the old one out of sshd_config, `sshd -t`, reload, and announce the new fingerprint.'
    WHEN w.kind = 'ssh_key'
      THEN 'make a new pair (`ssh-keygen -t ed25519 -f {path}.new`), add its public half wherever the old one is trusted, try it, then remove the old public half everywhere and the old file.'
    WHEN w.kind = 'private_key'
      THEN 'make a new key and request beside it (`openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {path}.new -out {path}.csr`), have the certificate issued, install both, reload the service, then revoke the old certificate and delete the old key.'
    ELSE 'issue it anew on a new key of ECDSA P-256 or RSA 3072 (`openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key -out new.csr`, or the ACME client with a new key), install both, reload the service, then revoke the old one.'
  END AS how, coalesce(p.path, 'where it is kept') AS path, p.scope, p.copies,
  CASE WHEN upper(w.algorithm) LIKE '%DS%' AND upper(w.algorithm) NOT LIKE 'EC%' THEN 'high' WHEN w.bits <= 1024 THEN 'high' ELSE 'medium' END AS severity
FROM weak w
LEFT JOIN places p ON p.credential_uid = w.uid
WHERE p.credential_uid IS NULL OR p.copies > 0
