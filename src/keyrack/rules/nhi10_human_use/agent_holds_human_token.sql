/*
id: agent_holds_human_token
title: Agent or pipeline runs on a person's own token
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["OWASP-ASI-2026:ASI03", "OWASP-MCP-2025:MCP01", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-01"]
inputs: [machine.agents, repository.agents, repository.ci]
key: [credential, consumer]
detects: |
  A long-lived token that belongs to a person by its form or the login beside it (GitHub personal access tokens, Slack user tokens,
  personal keys of other services), in the configuration of an AI agent or MCP server, or as a literal in a pipeline. High where it is
  committed to a repository.
why: |
  Everything the agent does is signed with the person's name and reaches everything the person can; an injected prompt acts as that
  person. When the person leaves, either the agent dies or the token lives on.
remediation: |
  Replace it in {path} ({agent}) by a token made for the agent - a GitHub App installation token, a Slack bot token, OAuth with the agent's own client and
  narrow scopes - then revoke {name} in the person's own settings at {issuer}.
blind_spots: Tokens whose form does not tell whether a person or a bot owns them (GitLab, Hugging Face) are not reported.
false_positives: |
  A machine user's personal access token has the same form as a person's. Sign-ins that a client stores for its own user (OAuth sessions)
  are delegation as intended and left out.
bad:
  - identities: [{uid: "machine:ws:mcp-server/a/claude-desktop/github", kind: ai_agent, type: "mcp:server", name: github}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, name: GITHUB_TOKEN, attrs: {person: "classic personal access token (ghp_)"}}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: ws, path: /home/a/.config/Claude/claude_desktop_config.json, consumer_uid: "machine:ws:mcp-server/a/claude-desktop/github"}]
good:
  - identities: [{uid: "machine:ws:mcp-server/a/goose/slack", kind: ai_agent, type: "mcp:server", name: slack}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: slack, fingerprint: f1, name: SLACK_BOT_TOKEN}]  # a bot's
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: ws, path: /home/a/.config/goose/config.yaml, consumer_uid: "machine:ws:mcp-server/a/goose/slack"}]
  - identities: [{uid: "machine:ws:unix-user/a", kind: human, type: "unix:user"}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: github, fingerprint: f1, name: oauth_token, attrs: {person: "OAuth token on behalf of a user (gho_)"}}]
    placements: [{credential_uid: "cred:fp:1", scope: ws, path: /home/a/.config/gh/hosts.yml, consumer_uid: "machine:ws:unix-user/a"}]
  - identities: [{uid: "machine:ws:agent/a/claude-code", kind: ai_agent, type: "mcp:agent", name: Claude Code}]  # the client's own sign-in
    credentials: [{uid: "cred:fp:1", kind: refresh_token, issuer: anthropic, fingerprint: f1, name: sign-in, attrs: {person: "a@acme.example"}}]
    placements: [{credential_uid: "cred:fp:1", system: agent_config, scope: ws, path: /home/a/.claude/.credentials.json, consumer_uid: "machine:ws:agent/a/claude-code"}]
*/
SELECT m.uid AS identity, c.uid AS credential, min(c.name) AS name, min(c.issuer) AS issuer, p.consumer_uid AS consumer, min(m.name) AS agent,
  coalesce(min(c.attrs['person']), min(h.attrs['human_evidence'])) AS a_persons_because, min(c.attrs['login']) AS login, min(p.scope) AS found_in,
  CASE WHEN bool_or(p.exposure IN ('committed', 'public')) THEN 'high' ELSE 'medium' END AS severity,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
JOIN identities m ON m.uid = p.consumer_uid
LEFT JOIN identities h ON h.uid = c.identity_uid
WHERE m.kind IN ('ai_agent', 'cicd') AND c.kind IN ('api_token', 'password') AND c.issuer <> 'aws' AND c.usable
  AND (c.attrs['person'] IS NOT NULL OR (h.kind = 'human' AND h.type = 'saas:account'))
  AND c.attrs['placeholder'] IS NULL AND p.state <> 'dead' AND coalesce(p.attrs['referenced'], 'false') <> 'true' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
GROUP BY m.uid, c.uid, p.consumer_uid
