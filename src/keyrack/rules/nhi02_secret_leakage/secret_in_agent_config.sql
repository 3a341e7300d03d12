/*
id: secret_in_agent_config
title: Secret is written in plain text into an MCP or agent configuration
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: [OWASP-MCP-2025:MCP01, OWASP-ASI-2026:ASI03, "NIST-800-53:IA-5(7)"]
inputs: [machine.agents, repository.agents]
key: [credential, scope, path]
detects: >
  The value of a credential in the env, headers or settings of an MCP server or agent client - on a computer, or committed to a
  repository. Committed or world-readable configurations are high, private ones medium.
why: >
  Agent configurations are read by every process of the user, by other agents and their tools, are synchronised and shared as dotfiles,
  and are the first thing a malicious MCP server or package looks for.
remediation: |
  {first_step}Replace {field} in {path} ({scope}) by a reference to a variable or an input prompt, keep the value in
  the system's key chain or a secret manager, and rotate {name} {where_to_rotate}. Better: use the server's OAuth sign-in, so that no token is written at all.
blind_spots: Settings that clients keep in databases or key chains; values passed through the shell's environment.
false_positives: >
  References such as ${VAR}, input prompts and password-manager links are not reported; neither are sample values.
  Arguments and URLs have a rule of their own (secret_in_agent_arguments).
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: laptop, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:laptop:mcp-server/cursor/github", readers: owner, attrs: {field: mcpServers.github.env.GITHUB_TOKEN}}]
good:
  - credentials: [{uid: "cred:at:x", kind: api_token, issuer: github, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:x", system: agent_config, scope: laptop, path: /home/a/.cursor/mcp.json, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, attrs: {placeholder: sample words}}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: laptop, path: /home/a/.cursor/mcp.json, attrs: {field: mcpServers.github.env.GITHUB_TOKEN}}]
*/
SELECT min(consumer_uid) AS identity, credential, scope, path, min(line) AS line,
  CASE
    WHEN bool_or(severity = 'critical' AND exposure IN ('committed', 'public')) THEN 'critical'
    WHEN bool_and(severity IN ('info', 'low')) THEN max(severity)
    WHEN bool_or(exposure IN ('committed', 'public') OR readers = 'world') THEN 'high'
    ELSE 'medium' END AS severity,
  min(confidence) AS confidence, min(field) AS field,
  CASE WHEN bool_or(system IN ('file', 'state_file', 'agent_config') AND exposure NOT IN ('committed', 'public') AND readers IN ('world', 'group'))
    THEN 'First `chmod 600 {path}` on {scope}: others can read it now (whoever runs what reads it must own it). ' ELSE '' END AS first_step,
  min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate,
  max(readers) AS readable_by, min(mode) AS mode, min(exposure) AS exposure, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'agent_config' AND NOT regexp_matches(coalesce(field, ''), '\.(args|url|serverUrl|httpUrl|uri|endpoint)(\[|\.|\?|$)')
GROUP BY credential, scope, path
