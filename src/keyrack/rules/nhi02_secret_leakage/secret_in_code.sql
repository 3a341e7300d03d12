/*
id: secret_in_code
title: Secret is readable in the repository at HEAD
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [repository.secrets]
key: [credential, scope, path]
detects: >
  The value of a credential in a file of the current commit of a repository. Private keys, CI definitions, agent configurations and
  infrastructure code have rules of their own.
why: Everybody with a clone - and every laptop, build runner, mirror and AI assistant that holds one - can act as this identity.
remediation: |
  Treat {name} as known to others: issue a new value {where_to_rotate}, deliver it through a secret store, revoke the old one, and only then
  remove it from {path}:{line} in {scope}. Deleting the line alone leaves it in history; rotation comes first.
blind_spots: Values that no scanner rule or shape recognises, encrypted or split values, files over the size limit, LFS content.
false_positives: >
  Test fixtures and documentation samples that look real: in paths that look like tests, examples or vendored code tokens are low and keys
  and passwords info, unless the token's built-in checksum (GitHub, npm) says that it was issued; one with a wrong checksum is not
  reported, and the key of a Firebase app, which names a project and authenticates nobody, is info. Sample words, fillers and logins at example.com are dropped. Keys whose issuer says they are inactive are reported as low; expired and revoked ones are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: app/config.py, line: 3}]
  - credentials: [{uid: "cred:fp:2", kind: password, issuer: unknown, fingerprint: f2}]
    placements: [{credential_uid: "cred:fp:2", system: git_head, exposure: committed, scope: acme/web, path: tests/fake.py, attrs: {test_path: "true"}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: README.md}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, status: revoked, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: git_head, exposure: committed, scope: acme/web, path: app/config.py}]
  - credentials: [{uid: "cred:aws:A1", kind: access_key, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: git_head, exposure: committed, scope: acme/web, path: docs/keys.md, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, public_id: c1, fingerprint: f1}]
    placements: [{credential_uid: "cred:x509:1", system: git_head, exposure: committed, scope: acme/web, path: ca.pem}]
*/
SELECT min(identity) AS identity, credential, min(severity) AS severity, min(confidence) AS confidence, scope, path, min(line) AS line,
  min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer, max(state) AS live_check,
  min(seen_at) AS committed_at, min(author) AS committed_by, min(detector) AS recognised_by
FROM exposed
WHERE system = 'git_head' AND NOT (kind IN ('private_key', 'ssh_key', 'signing_key') AND NOT coalesce(protected, FALSE))
GROUP BY credential, scope, path
