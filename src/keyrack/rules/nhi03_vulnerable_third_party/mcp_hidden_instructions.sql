/*
id: mcp_hidden_instructions
title: Text that models read hides characters or gives orders
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: [OWASP-MCP-2025:MCP03, OWASP-ASI-2026:ASI01, "NIST-800-53:SI-10"]
inputs: [mcp.servers, mcp.cards]
key: [shown]
detects: |
  Invisible characters, markup meant to be overlooked, or orders to the model ("do not tell the user", "read ~/.ssh/id_rsa") in what an MCP server
  lists, in its instructions, or in an agent card. Words in quotes are taken as examples.
why: >
  Clients hand these texts to the model as if their owner had written them. A tool need not be called to do harm: listing it is enough.
remediation: |
  Read {shown} of {server} as bytes (`{hides}`). Take the server out of agents' configurations until its maker explains it; then look through the
  transcripts of agents that listed it for what they did next.
blind_spots: >
  Orders in plain, polite words; other languages than English; what tools return.
false_positives: |
  Security tools that describe attacks without quoting them. Emoji joined by zero-width joiners, flags of regions and right-to-left marks in
  right-to-left text are known and not reported.
bad:
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, name: a}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#add", type: "mcp:tool", name: add, attrs: {server: "mcp:mcp.vendor.example:server/a", suspicious: "hidden-text,instruction"}}]
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, attrs: {instructions: instruction}}]
  - identities: [{uid: "mcp:agents.vendor.example:agent/", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: agents.vendor.example, attrs: {suspicious: hidden-markup}}]
good:
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#add", type: "mcp:tool", name: add, attrs: {server: "mcp:mcp.vendor.example:server/a", description: "Adds two numbers."}}]
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, status: disabled}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#add", type: "mcp:tool", name: add, attrs: {server: "mcp:mcp.vendor.example:server/a", suspicious: hidden-text}}]
*/
WITH read AS (
  SELECT r.attrs['server'] AS uid, r.name AS shown, r.attrs['suspicious'] AS hides, r.attrs['description'] AS description
  FROM resources r WHERE r.type IN ('mcp:tool', 'mcp:prompt', 'mcp:resource', 'mcp:template') AND r.attrs['suspicious'] IS NOT NULL
  UNION ALL
  SELECT i.uid, 'its instructions', i.attrs['instructions'], CAST(NULL AS VARCHAR) FROM identities i WHERE i.type = 'mcp:server' AND i.attrs['instructions'] IS NOT NULL
  UNION ALL
  SELECT i.uid, 'its agent card', i.attrs['suspicious'], i.attrs['purpose'] FROM identities i WHERE i.type = 'mcp:agent' AND i.attrs['suspicious'] IS NOT NULL
)
SELECT i.uid AS identity, d.shown, i.name AS server, i.scope, i.vendor, d.hides, d.description,
  CASE WHEN d.hides LIKE 'hidden-text%' OR d.hides LIKE '%,%' THEN 'high' ELSE 'medium' END AS confidence
FROM read d
JOIN identities i ON i.uid = d.uid
WHERE i.status = 'active'
