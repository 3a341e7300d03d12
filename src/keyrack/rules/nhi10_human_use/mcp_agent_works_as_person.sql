/*
id: mcp_agent_works_as_person
title: Agent works under a person's account
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: [OWASP-ASI-2026:ASI03, "NIST-800-53:IA-2", "NIST-800-53:AU-10"]
inputs: [mcp.agents]
key: []
detects: |
  An active agent of the registry whose entry says that it runs as a person, or that holds a credential which its entry calls a person's. High when that
  person has left, or when the agent may write.
why: >
  What the agent does is logged as the person's act, with all of the person's rights; when the person leaves, either the agent breaks or the account stays.
remediation: |
  Give {name} an identity of its own (a service account, or an agent identity with {person} as sponsor) with the rights its purpose needs, and take the
  person's credential out of it.
blind_spots: >
  Agents that borrow a person's session without saying so in the registry.
false_positives: >
  An assistant that acts for one person while that person watches, with tokens issued on behalf of the person to the agent (RFC 8693).
bad:
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: mail, attrs: {runs_as: ann@acme.example, path: agents.toml}}]
    people: [{uid: ann@acme.example, name: Ann}]
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: mail, attrs: {path: agents.toml}}]
    credentials: [{uid: "cred:at:x", kind: api_token, issuer: github, attrs: {person: ann@acme.example, referenced: "true"}}]
    placements: [{credential_uid: "cred:at:x", system: vault, path: "vault:x", consumer_uid: "mcp:acme:agent/mail", detector: agent-registry, attrs: {referenced: "true"}}]
good:
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {runs_as: svc-mail@acme.example, path: agents.toml}}]
    people: [{uid: ann@acme.example, name: Ann}]
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, status: disabled, attrs: {runs_as: ann@acme.example, path: agents.toml}}]
    people: [{uid: ann@acme.example, name: Ann}]
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {path: agents.toml}}]
    ownership: [{identity_uid: "mcp:acme:agent/mail", owner: ann@acme.example, evidence: sponsor}]
    people: [{uid: ann@acme.example, name: Ann}]
  - identities: [{uid: "mcp:acme:agent/mail", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, attrs: {path: agents.toml}}]  # agent_holds_human_token speaks of values that were seen
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, attrs: {person: ann@acme.example}}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: agents.toml, consumer_uid: "mcp:acme:agent/mail", detector: agent-registry}]
*/
WITH said AS (
  SELECT i.uid, lower(i.attrs['runs_as']) AS person, 'runs as' AS how_known FROM identities i
  JOIN people p ON p.uid = lower(i.attrs['runs_as'])
  WHERE i.type = 'mcp:agent' AND i.provider = 'mcp'
  UNION ALL
  SELECT p.consumer_uid, c.attrs['person'], 'holds ' || c.name FROM placements p
  JOIN credentials c ON c.uid = p.credential_uid
  WHERE p.detector = 'agent-registry' AND p.attrs['referenced'] = 'true' AND c.attrs['person'] IS NOT NULL AND c.usable
)
SELECT i.uid AS identity, min(i.name) AS name, min(i.scope) AS scope, min(i.attrs['path']) AS path, min(s.person) AS person, min(s.how_known) AS how_known,
  bool_or(who.status = 'gone') AS person_has_left,
  CASE WHEN bool_or(coalesce(who.status, '') = 'gone') OR min(v.privilege) IN ('write', 'permissions', 'admin') THEN 'high' ELSE 'medium' END AS severity
FROM said s
JOIN identities i ON i.uid = s.uid
LEFT JOIN people who ON who.uid = s.person
LEFT JOIN privileges v ON v.identity_uid = i.uid
WHERE i.status = 'active'
GROUP BY i.uid
