/*
id: mcp_weak_sign_in
title: Authorization server of an MCP server is weaker than it could be
severity: low
confidence: medium
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP07, "NIST-800-53:IA-5"]
references: ["https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/client-registration", "https://www.rfc-editor.org/rfc/rfc9207"]
inputs: [mcp.authorization]
key: [authorization_server, weakness]
detects: |
  Dynamic client registration without Client ID Metadata Documents beside it (deprecated since 2026-07-28), or no advertised `iss` in authorization
  responses (RFC 9207), which the specification asks for and will require.
why: |
  Dynamic registration lets anybody make a client with any name and any redirect; the consent page then lends it the server's good name. Without `iss` a
  client that knows two authorization servers can be made to send the code of one to the other (mix-up).
remediation: |
  At {authorization_server}: {how}
blind_spots: >
  Whether registration wants an initial access token is not tried, for it would create a client.
false_positives: >
  Registration behind an initial access token.
bad:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:authorization-server/a#x", type: "mcp:authorization-server", name: "https://id.acme.example", attrs: {server: "mcp:mcp.acme.example:server/a", registration: dynamic, iss: "true"}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:authorization-server/a#x", type: "mcp:authorization-server", name: "https://id.acme.example", attrs: {server: "mcp:mcp.acme.example:server/a", registration: documents, iss: "false"}}]
good:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:authorization-server/a#x", type: "mcp:authorization-server", name: "https://id.acme.example", attrs: {server: "mcp:mcp.acme.example:server/a", registration: "documents,dynamic", iss: "true"}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:authorization-server/a#x", type: "mcp:authorization-server", name: "https://id.acme.example", attrs: {server: "mcp:mcp.acme.example:server/a", registration: none, iss: "true"}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:authorization-server/a#x", type: "mcp:authorization-server", name: "https://id.acme.example", attrs: {server: "mcp:mcp.acme.example:server/a"}}]  # its metadata was not read
*/
WITH weak AS (
  SELECT r.attrs['server'] AS server_uid, r.name, 'dynamic registration' AS weakness,
    'support Client ID Metadata Documents, then switch dynamic registration off or ask it for an initial access token.' AS how
  FROM resources r WHERE r.type = 'mcp:authorization-server' AND r.attrs['registration'] = 'dynamic'
  UNION ALL
  SELECT r.attrs['server'], r.name, 'no iss', 'send `iss` in authorization responses and set authorization_response_iss_parameter_supported.'
  FROM resources r WHERE r.type = 'mcp:authorization-server' AND r.attrs['iss'] = 'false'
)
SELECT i.uid AS identity, w.name AS authorization_server, w.weakness, i.name, i.scope, i.attrs['url'] AS url, w.how
FROM weak w
JOIN identities i ON i.uid = w.server_uid
WHERE i.status = 'active'
