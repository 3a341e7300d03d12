/*
id: credential_sent_to_other_party
title: Credential of one service is sent to a remote MCP server of somebody else
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: [OWASP-MCP-2025:MCP01, OWASP-MCP-2025:MCP09, "NIST-800-53:SR-6"]
inputs: [machine.agents, repository.agents]
key: [credential]
detects: >
  A remote MCP server (HTTP) whose configuration hands it a credential issued by a known service, while the server's host does not belong to
  that service - for example a GitHub token given to a host that is not GitHub's.
why: The operator of that server holds the token and may use it outside the conversation; the service's own audit log shows only your token.
remediation: |
  Ask whether {host} may hold a credential of {issuer}. Prefer the service's own MCP server, or a sign-in (OAuth) in which {host} receives a
  token made for it; then rotate {credential_name}.
blind_spots: Issuers this rule has no hosts for; hosts that carry the service's name in their own domain; what local servers forward.
false_positives: A gateway your organisation runs itself under its own domain; private addresses are not reported.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/hub", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://mcp.hub.example/v1"}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:laptop:mcp-server/cursor/hub"}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "https://api.githubcopilot.com/mcp/"}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:laptop:mcp-server/cursor/gh"}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: stdio, runner: npx}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:laptop:mcp-server/cursor/gh"}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/gw", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {transport: http, url: "http://10.1.2.3:8080/mcp"}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, path: /home/a/.cursor/mcp.json, consumer_uid: "machine:laptop:mcp-server/cursor/gw"}]
*/
WITH hosts AS (
  SELECT * FROM (VALUES
    ('github', 'github'), ('gitlab', 'gitlab'), ('bitbucket', 'atlassian|bitbucket'), ('slack', 'slack'), ('stripe', 'stripe'),
    ('openai', 'openai|chatgpt'), ('anthropic', 'anthropic|claude'), ('huggingface', 'huggingface|hf'), ('aws', 'amazonaws|aws'),
    ('google', 'google|googleapis'), ('gcp', 'google|googleapis'), ('azure', 'azure|microsoft|windows'), ('datadog', 'datadoghq|datadog|ddog-gov'),
    ('sendgrid', 'sendgrid|twilio'), ('twilio', 'twilio'), ('npm', 'npmjs|npm'), ('pypi', 'pypi'), ('docker', 'docker')
  ) AS known(issuer, words)
),
remote AS (
  SELECT i.uid, i.name, i.scope, i.attrs['url'] AS url, regexp_extract(lower(i.attrs['url']), '^https?://([^/:]+)', 1) AS host
  FROM identities i WHERE i.type = 'mcp:server' AND i.attrs['url'] IS NOT NULL AND i.status = 'active'
),
handed AS (
  SELECT r.uid, r.name, r.scope, r.url, r.host, p.path, p.line, c.uid AS credential, c.name AS credential_name, c.issuer, h.words
  FROM remote r
  JOIN placements p ON p.consumer_uid = r.uid
  JOIN credentials c ON c.uid = p.credential_uid
  JOIN hosts h ON h.issuer = c.issuer
  WHERE coalesce(c.attrs['placeholder'], '') = '' AND c.status NOT IN ('revoked', 'expired')
)
SELECT uid AS identity, credential, name, scope, min(url) AS url, host, issuer, credential_name, min(path) AS path, min(line) AS line
FROM handed
WHERE NOT regexp_matches(host, '^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|.*\.(local|internal|lan|corp|home\.arpa)$)')
  AND NOT regexp_matches(host, '(^|[.-])[a-z]*(' || words || ')[a-z]*\.[a-z]+(\.[a-z]+)?$')
GROUP BY uid, credential, name, scope, host, issuer, credential_name
