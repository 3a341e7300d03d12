/*
id: credential_never_expires
title: Token or secret is valid for ever
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01", "OWASP-MCP-2025:MCP01"]
inputs: [machine.tool_credentials, machine.cloud_credentials, machine.agents, repository.secrets, aws.service_credentials, any.credentials]
detects: |
  A token, client secret, signing key or service-account key that is known to have no end date although its issuer could set one: a
  JWT without `exp` (Kubernetes service-account tokens among them), a Bedrock or CodeCommit credential without expiry. One finding
  for each credential. Google service-account keys have a rule of their own.
why: Nothing ends it but a person who remembers it. Whoever copies it once keeps access through every reorganisation.
remediation: |
  Issue {name} anew with an end date of 90 days or less for {holder}, move its consumers at {place}, and revoke the old one{how};
  better, replace it by workload identity federation.
blind_spots: |
  For most tokens the end date cannot be read from the value; they are "unknown" and not reported here.
false_positives: |
  AWS access keys and SSH keys never expire by design and are judged by their rotation instead. Passwords are judged by their age.
  An issuer may enforce an idle limit that the token does not show.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, expiry: never, name: TOKEN}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: /home/a/.cursor/mcp.json}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, expiry: unknown, name: TOKEN}]
    placements: [{credential_uid: "cred:fp:1", path: /home/a/.netrc}]
  - credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, expiry: never, created_at: now-10d}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: jwt, fingerprint: f1, expiry: never, name: TOKEN, attrs: {placeholder: documented sample}}]
    placements: [{credential_uid: "cred:fp:1", path: /etc/app/env}]
*/
WITH places AS (
  SELECT p.credential_uid, min(p.scope) AS scope, min(p.path) AS path, min(p.line) AS line, min(p.consumer_uid) AS consumer_uid,
    bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') AS only_tests, bool_and(p.state = 'dead') AS dead
  FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE c.expiry = 'never'
  GROUP BY p.credential_uid
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, c.created_at, c.last_used_at,
  coalesce(c.identity_uid, c.attrs['login'], p.consumer_uid, 'its consumer') AS holder, coalesce(p.path, c.attrs['endpoint'], c.issuer) AS place, p.scope AS found_in,
  CASE WHEN c.issuer = 'kubernetes' THEN ' (a service account: `kubectl create token NAME -n NAMESPACE --duration=24h`, then delete its Secret of type kubernetes.io/service-account-token)'
    ELSE '' END AS how,
  CASE WHEN p.only_tests THEN 'low' WHEN c.issuer = 'kubernetes' THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN p.only_tests THEN 'low' ELSE 'high' END AS confidence,
  p.path, p.line
FROM credentials c
LEFT JOIN places p ON p.credential_uid = c.uid
WHERE c.expiry = 'never' AND c.usable AND NOT coalesce(p.dead, FALSE)
  AND (c.kind IN ('api_token', 'oauth_secret', 'refresh_token', 'session_token', 'signing_key', 'secret') OR (c.kind = 'private_key' AND c.issuer = 'azure'))
  AND c.attrs['placeholder'] IS NULL AND coalesce(c.attrs['referenced'], 'false') <> 'true'
  AND coalesce(c.attrs['rotation_enabled'], 'false') <> 'true'
