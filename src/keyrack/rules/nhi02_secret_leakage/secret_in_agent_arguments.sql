/*
id: secret_in_agent_arguments
title: Secret is passed to an MCP server on its command line or in its URL
severity: high
confidence: high
owasp: NHI2:2025
frameworks: [OWASP-MCP-2025:MCP01, "NIST-800-53:IA-5(7)"]
inputs: [machine.agents, repository.agents]
key: [credential, scope, path]
detects: The value of a credential among the arguments, or inside the URL (user-info, path or query), of an MCP server in an agent configuration.
why: >
  Arguments are visible to every local user in the process list; URLs are written into proxy, server and browser logs. Both leave copies
  where nobody looks for secrets.
remediation: |
  {first_step}Move {name} out of {field} in {path} ({scope}): pass it in the environment by reference, or in an Authorization header, and rotate it
  {where_to_rotate}, because the old value must be taken as logged.
blind_spots: Secrets in wrapper scripts that the configuration starts.
false_positives: Arguments that only name a variable or a password-manager entry are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: connection_string, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: laptop, path: /home/a/.claude.json, consumer_uid: "machine:laptop:mcp-server/claude-code/pg", attrs: {field: "mcpServers.pg.args[1]"}}]
  - credentials: [{uid: "cred:fp:2", kind: api_token, issuer: unknown, fingerprint: f2}]
    placements: [{credential_uid: "cred:fp:2", system: agent_config, scope: laptop, path: /home/a/.claude.json, attrs: {field: mcpServers.exa.url}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: laptop, path: /home/a/.claude.json, attrs: {field: mcpServers.gh.headers.Authorization}}]
  - credentials: [{uid: "cred:at:x", kind: api_token, issuer: github, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:x", system: agent_config, scope: laptop, path: /home/a/.claude.json, attrs: {field: "mcpServers.gh.args[2]", referenced: "true"}}]
*/
SELECT min(consumer_uid) AS identity, credential, scope, path, min(line) AS line,
  CASE WHEN bool_and(severity IN ('info', 'low')) THEN max(severity) WHEN bool_or(severity = 'critical') THEN 'critical' ELSE 'high' END AS severity,
  min(confidence) AS confidence, min(field) AS field,
  CASE WHEN bool_or(system IN ('file', 'state_file', 'agent_config') AND exposure NOT IN ('committed', 'public') AND readers IN ('world', 'group'))
    THEN 'First `chmod 600 {path}` on {scope}: others can read it now (whoever runs what reads it must own it). ' ELSE '' END AS first_step,
  min(mode) AS mode, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate,
  max(readers) AS readable_by, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'agent_config' AND regexp_matches(coalesce(field, ''), '\.(args|url|serverUrl|httpUrl|uri|endpoint)(\[|\.|\?|$)')
GROUP BY credential, scope, path
