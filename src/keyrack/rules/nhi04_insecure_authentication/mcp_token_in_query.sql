/*
id: mcp_token_in_query
title: MCP server is authenticated by a token in its URL
severity: high
confidence: high
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP01, OWASP-MCP-2025:MCP07, "NIST-800-53:IA-5(1)"]
references: ["https://www.rfc-editor.org/rfc/rfc6750#section-2.3"]
inputs: [machine.agents, repository.agents]
key: []
detects: An MCP server that is handed its credential in the query string of its URL, by value or by reference.
why: >
  URLs are logged by proxies, servers and clients, and passed on as referrers. The MCP specification forbids it: access tokens must not be
  in the query string.
remediation: |
  Configure {name} in {path} to send an Authorization header, or sign in by OAuth; then rotate the token, which must be taken as logged.
blind_spots: Tokens in path segments are reported by secret_in_agent_arguments only.
false_positives: None known.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/continue/crm", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://crm.vendor.example/mcp", auth: query}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/continue/crm", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://crm.vendor.example/mcp", auth: header}}]
  - identities: [{uid: "machine:laptop:mcp-server/continue/crm", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, status: disabled, attrs: {transport: http, url: "https://crm.vendor.example/mcp", auth: query}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['url'] AS url_without_query, coalesce(i.attrs['path'], 'its configuration') AS path,
  TRY_CAST(i.attrs['line'] AS BIGINT) AS line, i.attrs['client'] AS client
FROM identities i
WHERE i.type = 'mcp:server' AND i.status = 'active' AND i.attrs['auth'] = 'query'
