/*
id: credential_for_plain_http
title: Credential is meant for a service that is reached without TLS
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-8", "NIST-800-53:IA-5(1)"]
inputs: [machine.tool_credentials, machine.cloud_credentials, machine.env_files, repository.secrets]
key: [credential, endpoint]
detects: A password or token stored beside an http:// address of another host - a registry, a git server, an API.
why: Each use shows the credential to everybody on the path, and an active attacker may serve other code or data in the server's place.
remediation: |
  Change {endpoint} to https in {path} ({scope}), switch plain HTTP off at the server, and rotate {name}, which has travelled in clear.
blind_spots: Addresses kept elsewhere than beside the credential.
false_positives: A TLS tunnel underneath. Loopback addresses are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: http, fingerprint: f1, attrs: {endpoint: "http://nexus.acme.internal:8081"}}]
    placements: [{credential_uid: "cred:fp:1", path: /home/ci/.git-credentials, scope: build-7}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: http, fingerprint: f1, attrs: {endpoint: "https://nexus.acme.internal"}}]
    placements: [{credential_uid: "cred:fp:1", path: /home/ci/.git-credentials, scope: build-7}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: http, fingerprint: f1, attrs: {endpoint: "http://localhost:8081"}}]
    placements: [{credential_uid: "cred:fp:1", path: /home/ci/.git-credentials, scope: build-7}]
*/
WITH plain AS (
  SELECT c.uid, c.identity_uid, c.name, c.kind, c.issuer, c.attrs['endpoint'] AS endpoint FROM credentials c
  WHERE starts_with(lower(c.attrs['endpoint']), 'http://') AND c.usable AND c.attrs['placeholder'] IS NULL
    AND NOT regexp_matches(lower(c.attrs['endpoint']), '^http://(localhost|[^/:]*\.localhost|127\.[0-9.]+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(:[0-9]+)?(/|$)')
)
SELECT min(coalesce(c.identity_uid, p.consumer_uid)) AS identity, c.uid AS credential, c.endpoint, min(c.name) AS name, min(c.kind) AS kind,
  min(c.issuer) AS issuer, coalesce(min(p.path), 'where it is kept') AS path, min(p.line) AS line, min(p.scope) AS scope
FROM plain c
JOIN placements p ON p.credential_uid = c.uid
WHERE coalesce(p.attrs['referenced'], 'false') <> 'true'
GROUP BY c.uid, c.endpoint
