/*
id: leaver_ssh_key
title: SSH key of a person who left still opens an account
severity: high
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-4", "NIST-800-53:AC-2(3)"]
inputs: [machine.ssh]
key: [credential, scope, path]
detects: >
  An entry of an authorized_keys file whose comment is the e-mail address of a person who has left, or starts with a leaver's login name
  that nobody still here has.
why: Directory accounts are closed on the last day; keys in authorized_keys stay, and no directory knows of them.
remediation: |
  Delete line {line} ({comment}) of {path} on {scope}; `ssh-keygen -lf {path}` prints the fingerprint of each key, so compare {public_id}
  before (line numbers move with every deletion). Look for the same key on other hosts. It belongs to {leaver}, who left{left_on}.
blind_spots: Keys without a comment, certificates signed by an SSH CA, keys served by a command.
false_positives: A key whose comment was never changed after it was handed to somebody else - which is a finding of its own.
bad:
  - credentials: [{uid: "cred:ssh:SHA256:x", kind: ssh_key, issuer: ssh, public_id: "SHA256:x", attrs: {login: old@acme.example}}]
    placements: [{credential_uid: "cred:ssh:SHA256:x", path: /home/deploy/.ssh/authorized_keys, line: 2}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
  - credentials: [{uid: "cred:ssh:SHA256:x", kind: ssh_key, issuer: ssh, public_id: "SHA256:x", attrs: {login: old.one@laptop-7}}]
    placements: [{credential_uid: "cred:ssh:SHA256:x", path: /root/.ssh/authorized_keys, line: 2}]
    people: [{uid: old.one@acme.example, name: Old, status: gone}]
good:
  - credentials: [{uid: "cred:ssh:SHA256:x", kind: ssh_key, issuer: ssh, public_id: "SHA256:x", attrs: {login: new@laptop-7}}]
    placements: [{credential_uid: "cred:ssh:SHA256:x", path: /root/.ssh/authorized_keys}]
    people: [{uid: new@old.example, name: Gone, status: gone}, {uid: new@acme.example, name: New}]
  - credentials: [{uid: "cred:ssh:SHA256:x", kind: ssh_key, issuer: ssh, public_id: "SHA256:x", attrs: {login: old@acme.example}}]
    placements: [{credential_uid: "cred:ssh:SHA256:x", path: /home/old/.ssh/id_ed25519.pub}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
*/
WITH entries AS (
  SELECT p.credential_uid, p.scope, p.path, min(p.line) AS line, min(p.consumer_uid) AS opens
  FROM placements p
  WHERE p.path LIKE '%authorized_keys%' GROUP BY p.credential_uid, p.scope, p.path
),
commented AS (
  SELECT e.*, c.public_id, c.algorithm, lower(coalesce(c.attrs['person'], c.attrs['login'], c.name)) AS comment, c.identity_uid
  FROM entries e JOIN credentials c ON c.uid = e.credential_uid WHERE c.kind = 'ssh_key'
),
logins AS (
  SELECT split_part(uid, '@', 1) AS login, max(CASE WHEN status = 'active' THEN 1 ELSE 0 END) AS still_here, min(uid) AS email
  FROM people GROUP BY split_part(uid, '@', 1)
)
SELECT coalesce(k.opens, k.identity_uid) AS identity, k.credential_uid AS credential, k.scope, k.path, k.line, k.public_id, k.algorithm, k.comment,
  who.uid AS leaver, who.ended_at AS left_at, coalesce(' on ' || CAST(CAST(who.ended_at AS DATE) AS VARCHAR), '') AS left_on,
  CASE WHEN k.comment = who.uid THEN 'high' ELSE 'medium' END AS confidence
FROM commented k
LEFT JOIN logins l ON l.login = split_part(k.comment, '@', 1) AND l.still_here = 0
JOIN people who ON who.status = 'gone' AND who.uid = CASE WHEN l.email IS NOT NULL THEN l.email ELSE k.comment END
