/*
id: mcp_agent_credential_shared
title: Several agents sign in with one credential
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: [OWASP-ASI-2026:ASI03, "NIST-800-53:IA-4", "NIST-800-53:AC-6"]
inputs: [mcp.agents]
key: [credential]
detects: >
  One credential - the same public id, or the same reference to a vault, variable or file - that two or more active agents of the registry name. High from three on, or across environments.
why: >
  The log of the service cannot tell the agents apart, each has the rights of all, and cutting one off cuts off the others.
remediation: |
  Give each of {agents} a credential of its own for {issuer}, with the rights of that agent only, and revoke {name}.
blind_spots: >
  Two references that lead to one value are one only where the vault shows its fingerprint.
false_positives: >
  Replicas of one agent that are registered one by one.
bad:
  - identities: [{uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: a}, {uid: "mcp:acme:agent/b", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: b}]
    credentials: [{uid: "cred:at:vault:secret/gh/x", kind: secret, issuer: github, attrs: {referenced: "true"}}]
    placements:
      - {credential_uid: "cred:at:vault:secret/gh/x", system: vault, path: "vault:secret/gh", consumer_uid: "mcp:acme:agent/a", detector: agent-registry}
      - {credential_uid: "cred:at:vault:secret/gh/x", system: vault, path: "vault:secret/gh", consumer_uid: "mcp:acme:agent/b", detector: agent-registry}
good:
  - identities: [{uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: a}, {uid: "mcp:acme:agent/b", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: b, status: disabled}]
    credentials: [{uid: "cred:at:vault:secret/gh/x", kind: secret, issuer: github}]
    placements:
      - {credential_uid: "cred:at:vault:secret/gh/x", system: vault, path: "vault:secret/gh", consumer_uid: "mcp:acme:agent/a", detector: agent-registry}
      - {credential_uid: "cred:at:vault:secret/gh/x", system: vault, path: "vault:secret/gh", consumer_uid: "mcp:acme:agent/b", detector: agent-registry}
  - identities: [{uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: a}, {uid: "mcp:acme:agent/b", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: b}]
    credentials: [{uid: "cred:at:vault:secret/a/x", kind: secret, issuer: github}, {uid: "cred:at:vault:secret/b/x", kind: secret, issuer: github}]
    placements:
      - {credential_uid: "cred:at:vault:secret/a/x", system: vault, path: "vault:secret/a", consumer_uid: "mcp:acme:agent/a", detector: agent-registry}
      - {credential_uid: "cred:at:vault:secret/b/x", system: vault, path: "vault:secret/b", consumer_uid: "mcp:acme:agent/b", detector: agent-registry}
  - identities: [{uid: "mcp:acme:agent/a", kind: ai_agent, type: "mcp:agent", provider: mcp, scope: acme, name: a}]
    credentials: [{uid: "cred:at:vault:secret/gh/x", kind: secret, issuer: github}]
    placements:  # one agent, named twice
      - {credential_uid: "cred:at:vault:secret/gh/x", system: vault, path: "vault:secret/gh", consumer_uid: "mcp:acme:agent/a", detector: agent-registry}
      - {credential_uid: "cred:at:vault:secret/gh/x", system: env, path: "env:GH", consumer_uid: "mcp:acme:agent/a", detector: agent-registry}
*/
SELECT CAST(NULL AS VARCHAR) AS identity, p.credential_uid AS credential, min(c.name) AS name, min(c.issuer) AS issuer, count(DISTINCT i.uid) AS number_of_agents,
  string_agg(DISTINCT i.name, ', ' ORDER BY i.name) AS agents, string_agg(DISTINCT i.uid, ', ' ORDER BY i.uid) AS agent_uids, min(p.path) AS path,
  CASE WHEN count(DISTINCT i.uid) > 2 OR count(DISTINCT i.environment) > 1 THEN 'high' ELSE 'medium' END AS severity
FROM placements p
JOIN identities i ON i.uid = p.consumer_uid
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.detector = 'agent-registry' AND i.type = 'mcp:agent' AND i.status = 'active' AND c.usable
GROUP BY p.credential_uid
HAVING count(DISTINCT i.uid) > 1
