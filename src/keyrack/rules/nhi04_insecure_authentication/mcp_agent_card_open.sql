/*
id: mcp_agent_card_open
title: Agent takes tasks from anybody, by its own card
severity: medium
confidence: medium
owasp: NHI4:2025
frameworks: [OWASP-ASI-2026:ASI03, "NIST-800-53:IA-9"]
references: ["https://a2a-protocol.org/latest/specification/"]
inputs: [mcp.cards]
key: []
detects: >
  An agent card (A2A) that offers skills and states neither security schemes nor a security requirement.
why: >
  Clients follow the card; they send tasks without any token, and the agent works for whoever asks with its own rights.
remediation: |
  State `securitySchemes` and `security` in {card} (OAuth 2 or mutual TLS), and have {name} refuse tasks without a token.
blind_spots: >
  An agent may ask for a token although its card does not say so; no task is sent to see.
false_positives: >
  Public demonstration agents.
bad:
  - identities: [{uid: "mcp:agents.acme.example:agent/x", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: agents.acme.example, attrs: {card: "https://agents.acme.example/x", auth: none, tools: "book"}}]
good:
  - identities: [{uid: "mcp:agents.acme.example:agent/x", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: agents.acme.example, attrs: {card: "https://agents.acme.example/x", auth: oauth, tools: "book"}}]
  - identities: [{uid: "mcp:agents.acme.example:agent/x", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: agents.acme.example, attrs: {card: "https://agents.acme.example/x", auth: none}}]  # it offers nothing
  - identities: [{uid: "machine:laptop:agent/cursor", kind: ai_agent, type: "mcp:agent", provider: machine, scope: laptop, attrs: {client: cursor}}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['card'] AS card, i.attrs['tools'] AS skills, i.vendor, i.attrs['signed'] AS card_is_signed
FROM identities i
WHERE i.type = 'mcp:agent' AND i.attrs['card'] IS NOT NULL AND i.attrs['auth'] = 'none' AND i.attrs['tools'] IS NOT NULL AND i.status = 'active'
