/*
id: mcp_tools_auto_approved
title: All tools of an MCP server run without asking
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: [OWASP-MCP-2025:MCP02, OWASP-ASI-2026:ASI02, "NIST-800-53:AC-6"]
inputs: [machine.agents, repository.agents]
key: []
detects: An enabled MCP server every tool of which its agent may call unasked, including tools that the server adds later. High when it holds credentials.
why: A server's next version, or text that reaches the agent, decides what is done with the credentials; nobody is asked.
remediation: |
  In {path} approve the reading tools of {name} by name and let the agent ask for the others.
blind_spots: What the tools do.
false_positives: Servers that can only read, such as documentation search.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {tools: "*"}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {tools: "search_issues,get_file"}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, status: disabled, attrs: {tools: "*"}}]
*/
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.attrs['path'], 'its configuration') AS path, i.attrs['client'] AS client, i.attrs['url'] AS url,
  i.attrs['package'] AS package, CASE WHEN i.usable_credentials > 0 OR i.attrs['auth'] IN ('env', 'header', 'oauth', 'query') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type = 'mcp:server' AND i.status = 'active' AND i.attrs['tools'] = '*'
