/*
id: mcp_plain_http
title: MCP server is called over plain HTTP
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP07, "NIST-800-53:SC-8", "NIST-800-53:IA-3"]
references: ["https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"]
inputs: [machine.agents, repository.agents, mcp.servers]
key: []
detects: An enabled MCP server whose URL is http:// on another host than this one. High when a credential is handed to it.
why: >
  Everybody on the path reads the conversation and the token, and may answer in the server's place with tools and text that the agent obeys.
remediation: |
  Put TLS in front of {host} and change the URL of {name} in {path} to https (now `{url}`); then rotate what was sent in clear.
blind_spots: TLS that a local proxy or service mesh adds underneath.
false_positives: Loopback addresses are not reported. A private network is not trusted more than another.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://wiki.acme.internal:8080/mcp", auth: none}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://127.0.0.1:8931/mcp"}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://[::1]:7777/mcp"}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://wiki.acme.internal/mcp"}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/wiki", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, status: disabled, attrs: {transport: http, url: "http://wiki.acme.internal/mcp"}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['url'] AS url, regexp_extract(lower(i.attrs['url']), '^(http|ws)://([^/]+)', 2) AS host,
  coalesce(i.attrs['path'], 'its configuration') AS path, TRY_CAST(i.attrs['line'] AS BIGINT) AS line, i.attrs['auth'] AS auth, i.attrs['client'] AS client,
  CASE WHEN i.attrs['auth'] IN ('header', 'query', 'env', 'oauth') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type = 'mcp:server' AND i.status = 'active' AND regexp_matches(lower(i.attrs['url']), '^(http|ws)://')
  AND NOT regexp_matches(lower(i.attrs['url']), '^(http|ws)://(localhost|[^/:]*\.localhost|127\.[0-9.]+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(:[0-9]+)?(/|$)')
