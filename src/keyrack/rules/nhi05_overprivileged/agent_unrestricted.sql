/*
id: agent_unrestricted
title: AI agent may run anything without asking
severity: high
confidence: high
owasp: NHI5:2025
frameworks: [OWASP-ASI-2026:ASI02, OWASP-ASI-2026:ASI03, OWASP-MCP-2025:MCP02, "NIST-800-53:AC-6"]
inputs: [machine.agents, repository.agents]
key: [path]
detects: >
  An agent client whose permissions let it run every tool, or any shell command (Bash with a star, an interpreter or sudo with any argument), without a
  question to the person.
why: >
  Text from a web page, an issue or an MCP server can steer the agent; then it acts with all rights of the user and every credential in reach.
remediation: |
  In {path} {how}
blind_spots: Switches on the command line and in the running session; sandboxes that limit what the commands can reach.
false_positives: Agents inside a disposable container without credentials or network.
bad:
  - identities: [{uid: "machine:laptop:agent/claude-code", kind: ai_agent, type: "mcp:agent", provider: machine, scope: laptop, name: Claude Code}]
    grants: [{identity_uid: "machine:laptop:agent/claude-code", language: mcp, actions: ["Bash(*)"], privilege: admin, attrs: {source_path: /home/a/.claude/settings.json}}]
good:
  - identities: [{uid: "machine:laptop:agent/claude-code", kind: ai_agent, type: "mcp:agent", provider: machine, scope: laptop}]
    grants: [{identity_uid: "machine:laptop:agent/claude-code", language: mcp, actions: ["Bash(npm test)", "Read"], privilege: write}]
  - identities: [{uid: "machine:laptop:agent/claude-code", kind: ai_agent, type: "mcp:agent", provider: machine, scope: laptop}]
    grants: [{identity_uid: "machine:laptop:agent/claude-code", language: mcp, actions: ["Bash(*)"], effect: deny, privilege: admin}]
*/
SELECT i.uid AS identity, g.attrs['source_path'] AS path, i.name, i.scope, min(array_to_string(g.actions, ', ')) AS allowed, i.owner,
  -- a switch that lets everything run is undone by that switch; a list entry by a narrower one
  CASE
    WHEN i.attrs['client'] = 'codex' THEN 'set approval_policy = "on-request" and sandbox_mode = "workspace-write".'
    WHEN i.attrs['client'] = 'vscode' AND bool_or(list_contains(g.actions, '*')) THEN 'set chat.tools.global.autoApprove (formerly chat.tools.autoApprove) to false.'
    WHEN i.attrs['client'] = 'zed' THEN 'set agent.always_allow_tool_actions to false.'
    WHEN i.attrs['client'] = 'goose' THEN 'set GOOSE_MODE to approve or smart_approve.'
    WHEN i.attrs['client'] = 'qwen-code' AND bool_or(list_contains(g.actions, '*')) THEN 'set tools.approvalMode to default or auto-edit.'
    WHEN i.attrs['client'] = 'opencode' AND bool_or(list_contains(g.actions, '*')) THEN 'replace permission: allow by {"edit": "ask", "bash": {"*": "ask"}}, with allow for the few commands it needs.'
    WHEN i.attrs['client'] = 'claude-code' AND bool_or(list_contains(g.actions, '*'))
      THEN 'set permissions.defaultMode to default (it switches every question off now, or a list allows *), and allow by name what Claude Code needs.'
    ELSE 'replace ' || min(array_to_string(g.actions, ', ')) || ' by the commands ' || i.name || ' needs (for example a test runner and read-only git), and let it ask for the rest.'
  END AS how,
  i.attrs['user'] AS user
FROM grants g
JOIN identities i ON i.uid = g.identity_uid
WHERE g.language = 'mcp' AND g.effect = 'allow' AND g.privilege = 'admin' AND i.type = 'mcp:agent' AND i.status = 'active'
GROUP BY i.uid, g.attrs['source_path'], i.name, i.scope, i.owner, i.attrs['user'], i.attrs['client']
