/*
id: mcp_server_open
title: MCP server shows its tools to anybody
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP07, "NIST-800-53:IA-9", "NIST-800-53:AC-14"]
references: ["https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"]
inputs: [mcp.servers]
key: []
detects: |
  A live MCP server that listed its tools without a token. High when tools among them change things; low when it asks for a token elsewhere, so
  that only the lists are open. Servers on this machine are not reported.
why: >
  Whoever reaches the address can most likely call them too, as nobody in particular; nothing can be cut off, and no log says who it was.
remediation: |
  Put authorization in front of {url}: protected resource metadata (RFC 9728) and a token check for its own audience, as the specification asks; until
  then let only the network of its agents reach it.
blind_spots: >
  No tool is called, so whether calls are refused is not known; a network that only agents reach looks the same from inside it.
false_positives: >
  Public, read-only documentation servers; except them.
bad:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, attrs: {url: "https://mcp.acme.example/a", open: lists, tools_listed: "4", writing_listed: "2"}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/b", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, attrs: {url: "https://mcp.acme.example/b", open: lists, auth: oauth, tools_listed: "1"}}]
good:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, attrs: {url: "https://mcp.acme.example/a", open: handshake, auth: oauth}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, attrs: {url: "https://mcp.acme.example/a", open: lists}}]  # it has no tools
  - identities: [{uid: "mcp:127.0.0.1:9000:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: "127.0.0.1:9000", attrs: {url: "http://127.0.0.1:9000/a", open: lists, tools_listed: "4"}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['url'] AS url, i.attrs['tools_listed'] AS tools, coalesce(i.attrs['writing_listed'], '0') AS tools_that_write,
  i.attrs['auth'] AS asks_elsewhere_for, i.attrs['software'] AS software, i.attrs['cors'] AS readable_by_web_pages,
  CASE WHEN i.attrs['auth'] IS NOT NULL THEN 'low' WHEN TRY_CAST(i.attrs['writing_listed'] AS BIGINT) > 0 THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type = 'mcp:server' AND i.provider = 'mcp' AND i.attrs['open'] = 'lists' AND TRY_CAST(i.attrs['tools_listed'] AS BIGINT) > 0
  AND NOT regexp_matches(lower(i.attrs['url']), '^https?://(localhost|[^/:]*\.localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$)')
