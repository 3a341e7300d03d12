/*
id: ssh_key_on_several_accounts
title: One SSH key opens root and another account, or three and more
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NISTIR-7966", "NIST-800-53:IA-5(2)", "CSF-2.0:PR.AA-05"]
inputs: [machine.ssh, machine.accounts]
key: [credential]
detects: |
  The same public key in the `authorized_keys` of three or more accounts, on one host or several, or of root and any other account unless a
  forced command confines it. High from ten. A person's own key on accounts of that person's own name, on whatever hosts, counts once.
why: |
  One stolen private key opens them all, the logs cannot tell who came in, and nobody can withdraw the key for one account without
  hunting for the others.
remediation: |
  Give each client of {key_name} ({public_id}) a key of its own, or SSH certificates with principals, and delete the shared line from: {accounts}.
blind_spots: Keys that come from a directory (AuthorizedKeysCommand) and hosts that were not scanned.
false_positives: A configuration-management key is shared by design; bind it with `from=` and `command=` and except it.
bad:
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: fleet}]
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/etl/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /root/.ssh/authorized_keys}
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: ops}]  # root and one more
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /root/.ssh/authorized_keys}
good:
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: backup, attrs: {options: 'restrict,command="borg serve"'}}]
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/borg/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /root/.ssh/authorized_keys}
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: ops}]  # one account, two hosts
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /root/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h2, path: /root/.ssh/authorized_keys}
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: alice@acme.example}]  # her own account everywhere
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/alice/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h2, path: /home/alice/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h3, path: /home/alice/.ssh/authorized_keys}
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: deploy}]
    placements:
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/authorized_keys}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/id_ed25519}
      - {credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/id_ed25519.pub}
*/
WITH admitted AS (
  SELECT p.credential_uid, p.scope, p.path,
    CASE WHEN i.kind = 'human' THEN regexp_extract(p.path, '^(.*)/[.]ssh/', 1) ELSE p.scope || ':' || p.path END AS account
  FROM placements_of_several p
  JOIN credentials c ON c.uid = p.credential_uid
  LEFT JOIN identities i ON i.uid = p.consumer_uid
  WHERE c.kind = 'ssh_key' AND (p.path LIKE '%/authorized_keys' OR p.path LIKE '%/authorized_keys2')
),
grouped AS (
  SELECT a.credential_uid, count(DISTINCT a.account) AS accounts, count(DISTINCT a.scope) AS hosts,
    count(DISTINCT regexp_extract(a.path, '([^/]+)/[.]ssh/', 1)) AS names,
    string_agg(DISTINCT a.scope || ':' || a.path, ', ' ORDER BY a.scope || ':' || a.path) AS places, min(a.path) AS path,
    bool_or(a.path LIKE '/root/.ssh/%') AS opens_root
  FROM admitted a
  GROUP BY a.credential_uid
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name AS key_name, c.public_id, c.algorithm, c.attrs['options'] AS options,
  g.accounts AS number_of_accounts, g.hosts AS number_of_hosts, g.places AS accounts, g.opens_root,
  CASE WHEN g.accounts >= 10 THEN 'high' ELSE 'medium' END AS severity,
  g.path
FROM grouped g
JOIN credentials c ON c.uid = g.credential_uid
WHERE (g.accounts >= 3 OR (g.opens_root AND g.accounts >= 2 AND coalesce(c.attrs['options'], '') NOT LIKE '%command=%')) AND g.names > 1 AND c.status NOT IN ('revoked', 'expired', 'inactive')
