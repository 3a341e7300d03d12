/*
id: mcp_agent_without_sponsor
title: Registered agent has no sponsor
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: [OWASP-ASI-2026:ASI03, "NIST-800-53:AC-2", "CSF-2.0:ID.AM-08"]
inputs: [mcp.agents]
key: []
detects: |
  An active agent of the registry for which neither the registry nor anything else names a sponsor, owner or team. High when it may write.
why: >
  An agent decides by itself what to do with its rights. Without a person who answers for its purpose nobody notices when that is over, and nobody is asked before it is widened.
remediation: |
  Ask who runs {name} ({framework} in {scope}) and write `sponsor = "person@..."` into its entry in {path}. If nobody answers, set
  `status = "disabled"` there, revoke its credentials, and remove it after a month.
blind_spots: >
  Agents that nobody registered; a sponsor who is named and never heard of it.
false_positives: >
  An agent whose card names a vendor and that the registry lists for information only; set its vendor.
bad:
  - identities: [{uid: "mcp:acme:agent/triage", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: triage, attrs: {path: agents.toml, framework: langgraph}}]
good:
  - identities: [{uid: "mcp:acme:agent/triage", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: triage, attrs: {path: agents.toml}}]
    ownership: [{identity_uid: "mcp:acme:agent/triage", owner: ann@acme.example, evidence: sponsor}]
  - identities: [{uid: "mcp:acme:agent/triage", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, status: disabled, attrs: {path: agents.toml}}]
  - identities: [{uid: "mcp:acme:agent/helper", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, third_party: true, vendor: Helper Inc, attrs: {path: agents.toml}}]
  - identities: [{uid: "mcp:agents.vendor.example:agent/", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: agents.vendor.example, attrs: {card: "https://agents.vendor.example/x"}}]  # a card: no registry speaks for it
  - identities: [{uid: "mcp:acme:agent/old", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {path: agents.toml}}]  # owner_gone reports it
    ownership: [{identity_uid: "mcp:acme:agent/old", owner: left@acme.example, evidence: sponsor}]
    people: [{uid: left@acme.example, name: Left, status: gone}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['path'] AS path, coalesce(i.attrs['framework'], 'framework not stated') AS framework, i.attrs['model'] AS model,
  i.attrs['purpose'] AS purpose, i.created_by, i.created_at, p.privilege,
  CASE WHEN p.privilege IN ('write', 'permissions', 'admin') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'mcp:agent' AND i.provider = 'mcp' AND i.attrs['path'] IS NOT NULL AND i.status = 'active' AND NOT i.third_party AND i.owner_status = 'none'
