/*
id: unpinned_mcp_server
title: MCP server is fetched anew without a pinned version
severity: medium
confidence: high
owasp: NHI3:2025
frameworks: [OWASP-MCP-2025:MCP04, OWASP-ASI-2026:ASI04, "NIST-800-53:SR-3", "NIST-800-53:SI-7"]
inputs: [machine.agents, repository.agents]
key: []
detects: >
  An enabled MCP server that a package runner (npx, uvx, pipx, bunx, docker...) fetches at every start without an exact version or digest.
  High when credentials are handed to it.
why: >
  The next release - by the author, or by a thief of the author's registry token, as with postmark-mcp in September 2025 - runs at once on
  this computer, with the user's files and the server's credentials.
remediation: |
  Pin the package of {name} in {path}: `{package}` to an exact version you reviewed (now: {version}), for an image to a digest.
blind_spots: Dependencies of a pinned package; local scripts that fetch code.
false_positives: Packages of your own publisher still move without review, and are reported.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/mail", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {runner: npx, package: postmark-mcp, pin: none}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/mail", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {runner: npx, package: postmark-mcp, pin: exact, version: 1.0.3}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/local", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {command: /opt/bin/server}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/mail", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, status: disabled, attrs: {runner: npx, package: postmark-mcp, pin: none}}]
*/
WITH handed AS (
  SELECT consumer_uid, count(DISTINCT credential_uid) AS credentials, min(path) AS path, min(line) AS line
  FROM placements WHERE system = 'agent_config' AND consumer_uid IS NOT NULL GROUP BY consumer_uid
)
SELECT i.uid AS identity, i.name, i.scope, i.attrs['runner'] AS runner, i.attrs['package'] AS package, i.attrs['pin'] AS pin,
  coalesce(i.attrs['version'], 'no version') AS version, coalesce(i.attrs['path'], h.path) AS path, coalesce(TRY_CAST(i.attrs['line'] AS BIGINT), h.line) AS line,
  i.attrs['client'] AS client, coalesce(h.credentials, 0) AS credentials_handed,
  CASE WHEN h.credentials > 0 OR i.usable_credentials > 0 THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN handed h ON h.consumer_uid = i.uid
WHERE i.type = 'mcp:server' AND i.attrs['pin'] IN ('floating', 'none') AND i.status = 'active' AND coalesce(i.attrs['disabled'], 'false') <> 'true'
