/*
id: mcp_agent_exceeds_purpose
title: Agent may do more than its purpose needs
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: [OWASP-ASI-2026:ASI02, OWASP-MCP-2025:MCP02, "NIST-800-53:AC-6"]
inputs: [mcp.agents]
key: []
detects: |
  A registered agent whose tools weigh more than the access its own entry says its purpose needs: tools that write for a reader, tools that change
  permissions for a writer. High when it calls them without asking a person.
why: >
  What an agent may do beyond its purpose is what injected text will have it do.
remediation: |
  In {path} take {tools} out of the tools of {name} (its purpose: {purpose}), or have its sponsor {owner} raise `access` and say why; and let a person
  confirm such calls.
blind_spots: >
  Tools are weighed by the verbs in their names; agents whose entry states no access are not judged.
false_positives: >
  A tool with a harmless effect and a grave name.
bad:
  - identities: [{uid: "mcp:acme:agent/faq", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: faq, attrs: {access: read, path: agents.toml}}]
    grants: [{identity_uid: "mcp:acme:agent/faq", language: mcp, actions: [refund_order], resources: ["mcp:x:server/a"], privilege: write, attrs: {unasked: "true"}}]
  - identities: [{uid: "mcp:acme:agent/ops", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {access: write, path: agents.toml}}]
    grants: [{identity_uid: "mcp:acme:agent/ops", language: mcp, actions: [grant_role], resources: ["mcp:x:server/a"], privilege: permissions}]
good:
  - identities: [{uid: "mcp:acme:agent/faq", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {access: read, path: agents.toml}}]
    grants: [{identity_uid: "mcp:acme:agent/faq", language: mcp, actions: [get_order, list_orders], resources: ["mcp:x:server/a"], privilege: read}]
  - identities: [{uid: "mcp:acme:agent/refunds", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {access: write, path: agents.toml}}]
    grants: [{identity_uid: "mcp:acme:agent/refunds", language: mcp, actions: [refund_order], resources: ["mcp:x:server/a"], privilege: write, attrs: {unasked: "true"}}]
  - identities: [{uid: "mcp:acme:agent/x", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {path: agents.toml}}]  # says nothing of its access
    grants: [{identity_uid: "mcp:acme:agent/x", language: mcp, actions: [refund_order], resources: ["mcp:x:server/a"], privilege: write}]
  - identities: [{uid: "mcp:acme:agent/faq", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {access: read, path: agents.toml}}]
    grants: [{identity_uid: "mcp:acme:agent/faq", language: mcp, actions: [frobnicate], resources: ["mcp:x:server/a"], privilege: unknown}]
*/
WITH weights AS (SELECT * FROM (VALUES ('list', 1), ('read', 2), ('write', 3), ('permissions', 4), ('admin', 5)) AS w(level, weight))
SELECT i.uid AS identity, i.name, i.scope, i.attrs['path'] AS path, coalesce(i.attrs['purpose'], 'not stated') AS purpose, i.attrs['access'] AS access_it_needs,
  string_agg(DISTINCT array_to_string(g.actions, ', '), ', ' ORDER BY array_to_string(g.actions, ', ')) AS tools, coalesce(i.owner, 'not known') AS owner,
  CASE WHEN bool_or(g.attrs['unasked'] = 'true') OR max(held.weight) > 3 THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN weights needs ON needs.level = i.attrs['access']
JOIN grants g ON g.identity_uid = i.uid
JOIN weights held ON held.level = g.privilege
WHERE i.type = 'mcp:agent' AND i.provider = 'mcp' AND i.status = 'active' AND g.language = 'mcp' AND g.effect = 'allow'
  AND held.weight > greatest(needs.weight, 2)
GROUP BY i.uid, i.name, i.scope, i.attrs['path'], i.attrs['purpose'], i.attrs['access'], i.owner
