/*
id: agent_spans_environments
title: One agent reaches production and a test environment
severity: medium
confidence: medium
owasp: NHI8:2025
frameworks: ["OWASP-ASI-2026:ASI03", "OWASP-MCP-2025:MCP02", "NIST-800-53:AC-4"]
inputs: [machine.agents, repository.agents]
key: []
detects: |
  An AI agent whose enabled MCP servers belong to production and to another environment, by their names, tags or the places of
  their credentials, where both sides hold credentials. High where one and the same credential opens both.
why: |
  An agent acts on what it reads. A prompt injected through the test system, or a mistaken "clean up", reaches production in the same session.
remediation: |
  Configure {prod_server} and {nonprod_server} in separate profiles or clients of {agent}, with credentials of their own; give the
  production server read-only tools or ask before each call.
blind_spots: Servers whose name and configuration state no environment; what a remote server reaches behind its URL.
false_positives: A read-only production server beside a test server may be accepted; except it with the reason.
bad:
  - identities:
      - {uid: "machine:ws:agent/a/cline", kind: ai_agent, type: "mcp:agent", name: Cline}
      - {uid: "machine:ws:mcp-server/a/cline/orders-prod", kind: ai_agent, type: "mcp:server", name: orders-prod}
      - {uid: "machine:ws:mcp-server/a/cline/orders-staging", kind: ai_agent, type: "mcp:server", name: orders-staging}
    credentials: [{uid: "cred:fp:1", kind: api_token, fingerprint: f1}, {uid: "cred:fp:2", kind: api_token, fingerprint: f2}]
    placements:
      - {credential_uid: "cred:fp:1", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-prod"}
      - {credential_uid: "cred:fp:2", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-staging"}
    trusts:
      - {identity_uid: "machine:ws:mcp-server/a/cline/orders-prod", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "machine:ws:mcp-server/a/cline/orders-staging", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
good:
  - identities:
      - {uid: "machine:ws:agent/a/cline", kind: ai_agent, type: "mcp:agent", name: Cline}
      - {uid: "machine:ws:mcp-server/a/cline/orders-prod", kind: ai_agent, type: "mcp:server", name: orders-prod}
      - {uid: "machine:ws:mcp-server/a/cline/docs", kind: ai_agent, type: "mcp:server", name: docs}
    trusts:
      - {identity_uid: "machine:ws:mcp-server/a/cline/orders-prod", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "machine:ws:mcp-server/a/cline/docs", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
  - identities:  # one of the two is switched off
      - {uid: "machine:ws:agent/a/cline", kind: ai_agent, type: "mcp:agent", name: Cline}
      - {uid: "machine:ws:mcp-server/a/cline/orders-prod", kind: ai_agent, type: "mcp:server", name: orders-prod, status: disabled}
      - {uid: "machine:ws:mcp-server/a/cline/orders-staging", kind: ai_agent, type: "mcp:server", name: orders-staging}
    credentials: [{uid: "cred:fp:1", kind: api_token, fingerprint: f1}]
    placements:
      - {credential_uid: "cred:fp:1", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-prod"}
      - {credential_uid: "cred:fp:1", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-staging"}
    trusts:
      - {identity_uid: "machine:ws:mcp-server/a/cline/orders-prod", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "machine:ws:mcp-server/a/cline/orders-staging", subject: "machine:ws:agent/a/cline", subject_kind: identity, mechanism: "mcp:launch"}
*/
WITH handed AS (
  SELECT p.consumer_uid, p.credential_uid, max(p.environment) AS environment, min(p.path) AS path
  FROM placements p
  WHERE p.system IN ('agent_config', 'env', 'file') AND p.consumer_uid IS NOT NULL
  GROUP BY p.consumer_uid, p.credential_uid
),
reached AS (
  SELECT t.subject AS agent_uid, s.uid AS server_uid, s.name, coalesce(s.environment, h.environment) AS environment, h.credential_uid, h.path
  FROM trusts t
  JOIN identities s ON s.uid = t.identity_uid
  JOIN handed h ON h.consumer_uid = s.uid
  WHERE t.mechanism = 'mcp:launch' AND s.status <> 'disabled'
)
SELECT r.agent_uid AS identity, min(a.name) AS agent, min(r.name) FILTER (WHERE r.environment = 'prod') AS prod_server,
  min(r.name) FILTER (WHERE r.environment = 'nonprod') AS nonprod_server, min(a.scope) AS host, min(a.attrs['user']) AS user_name,
  CASE WHEN count(DISTINCT r.credential_uid) < count(DISTINCT r.server_uid) THEN 'high' ELSE 'medium' END AS severity,
  min(r.path) FILTER (WHERE r.environment = 'prod') AS path
FROM reached r
JOIN identities a ON a.uid = r.agent_uid
WHERE r.environment IS NOT NULL
GROUP BY r.agent_uid
HAVING count(DISTINCT r.environment) = 2
