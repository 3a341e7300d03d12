/*
id: interactive_service_account
title: People can log in to a service account over SSH
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NISTIR-7966", "NIST-800-53:IA-2", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [machine.accounts, machine.ssh]
key: []
detects: |
  A service account of a host with a login shell and keys in `authorized_keys` that are not confined to a command. High where an
  admitted key carries a person's e-mail address.
why: |
  Whoever comes in works under the service's name, with its files and its credentials. Deployments by a machine need a command, not a shell.
remediation: |
  On {host}, in {path}: put `restrict,command="..."` before the key of each machine, so that it runs its one job and nothing else; take the keys of
  people out and let them come in under accounts of their own, with `sudo -u {name}` where they must. {shell_advice}
blind_spots: Keys from a directory (AuthorizedKeysCommand), passwords and console logins. Whether anybody did log in is not read from logs.
false_positives: |
  Ansible and similar tools need a shell to work; give them a key with `from=` and except the account. An account that is taken for a
  service by its name may be a person's.
bad:
  - identities: [{uid: "machine:h1:unix-user/deploy", type: "unix:user", provider: machine, scope: h1, name: deploy, attrs: {interactive: "true", shell: /bin/bash, service_evidence: name}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: robot@ci}]
    placements: [{credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/deploy/.ssh/authorized_keys, line: 1, consumer_uid: "machine:h1:unix-user/deploy"}]
good:
  - identities: [{uid: "machine:h1:unix-user/borg", type: "unix:user", provider: machine, scope: h1, name: borg, attrs: {interactive: "false", shell: /usr/sbin/nologin}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: robot@ci}]
    placements: [{credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/borg/.ssh/authorized_keys, consumer_uid: "machine:h1:unix-user/borg"}]
  - identities: [{uid: "machine:h1:unix-user/backup", type: "unix:user", provider: machine, scope: h1, name: backup, attrs: {interactive: "true", shell: /bin/sh, service_evidence: name}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: robot@ci, attrs: {options: 'restrict,command="borg"'}}]  # confined to a command
    placements: [{credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/backup/.ssh/authorized_keys, consumer_uid: "machine:h1:unix-user/backup"}]
  - identities: [{uid: "machine:h1:unix-user/alice", kind: human, type: "unix:user", provider: machine, scope: h1, name: alice, attrs: {interactive: "true", shell: /bin/bash}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", name: alice@acme.example}]
    placements: [{credential_uid: "cred:ssh:SHA256:k", scope: h1, path: /home/alice/.ssh/authorized_keys, consumer_uid: "machine:h1:unix-user/alice"}]
*/
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS host, min(i.attrs['shell']) AS shell, min(i.attrs['service_evidence']) AS taken_for_a_service_by,
  count(DISTINCT CASE WHEN c.confined THEN NULL ELSE c.uid END) AS number_of_keys,
  string_agg(DISTINCT CASE WHEN c.confined THEN NULL ELSE c.label END, ', ' ORDER BY CASE WHEN c.confined THEN NULL ELSE c.label END) AS admitted_keys,
  count(DISTINCT CASE WHEN c.confined THEN c.uid END) AS keys_with_a_forced_command,
  CASE WHEN bool_or(c.confined)
    THEN 'Leave the shell as it is: other keys of this account run forced commands, which need it; better, move those jobs to an account of their own.'
    ELSE 'Leave the shell as it is while a job logs in, since forced commands need it.' END AS shell_advice,
  CASE WHEN bool_or(q.uid IS NOT NULL AND NOT c.confined) THEN 'high' ELSE 'medium' END AS severity,
  min(CASE WHEN c.confined THEN NULL ELSE p.path END) AS path, min(CASE WHEN c.confined THEN NULL ELSE p.line END) AS line
FROM identities i
JOIN placements p ON p.consumer_uid = i.uid
JOIN (
  SELECT uid, name, public_id || coalesce(' ' || name, '') AS label, coalesce(attrs['options'], '') LIKE '%command=%' AS confined
  FROM credentials WHERE kind = 'ssh_key'
) c ON c.uid = p.credential_uid
LEFT JOIN people q ON q.uid = lower(c.name)
WHERE i.type = 'unix:user' AND i.nhi AND i.attrs['interactive'] = 'true' AND coalesce(i.attrs['unix_uid'], '1') <> '0'
  AND (p.path LIKE '%/authorized_keys' OR p.path LIKE '%/authorized_keys2')
  AND NOT regexp_matches(coalesce(i.attrs['shell'], ''), '(git-shell|rssh|scponly|rbash)$')
GROUP BY i.uid
HAVING NOT bool_and(c.confined)
