/*
id: mcp_tool_changed
title: Tool of an MCP server reads otherwise than before
severity: medium
confidence: high
owasp: NHI3:2025
frameworks: [OWASP-MCP-2025:MCP03, OWASP-ASI-2026:ASI04, "NIST-800-53:SI-7"]
inputs: [mcp.servers]
key: [tool]
detects: |
  A tool whose name, title, description, schema or annotations changed within thirty days, by the hash Keyrack keeps from scan to scan. High when the new text
  hides something or orders the model about, or when it is a third party's server and the tool writes; low on a server of one's own.
why: >
  People approved the tool by its old description. A new one reaches every agent at once, unasked ("rug pull"), and models obey it.
remediation: |
  Compare the description of {tool} at {server} with the release notes of {software} {version}, and with what was approved. If the change was meant, except
  this finding until {changed_at} plus thirty days; if not, take the server out of every agent's configuration and rotate what it was handed.
blind_spots: >
  What changed between two scans and back; what the tool does; tools beyond the first 5,000 of a server.
false_positives: >
  Every release that improves a description; that is what the review is for.
bad:
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, third_party: true}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#send", type: "mcp:tool", name: send, attrs: {server: "mcp:mcp.vendor.example:server/a", hash: bb, previous_hash: aa, changed_at: "2026-10-30", writes: "true"}}]
good:
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#send", type: "mcp:tool", name: send, attrs: {server: "mcp:mcp.vendor.example:server/a", hash: bb}}]
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example}]
    resources: [{uid: "mcp:mcp.vendor.example:tool/a#new", type: "mcp:tool", name: new, attrs: {server: "mcp:mcp.vendor.example:server/a", hash: bb, added: "true"}}]  # a new tool is no changed one
  - identities: [{uid: "mcp:mcp.vendor.example:server/a", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example}]
    resources: [{uid: "mcp:mcp.vendor.example:prompt/a#p", type: "mcp:prompt", name: p, attrs: {server: "mcp:mcp.vendor.example:server/a", hash: bb, previous_hash: aa}}]  # a person picks prompts
*/
SELECT i.uid AS identity, r.name AS tool, i.name AS server, i.scope, i.vendor, coalesce(i.attrs['software'], 'its software') AS software,
  coalesce(i.attrs['version'], '') AS version, r.attrs['previous_hash'] AS hash_before, r.attrs['hash'] AS hash_now, r.attrs['changed_at'] AS changed_at,
  r.attrs['description'] AS description, r.attrs['suspicious'] AS hides,
  CASE WHEN r.attrs['suspicious'] IS NOT NULL OR (i.third_party AND r.attrs['writes'] = 'true') THEN 'high' WHEN i.third_party THEN 'medium' ELSE 'low' END AS severity
FROM resources r
JOIN identities i ON i.uid = r.attrs['server']
WHERE r.type = 'mcp:tool' AND r.attrs['previous_hash'] IS NOT NULL AND i.status = 'active'
