/*
id: mcp_server_overreach
title: MCP server reaches the whole disk, a whole home or the container engine
severity: high
confidence: high
owasp: NHI5:2025
frameworks: [OWASP-MCP-2025:MCP02, OWASP-ASI-2026:ASI02, "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.docker.com/engine/security/#docker-daemon-attack-surface"]
inputs: [machine.agents, repository.agents]
key: []
detects: |
  An enabled MCP server whose command line opens more than any task needs: a filesystem server rooted at `/`, or `docker run` with `--privileged`, the
  engine's socket or `/` mounted. A whole home (`~`, `/home/alice`, `/root`) is medium, and high where its tools run without asking.
why: |
  Text that reaches the agent decides which files the server opens. A whole home holds SSH keys, cloud sign-ins and browser sessions; the engine's
  socket and `--privileged` make whoever speaks to the server root on this host, and a read-only mount of the socket changes nothing.
remediation: |
  In {path} (server {name}): {how} Then restart {client}.
blind_spots: |
  What the server's own code opens, folders chosen in a client's settings page, servers started by scripts, other capabilities given to a container.
false_positives: Throw-away virtual machines and development containers in which nothing else lives.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/files", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, name: files, attrs: {reach: "filesystem:/", path: /home/a/.cursor/mcp.json}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/box", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, name: box, attrs: {reach: "docker:privileged,docker:socket"}}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/files", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, name: files, attrs: {reach: "filesystem:home"}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/files", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, name: files, attrs: {command: npx, package: "@modelcontextprotocol/server-filesystem"}}]  # rooted at one project
  - identities: [{uid: "machine:laptop:mcp-server/cursor/box", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, name: box, status: disabled, attrs: {reach: "docker:socket", disabled: "true"}}]
*/
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.attrs['path'], 'its configuration') AS path, coalesce(i.attrs['client'], 'the client') AS client,
  i.attrs['reach'] AS reaches, i.attrs['tools'] AS tools_called_without_asking, i.attrs['package'] AS package,
  concat(
    CASE WHEN i.attrs['reach'] LIKE '%docker:privileged%' THEN 'take `--privileged` out. ' ELSE '' END,
    CASE WHEN i.attrs['reach'] LIKE '%docker:socket%' THEN 'take the mount of the container engine''s socket out (no server may hold it; where a tool must list containers, put a filtering socket proxy in between). ' ELSE '' END,
    CASE WHEN i.attrs['reach'] LIKE '%filesystem:%' THEN 'replace ' || CASE WHEN i.attrs['reach'] LIKE '%filesystem:/%' THEN 'the root of the disk' ELSE 'the whole home' END
      || ' by the one project folder it works in (absolute path; mounted `:ro` when it only reads). ' ELSE '' END) AS how,
  CASE WHEN i.attrs['reach'] LIKE '%docker:%' OR i.attrs['reach'] LIKE '%filesystem:/%' OR i.attrs['tools'] = '*' THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type = 'mcp:server' AND i.status = 'active' AND i.attrs['reach'] IS NOT NULL
