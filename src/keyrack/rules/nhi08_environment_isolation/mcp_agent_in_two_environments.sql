/*
id: mcp_agent_in_two_environments
title: Registered agent uses servers of production and of another environment
severity: medium
confidence: medium
owasp: NHI8:2025
frameworks: ["OWASP-ASI-2026:ASI03", "NIST-800-53:AC-4"]
inputs: [mcp.agents]
key: []
detects: |
  An active agent of the registry with MCP servers of production and of a test environment, as stated or by their names. High when it may write in production.
why: >
  An agent acts on what it reads. Text in a test system, which everybody may write to, then steers what happens in production.
remediation: |
  Register {name} twice, once for each environment, with credentials of its own: take {nonprod_server} or {prod_server} out of this entry in {path}.
blind_spots: >
  Servers whose entry and name state no environment.
false_positives: >
  A release agent that compares the two and only reads.
bad:
  - identities:
      - {uid: "mcp:acme:agent/rel", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: rel, attrs: {path: agents.toml}}
      - {uid: "mcp:mcp.acme.example:server/orders", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, environment: prod}
      - {uid: "mcp:mcp-test.acme.example:server/orders", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp-test.acme.example, environment: nonprod}
    trusts:
      - {identity_uid: "mcp:mcp.acme.example:server/orders", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "mcp:mcp-test.acme.example:server/orders", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
good:
  - identities:
      - {uid: "mcp:acme:agent/rel", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {path: agents.toml}}
      - {uid: "mcp:mcp.acme.example:server/orders", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, environment: prod}
      - {uid: "mcp:docs.acme.example:server/docs", kind: ai_agent, type: "mcp:server", provider: mcp, scope: docs.acme.example, name: docs}
    trusts:
      - {identity_uid: "mcp:mcp.acme.example:server/orders", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "mcp:docs.acme.example:server/docs", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
  - identities:
      - {uid: "mcp:acme:agent/rel", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, status: disabled, attrs: {path: agents.toml}}
      - {uid: "mcp:mcp.acme.example:server/orders", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, environment: prod}
      - {uid: "mcp:mcp-test.acme.example:server/orders", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp-test.acme.example, environment: nonprod}
    trusts:
      - {identity_uid: "mcp:mcp.acme.example:server/orders", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "mcp:mcp-test.acme.example:server/orders", subject: "mcp:acme:agent/rel", subject_kind: identity, mechanism: "mcp:launch"}
*/
WITH used AS (
  SELECT a.uid, a.name, a.scope, a.owner, a.attrs['path'] AS path, s.uid AS server_uid, s.name AS server, s.environment
  FROM trusts t
  JOIN identities a ON a.uid = t.subject
  JOIN identities s ON s.uid = t.identity_uid
  WHERE t.mechanism = 'mcp:launch' AND a.type = 'mcp:agent' AND a.provider = 'mcp' AND a.status = 'active' AND s.status = 'active' AND s.environment IS NOT NULL
),
writing AS (
  SELECT g.identity_uid, unnest(g.resources) AS server_uid FROM grants g
  WHERE g.language = 'mcp' AND g.effect = 'allow' AND g.privilege IN ('write', 'permissions', 'admin')
)
SELECT u.uid AS identity, min(u.name) AS name, min(u.scope) AS scope, min(u.path) AS path, min(u.owner) AS owner,
  min(u.server) FILTER (WHERE u.environment = 'prod') AS prod_server, min(u.server) FILTER (WHERE u.environment = 'nonprod') AS nonprod_server,
  CASE WHEN count(w.server_uid) FILTER (WHERE u.environment = 'prod') > 0 THEN 'high' ELSE 'medium' END AS severity
FROM used u
LEFT JOIN writing w ON w.identity_uid = u.uid AND w.server_uid = u.server_uid
GROUP BY u.uid
HAVING count(DISTINCT u.environment) = 2
