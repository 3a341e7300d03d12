/*
id: mcp_tool_shadowed
title: Third party's tool has the name of a tool of one's own
severity: medium
confidence: medium
owasp: NHI3:2025
frameworks: [OWASP-MCP-2025:MCP03, OWASP-ASI-2026:ASI04]
inputs: [mcp.servers, mcp.agents]
key: [tool, other_server]
detects: >
  An agent that uses two MCP servers which list a tool of the same name, one of them a third party's and the other not. High when the tool writes.
why: >
  Clients tell tools apart by name. The model, or the client that merges the lists, may call the stranger's tool with the data meant for one's own.
remediation: |
  Let {agent} use only one of {server} and {other_server}, or have its client prefix tools with the server's name; ask the vendor of {server} why it offers `{tool}`.
blind_spots: >
  Names that differ by a letter; agents that are not in the registry; clients that prefix by themselves.
false_positives: >
  Common names such as `search` where the client prefixes tools.
bad:
  - identities:
      - {uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: a}
      - {uid: "mcp:mcp.acme.example:server/pay", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example, name: pay}
      - {uid: "mcp:mcp.vendor.example:server/x", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, name: x, third_party: true}
    trusts:
      - {identity_uid: "mcp:mcp.acme.example:server/pay", subject: "mcp:acme:agent/a", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "mcp:mcp.vendor.example:server/x", subject: "mcp:acme:agent/a", subject_kind: identity, mechanism: "mcp:launch"}
    resources:
      - {uid: "mcp:mcp.acme.example:tool/pay#transfer", type: "mcp:tool", name: transfer, attrs: {server: "mcp:mcp.acme.example:server/pay", writes: "true"}}
      - {uid: "mcp:mcp.vendor.example:tool/x#transfer", type: "mcp:tool", name: transfer, attrs: {server: "mcp:mcp.vendor.example:server/x", writes: "true"}}
good:
  - identities:  # both its own
      - {uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme}
      - {uid: "mcp:mcp.acme.example:server/pay", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}
      - {uid: "mcp:mcp.acme.example:server/ship", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}
    trusts:
      - {identity_uid: "mcp:mcp.acme.example:server/pay", subject: "mcp:acme:agent/a", subject_kind: identity, mechanism: "mcp:launch"}
      - {identity_uid: "mcp:mcp.acme.example:server/ship", subject: "mcp:acme:agent/a", subject_kind: identity, mechanism: "mcp:launch"}
    resources:
      - {uid: "mcp:mcp.acme.example:tool/pay#get", type: "mcp:tool", name: get, attrs: {server: "mcp:mcp.acme.example:server/pay"}}
      - {uid: "mcp:mcp.acme.example:tool/ship#get", type: "mcp:tool", name: get, attrs: {server: "mcp:mcp.acme.example:server/ship"}}
  - identities:  # no agent uses both
      - {uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme}
      - {uid: "mcp:mcp.acme.example:server/pay", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.acme.example}
      - {uid: "mcp:mcp.vendor.example:server/x", kind: ai_agent, type: "mcp:server", provider: mcp, scope: mcp.vendor.example, third_party: true}
    trusts: [{identity_uid: "mcp:mcp.vendor.example:server/x", subject: "mcp:acme:agent/a", subject_kind: identity, mechanism: "mcp:launch"}]
    resources:
      - {uid: "mcp:mcp.acme.example:tool/pay#transfer", type: "mcp:tool", name: transfer, attrs: {server: "mcp:mcp.acme.example:server/pay"}}
      - {uid: "mcp:mcp.vendor.example:tool/x#transfer", type: "mcp:tool", name: transfer, attrs: {server: "mcp:mcp.vendor.example:server/x"}}
*/
WITH used AS (
  SELECT t.subject AS agent_uid, s.uid AS server_uid, s.name AS server, s.third_party, r.name AS tool, r.attrs['writes'] AS writes
  FROM trusts t
  JOIN identities s ON s.uid = t.identity_uid
  JOIN resources r ON r.attrs['server'] = s.uid
  WHERE t.mechanism = 'mcp:launch' AND r.type = 'mcp:tool' AND s.status = 'active'
)
SELECT theirs.server_uid AS identity, theirs.tool, ours.server_uid AS other_server, min(theirs.server) AS server, min(a.name) AS agent, count(DISTINCT a.uid) AS agents,
  CASE WHEN max(ours.writes) = 'true' OR max(theirs.writes) = 'true' THEN 'high' ELSE 'medium' END AS severity
FROM used theirs
JOIN used ours ON ours.agent_uid = theirs.agent_uid AND ours.tool = theirs.tool AND ours.server_uid <> theirs.server_uid
JOIN identities a ON a.uid = theirs.agent_uid
WHERE theirs.third_party AND NOT ours.third_party AND a.status = 'active'
GROUP BY theirs.server_uid, theirs.tool, ours.server_uid
