/*
id: mcp_requirement_broken
title: MCP server breaks a security requirement of the specification
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: [OWASP-MCP-2025:MCP07, "NIST-800-53:IA-5", "NIST-800-53:SC-23"]
references: ["https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/security-considerations"]
inputs: [mcp.servers, mcp.authorization]
key: [requirement]
detects: |
  A MUST of the specification 2026-07-28 on tokens, their audience, metadata, authorization servers or the Origin header, seen broken on a live server. High
  where a wrong token opens it, a token travels in the query string, or the authorization server offers passwords or no PKCE.
why: >
  Clients rely on these: a token for another service, a code caught on its way, or a web page on the inside network would otherwise open the server.
remediation: |
  {how} Seen: {evidence}. The whole table is in docs/mcp-conformance.md; scan again afterwards.
blind_spots: >
  Requirements that only a sign-in or a tool call shows are listed as not observable, not as passed.
false_positives: >
  A gateway that answers in the server's place; then it is the gateway to correct.
bad:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:must/a#token-audience", type: "mcp:must", name: token-audience, attrs: {server: "mcp:mcp.acme.example:server/a", verdict: fail, evidence: accepted}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:must/a#as-pkce", type: "mcp:must", name: as-pkce, attrs: {server: "mcp:mcp.acme.example:server/a", verdict: fail, evidence: no method}}]
good:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:must/a#token-audience", type: "mcp:must", name: token-audience, attrs: {server: "mcp:mcp.acme.example:server/a", verdict: not observable}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:must/a#method-unknown", type: "mcp:must", name: method-unknown, attrs: {server: "mcp:mcp.acme.example:server/a", verdict: fail}}]  # manners, not security
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    resources: [{uid: "mcp:mcp.acme.example:must/a#as-pkce", type: "mcp:must", name: as-pkce, attrs: {server: "mcp:mcp.acme.example:server/a", verdict: pass}}]
*/
WITH advice AS (
  SELECT * FROM (VALUES
    ('token-checked', 'high', 'Verify signature, issuer, expiry and audience of every token before anything else; answer 401 otherwise.'),
    ('token-audience', 'high', 'Accept only tokens whose audience is this server''s own URL (RFC 8707, RFC 9068 section 4).'),
    ('token-not-in-query', 'high', 'Read tokens from the Authorization header only, take `query` out of bearer_methods_supported, and rotate what was logged.'),
    ('as-pkce', 'high', 'Have the authorization server require PKCE with S256 and say so in code_challenge_methods_supported; clients must refuse it until then.'),
    ('as-oauth21', 'high', 'Switch the implicit and password grants off at the authorization server.'),
    ('as-https', 'high', 'Serve every endpoint of the authorization server over https.'),
    ('as-issuer', 'medium', 'Make the issuer in the metadata the URL that the server''s resource metadata names, to the letter.'),
    ('as-discovery', 'medium', 'Publish RFC 8414 or OpenID Connect metadata at the well-known address of the issuer.'),
    ('origin-checked', 'medium', 'Answer 403 to any Origin that is not on a list of its own web clients.'),
    ('resource-metadata', 'medium', 'Publish RFC 9728 metadata and name it in the 401 challenge (resource_metadata).'),
    ('resource-metadata-https', 'medium', 'Serve the resource metadata over https.'),
    ('resource-metadata-servers', 'medium', 'Name the authorization server in authorization_servers.'),
    ('resource-metadata-matches', 'medium', 'Make `resource` in the metadata the URL clients use.'),
    ('unauthorized-status', 'low', 'Answer 401, not 403, to callers without a token.'),
    ('unauthorized-challenge', 'low', 'Send WWW-Authenticate: Bearer with every 401.')
  ) AS known(name, severity, how)
)
SELECT i.uid AS identity, r.name AS requirement, i.name, i.scope, i.attrs['url'] AS url, r.attrs['requirement'] AS asks, r.attrs['section'] AS section,
  r.attrs['evidence'] AS evidence, a.severity, a.how
FROM resources r
JOIN advice a ON a.name = r.name
JOIN identities i ON i.uid = r.attrs['server']
WHERE r.type = 'mcp:must' AND r.attrs['verdict'] = 'fail' AND i.status = 'active'
