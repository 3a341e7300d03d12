/*
id: mcp_secret_in_listing
title: MCP server shows a secret in its tools, prompts or resources
severity: high
confidence: high
owasp: NHI2:2025
frameworks: [OWASP-MCP-2025:MCP01, "NIST-800-53:IA-5(7)"]
inputs: [mcp.servers]
key: [credential]
detects: >
  A token of a known form in the name, description, schema, default or example of something an MCP server lists. Critical when the list is open to anybody.
why: >
  Every client reads the list, every model gets it as text, and every transcript keeps it.
remediation: |
  Take the value out of {shown} at {server}, revoke it at {issuer} today, and read that service's log for its use since the tool was published.
blind_spots: >
  Values that only their name makes suspicious; what tools return when called.
false_positives: >
  Samples of the right form; placeholders and repeated characters are not reported.
bad:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, exposure: public, path: "mcp:mcp.acme.example:tool/a#search", detector: mcp-listing, attrs: {server: "mcp:mcp.acme.example:server/a"}}]
good:
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, status: revoked}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, path: "mcp:mcp.acme.example:tool/a#search", detector: mcp-listing, attrs: {server: "mcp:mcp.acme.example:server/a"}}]
  - identities: [{uid: "mcp:mcp.acme.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, attrs: {placeholder: sample words}}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, path: "mcp:mcp.acme.example:tool/a#search", detector: mcp-listing, attrs: {server: "mcp:mcp.acme.example:server/a"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]  # another system's setting
    placements: [{credential_uid: "cred:fp:1", system: app_setting, path: "azure:/sites/x", detector: entra}]
*/
SELECT i.uid AS identity, p.credential_uid AS credential, min(i.name) AS server, min(p.path) AS shown, min(c.issuer) AS issuer, min(c.kind) AS kind,
  min(c.name) AS name, count(*) AS places, CASE WHEN bool_or(p.exposure = 'public') THEN 'critical' ELSE 'high' END AS severity
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
JOIN identities i ON i.uid = p.attrs['server']
WHERE p.detector = 'mcp-listing' AND c.usable AND c.attrs['placeholder'] IS NULL AND c.attrs['public'] IS NULL
GROUP BY i.uid, p.credential_uid
