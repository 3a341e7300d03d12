/*
id: mcp_no_auth
title: Remote MCP server is used without any authentication
severity: medium
confidence: medium
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP07, "NIST-800-53:IA-9", "NIST-800-53:IA-3"]
inputs: [machine.agents, repository.agents]
key: []
detects: >
  An enabled remote MCP server for which the configuration states no header, query, variable or sign-in, on a transport on which clients do
  not negotiate one (plain HTTP to another host).
why: Whoever reaches the address may call its tools; nobody can tell which agent did what, or cut one off.
remediation: |
  Require authorization at {host} (OAuth 2.1 with protected-resource metadata, as the MCP specification asks, or at least a token per
  agent), and configure {name} in {path} to use it.
blind_spots: >
  An https server without a header may ask for a sign-in at the first call: the configuration cannot tell, so that is not reported.
false_positives: Public, read-only documentation servers.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://wiki.acme.internal/mcp", auth: none}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://docs.acme.example/mcp", auth: unknown}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://localhost:3845/mcp", auth: none}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/local", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: stdio, command: /opt/x, auth: none}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['url'] AS url, regexp_extract(lower(i.attrs['url']), '^[a-z]+://([^/]+)', 1) AS host,
  coalesce(i.attrs['path'], 'its configuration') AS path, TRY_CAST(i.attrs['line'] AS BIGINT) AS line, i.attrs['client'] AS client
FROM identities i
WHERE i.type = 'mcp:server' AND i.status = 'active' AND i.attrs['url'] IS NOT NULL AND i.attrs['auth'] = 'none'
  AND NOT regexp_matches(lower(i.attrs['url']), '^[a-z]+://(localhost|[^/:]*\.localhost|127\.[0-9.]+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(:[0-9]+)?(/|$)')
