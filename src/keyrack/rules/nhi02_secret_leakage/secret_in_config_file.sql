/*
id: secret_in_config_file
title: Secret lies in an environment, configuration or unit file on disk
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)"]
inputs: [machine.env_files, machine.services, machine.tool_credentials]
key: [credential, scope, path]
detects: >
  The value of a credential in an environment file (.env and its kin), an application's configuration or variable file, a shell profile or
  history, a systemd unit or a crontab. High when every local user can read it. Files in which a tool itself keeps its sign-in
  (~/.aws/credentials, ~/.npmrc, gh hosts, kubeconfig) and key files are the sanctioned place while only their owner can read them;
  readable_secret_file judges those.
why: Such files are copied into images, backups, tickets and chats, and are swept up by agents and extensions that read the project folder.
remediation: |
  {first_step}Move {label} out of {path} on {scope} into a secret manager or systemd credentials (`LoadCredentialEncrypted=`), load it
  at start, and rotate it {where_to_rotate}{rotate_when}.
blind_spots: Files outside the known names and places; values that no shape recognises.
false_positives: >
  Local development secrets that open nothing but a developer's own containers. Placeholders, references to variables or secret stores, and
  encrypted values are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: laptop, path: /home/a/shop/.env, readers: owner, attrs: {field: STRIPE_KEY}}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: env, scope: build-7, path: /etc/systemd/system/shop.service, readers: world}]
good:
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: file, exposure: sanctioned, scope: laptop, path: /home/a/.aws/credentials, readers: owner, mode: "0600"}]
  - credentials: [{uid: "cred:ssh:1", kind: ssh_key, issuer: ssh, fingerprint: f1, protected: false}]
    placements: [{credential_uid: "cred:ssh:1", system: file, scope: web, path: /srv/keys/deploy_key, readers: owner, mode: "0600"}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, attrs: {placeholder: sample words}}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: laptop, path: /home/a/shop/.env.example, readers: world}]
*/
SELECT min(coalesce(consumer_uid, identity)) AS identity, credential, scope, path, min(line) AS line,
  CASE WHEN bool_and(severity IN ('info', 'low')) THEN max(severity) WHEN bool_or(readers = 'world') THEN 'high' ELSE 'medium' END AS severity,
  min(confidence) AS confidence, min(field) AS field, min(label) AS label,
  CASE
    WHEN NOT bool_or(readers IN ('world', 'group')) THEN ''
    -- files that every shell or login has to read, and units, whose Environment= lines `systemctl show` tells everybody
    WHEN regexp_matches(path, '(^|/)etc/(environment|profile|bash\.bashrc|zsh/zshenv|profile\.d/[^/]*)$') THEN 'Every login reads this file, so its mode must stay: take the value out of it now. '
    WHEN regexp_matches(path, '/systemd/.*\.(service|socket|timer|conf)$')
      THEN 'First put the value into a file of mode 600 named by EnvironmentFile= (a chmod of the unit does not hide it: systemctl show tells it to every user). '
    ELSE 'First `chmod 600 {path}`: others can read it now (whoever runs what reads it must own it). ' END AS first_step,
  CASE WHEN bool_or(readers IN ('world', 'group')) THEN ': other accounts of {scope} could read it' ELSE ' if the file was ever shared' END AS rotate_when, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate,
  max(readers) AS readable_by, min(mode) AS mode, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE exposure = 'config' AND (system = 'env' OR (system = 'file' AND NOT own_file))
GROUP BY credential, scope, path
