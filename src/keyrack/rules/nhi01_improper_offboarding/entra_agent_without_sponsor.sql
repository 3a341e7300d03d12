/*
id: entra_agent_without_sponsor
title: AI agent of Entra has no sponsor
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:GV.RR-02", "OWASP-ASI:ASI03"]
references: ["https://learn.microsoft.com/entra/agent-id/identity-platform/agent-owners-sponsors-managers"]
inputs: [entra.agents, entra.service_principals, any.ownership]
key: []
detects: >
  An active agent identity, or blueprint of agents, without a sponsor. Entra asks for one when an agent is made, so a missing one was lost
  since: the sponsor was deleted, or the agent came from a script. High when it holds rights to change things.
why: The sponsor answers for what the agent does and decides when it ends. Without one nobody is asked, and it runs on.
remediation: |
  Find who uses {name} ({hint}), then add a sponsor: `POST /{collection}/{object_id}/microsoft.graph.{kind}/sponsors/$ref` of Microsoft Graph.
  If nobody answers, disable it (`accountEnabled` false) and delete it after a month.
blind_spots: Agents that sign in as ordinary applications; sponsors that are groups without a mailbox.
false_positives: Agents whose owner is attested in Keyrack are left out. Where every sponsor has left, owner_gone says so instead.
bad:
  - identities: [{uid: "entra:t:agent/a", type: "entra:agent-identity", kind: ai_agent, provider: entra}]
  - identities: [{uid: "entra:t:agent/a", type: "entra:agent-identity", kind: ai_agent, provider: entra}]  # an owner may change it, and answers for nothing
    ownership: [{identity_uid: "entra:t:agent/a", owner: "anna@x.example", evidence: owner}]
good:
  - identities: [{uid: "entra:t:agent/a", type: "entra:agent-identity", kind: ai_agent, provider: entra}]
    ownership: [{identity_uid: "entra:t:agent/a", owner: "anna@x.example", evidence: sponsor}]
  - identities: [{uid: "entra:t:agent/a", type: "entra:agent-identity", kind: ai_agent, provider: entra, status: disabled}]
  - identities: [{uid: "entra:t:agent/a", type: "entra:agent-identity", kind: ai_agent, provider: entra}]  # owner_gone's
    ownership: [{identity_uid: "entra:t:agent/a", owner: "olof@x.example", evidence: sponsor}]
    people: [{uid: "olof@x.example", name: Olof, status: gone}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
*/
SELECT i.uid AS identity, i.name, i.type, i.scope AS tenant, i.attrs['blueprint'] AS blueprint, coalesce(p.privilege, 'none stated') AS privilege,
  i.last_used_at, i.owner,
  CASE WHEN i.type = 'entra:agent-blueprint' THEN coalesce(i.attrs['application'], regexp_extract(i.uid, '/([^/]+)$', 1)) ELSE regexp_extract(i.uid, '/([^/]+)$', 1) END AS object_id,
  CASE WHEN i.type = 'entra:agent-blueprint' THEN 'applications' ELSE 'servicePrincipals' END AS collection,
  CASE WHEN i.type = 'entra:agent-blueprint' THEN 'agentIdentityBlueprint' ELSE 'agentIdentity' END AS kind,
  coalesce('owned by ' || i.owner, 'made from ' || i.attrs['blueprint'], 'its sign-in log names what it called') AS hint,
  CASE WHEN p.privilege IN ('admin', 'permissions', 'write') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type IN ('entra:agent-identity', 'entra:agent-blueprint') AND i.status IN ('active', 'unknown') AND i.owner_status <> 'gone'
  AND NOT regexp_matches(coalesce(i.owner_evidence, ''), '^(sponsor|attested):')
