/*
id: secret_in_env_file
title: Secret lies in an environment or configuration file on disk
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)"]
inputs: [machine.env_files, machine.services, repository.config]
key: [credential, scope, path]
detects: >
  The value of a credential in an environment file (.env and its kin), an application's configuration file, a systemd unit or a crontab.
  Files in which a tool itself keeps its sign-in (~/.aws/credentials, ~/.npmrc, gh hosts, kubeconfig) are their sanctioned place and are
  not leakage while only their owner can read them.
why: Such files are copied into images, backups, tickets and chats, and are swept up by agents and extensions that read the project folder.
remediation: |
  Move {name} ({field}) out of {path} on {scope} into a secret manager or systemd credentials (`LoadCredentialEncrypted=`), load it
  at start, and rotate it at {issuer} if the file was ever shared.
blind_spots: Files outside the known names and places; values that no shape recognises.
false_positives: Local development secrets that open nothing but a developer's own containers.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: laptop, path: /home/a/shop/.env, readers: owner, attrs: {field: STRIPE_KEY}}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: env, scope: build-7, path: /etc/systemd/system/shop.service, readers: world}]
good:
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: file, scope: laptop, path: /home/a/.aws/credentials, readers: owner, mode: "0600"}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, attrs: {placeholder: sample words}}]
    placements: [{credential_uid: "cred:fp:1", system: file, scope: laptop, path: /home/a/shop/.env.example, readers: world}]
*/
SELECT min(coalesce(identity, consumer_uid)) AS identity, credential, scope, path, min(line) AS line,
  CASE WHEN bool_and(severity = 'low') THEN 'low' WHEN bool_or(readers = 'world') THEN 'high' ELSE 'medium' END AS severity,
  min(confidence) AS confidence, min(field) AS field, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer,
  max(readers) AS readable_by, min(mode) AS mode, min(status) AS status_at_issuer
FROM exposed
WHERE exposure NOT IN ('committed', 'public')
  AND (system = 'env'
    OR (system = 'file' AND regexp_matches(path, '(^|/)([^/]*\.)?env(\.[^/]*)?$|(^|/)\.envrc$|\.tfvars(\.json)?$|(^|/)(secrets?|application|settings|config|vars|main)[^/]*\.(ya?ml|json|toml|ini|properties)$')
      AND NOT regexp_matches(path, '/\.(kube|docker|aws|azure|config/gcloud|config/gh|config/glab-cli|oci|terraform\.d)/')))
GROUP BY credential, scope, path
