/*
id: private_key_on_several_hosts
title: The same private key lies on several hosts or in several repositories
severity: high
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:SC-12", "NIST-800-53:IA-5(2)", "CSF-2.0:PR.AA-01"]
inputs: [machine.ssh, machine.certificates, repository.secrets]
key: [credential]
detects: |
  One private key - TLS, SSH or other, recognised by its public half or the keyed fingerprint of the file - in two or more hosts or
  repositories, or in the homes of two or more accounts of one host. Medium where every copy is encrypted.
why: A private key proves that one party holds it. Copied, it proves nothing, and the breach of the weakest holder is the breach of all.
remediation: |
  Make a key for each of {holders} ({paths}), have each certified or authorised by itself, then withdraw {name} ({public_id}) wherever
  it is trusted - authorized_keys lines, deploy keys, the certificate - and delete the copies.
blind_spots: Keys inside images, archives and hardware; encrypted PEM files without a readable public half match only when they are identical.
false_positives: |
  A golden image that was just cloned; host keys must then be made anew (`ssh-keygen -A`). Public halves, tests and examples are left out.
bad:
  - credentials: [{uid: "cred:x509:spki:k", kind: private_key, issuer: x509, public_id: "spki:k", name: RSA private key}]
    placements:
      - {credential_uid: "cred:x509:spki:k", scope: h1, path: /etc/ssl/private/a.key}
      - {credential_uid: "cred:x509:spki:k", scope: h2, path: /etc/ssl/private/a.key}
good:
  - credentials: [{uid: "cred:x509:spki:k", kind: private_key, issuer: x509, public_id: "spki:k"}]
    placements:
      - {credential_uid: "cred:x509:spki:k", scope: h1, path: /etc/ssl/private/a.key}
      - {credential_uid: "cred:x509:spki:k", scope: h1, path: /etc/nginx/tls/a.key}
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k"}]  # the private half once, public halves elsewhere
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/a/.ssh/id_ed25519}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h2, path: /home/a/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h2, path: /home/a/.ssh/id_ed25519.pub}
*/
WITH held AS (
  SELECT p.credential_uid, CASE WHEN i.type = 'unix:user' THEN p.consumer_uid ELSE p.scope END AS holder,
    CASE WHEN i.type = 'unix:user' THEN p.consumer_uid END AS account,
    CASE WHEN i.type = 'unix:user' THEN i.name || ' on ' || p.scope ELSE p.scope END AS named, p.path
  FROM placements_of_several p
  JOIN credentials c ON c.uid = p.credential_uid
  LEFT JOIN identities i ON i.uid = p.consumer_uid
  WHERE c.kind IN ('private_key', 'ssh_key', 'signing_key') AND p.system <> 'git_history' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
    AND p.path NOT LIKE '%/authorized_keys%' AND p.path NOT LIKE '%.pub' AND p.path NOT LIKE '%known_hosts%' AND p.detector NOT IN ('ssh.authorized_keys', 'ssh.public_key')
),
shared AS (
  SELECT credential_uid, count(DISTINCT holder) AS holders, string_agg(DISTINCT named, ', ' ORDER BY named) AS names, min(account) AS account, string_agg(DISTINCT path, ', ' ORDER BY path) AS paths, min(path) AS path
  FROM held
  GROUP BY credential_uid
  HAVING count(DISTINCT holder) > 1
)
SELECT s.account AS identity, c.uid AS credential, c.identity_uid AS opens, c.name, c.public_id, c.algorithm, s.holders AS number_of_holders, s.names AS holders, s.paths,
  CASE WHEN c.protected THEN 'medium' ELSE 'high' END AS severity,
  s.path
FROM shared s
JOIN credentials c ON c.uid = s.credential_uid
WHERE c.attrs['placeholder'] IS NULL AND c.status NOT IN ('revoked', 'expired')
