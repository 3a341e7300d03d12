/*
id: secret_in_several_consumers
title: The same secret is used by several consumers
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-01", "OWASP-MCP-2025:MCP01"]
inputs: [machine.agents, machine.env_files, machine.cloud_credentials, repository.secrets, aws.lambda, aws.ecs, aws.codebuild, any.placements]
key: [credential]
detects: |
  One credential - recognised by its public id or the keyed fingerprint of its value - in two or more hosts, repositories or accounts, or
  with two or more workloads, MCP servers or pipelines. High from five, or where its identity administers or writes permissions.
why: |
  A shared secret cannot be rotated without an outage somewhere, cannot be revoked when one holder is breached, and makes every log
  line ambiguous.
remediation: |
  Issue one credential for each consumer of {name}: {consumers}. Move them one by one, then revoke the shared value.
blind_spots: Copies in systems that were not scanned; secrets known by reference only. Which copy is really used is unknown without logs.
false_positives: |
  Several files of one home on one host count once. Certificates (public), public SSH keys, samples, tests and history are left out, and so is the
  vault it is meant to come from.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: STRIPE_SECRET_KEY}]
    placements:
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: config.py}
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/api, path: settings.py}
  - identities:
      - {uid: "machine:ws:mcp-server/a/claude-code/aws", kind: ai_agent, type: "mcp:server"}
      - {uid: "machine:ws:mcp-server/a/cursor/aws", kind: ai_agent, type: "mcp:server"}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active}]
    placements:
      - {credential_uid: "cred:aws:A1", system: agent_config, path: /home/a/.mcp.json, consumer_uid: "machine:ws:mcp-server/a/claude-code/aws"}
      - {credential_uid: "cred:aws:A1", system: agent_config, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:ws:mcp-server/a/cursor/aws"}
good:
  - credentials: [{uid: "cred:aws:A1", public_id: A1, status: active}]  # one person's two files
    placements:
      - {credential_uid: "cred:aws:A1", path: /home/a/.aws/credentials, consumer_uid: "machine:ws:unix-user/a"}
      - {credential_uid: "cred:aws:A1", path: /home/a/project/.env, consumer_uid: "machine:ws:unix-user/a"}
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: aws, fingerprint: f1}]  # in the vault, and with its one reader
    placements:
      - {credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: "111122223333", path: payments/db}
      - {credential_uid: "cred:fp:1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:eu-west-1:111122223333:function:pay", consumer_uid: "aws:iam::111122223333:role/pay"}
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa}]  # public by nature
    placements:
      - {credential_uid: "cred:x509:aa", scope: h1, path: /etc/ssl/a.crt}
      - {credential_uid: "cred:x509:aa", scope: h2, path: /etc/ssl/a.crt}
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements:
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: config.py}
      - {credential_uid: "cred:fp:1", system: git_history, exposure: committed, scope: acme/api, path: old.py, attrs: {at_head: "false"}}
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: google, fingerprint: f1, attrs: {public: key of a Firebase app}}]
    placements:
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/web, path: firebase.js}
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/app, path: google-services.json}
*/
WITH held AS (
  SELECT p.credential_uid,
    -- who holds it: the workload or identity that consumes it, else the host, repository or account it lies in
    coalesce(p.attrs['workload'], CASE WHEN i.type IN ('mcp:server', 'mcp:agent') OR i.kind = 'cicd' THEN p.consumer_uid ELSE p.scope END) AS holder, p.path
  FROM placements_of_several p
  LEFT JOIN identities i ON i.uid = p.consumer_uid
  WHERE p.system NOT IN ('git_history', 'vault') AND p.state <> 'dead' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
    AND coalesce(p.attrs['referenced'], 'false') <> 'true'
),
shared AS (
  SELECT credential_uid, count(DISTINCT holder) AS holders, string_agg(DISTINCT holder, ', ' ORDER BY holder) AS consumers, min(path) AS path
  FROM held
  GROUP BY credential_uid
  HAVING count(DISTINCT holder) > 1
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, c.status, s.holders AS number_of_consumers, s.consumers, c.last_used_at,
  CASE
    WHEN c.status = 'inactive' THEN 'low'
    WHEN s.holders >= 5 OR p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  s.path
FROM shared s
JOIN credentials c ON c.uid = s.credential_uid
LEFT JOIN privileges p ON p.identity_uid = c.identity_uid
WHERE c.kind NOT IN ('certificate', 'ssh_key', 'private_key') AND c.attrs['placeholder'] IS NULL AND c.attrs['public'] IS NULL
  AND coalesce(c.attrs['referenced'], 'false') <> 'true' AND c.status NOT IN ('revoked', 'expired')
