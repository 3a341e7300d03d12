/*
id: owner_gone
title: Owner has left the organisation
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:PS-4", "CSF-2.0:GV.RR-02"]
inputs: [aws.iam, repository.owners, machine.agents, any.ownership]
key: []
detects: >
  An active identity whose strongest ownership evidence names a person who has left, or a team without a living member, while nothing
  names anybody who is still there. Agents in the home of a leaver count. Severity follows its privilege.
why: The person who understood it is gone, may still hold its credentials, and nobody decides about it now.
remediation: |
  {departed_owner} left{left_on}. Ask the manager of that person ({manager}) who takes {name} over, {record}, then rotate every
  credential the leaver could have seen. If nobody takes it over, {if_nobody}.
blind_spots: Leavers that neither HR, the directory nor the people file lists.
false_positives: >
  A person who changed the address. Identities with another living owner, or whose owner's team has one, are not reported.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/etl", type: "aws:iam-role"}]
    ownership: [{identity_uid: "aws:iam::111122223333:role/etl", owner: old@acme.example}]
    people: [{uid: old@acme.example, name: Old, status: gone, ended_at: now-90d}]
  - identities: [{uid: "machine:laptop:mcp-server/old/cursor/gh", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, attrs: {user: old}}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/etl", type: "aws:iam-role"}]
    ownership:
      - {identity_uid: "aws:iam::111122223333:role/etl", owner: old@acme.example, evidence: creator}
      - {identity_uid: "aws:iam::111122223333:role/etl", owner: new@acme.example}
    people: [{uid: old@acme.example, name: Old, status: gone}, {uid: new@acme.example, name: New}]
  - identities: [{uid: "aws:iam::111122223333:role/etl", type: "aws:iam-role", status: disabled}]
    ownership: [{identity_uid: "aws:iam::111122223333:role/etl", owner: old@acme.example}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
*/
SELECT i.uid AS identity,
  CASE p.privilege WHEN 'admin' THEN 'high' WHEN 'permissions' THEN 'high' ELSE 'medium' END AS severity,
  i.name, i.type, i.scope, i.departed_owner, who.ended_at AS left_at,
  CASE WHEN i.type IN ('mcp:agent', 'mcp:server') AND i.provider = 'machine' THEN 'move what is still needed to the home of that person'
    WHEN i.provider = 'aws' THEN 'change its owner tag' WHEN i.provider = 'repository' THEN 'change CODEOWNERS' ELSE 'record the owner' END AS record,
  CASE WHEN i.type IN ('mcp:agent', 'mcp:server') AND i.provider = 'machine' THEN 'revoke its tokens at their issuers and delete its configuration from the home on ' || i.scope
    ELSE 'disable it' END AS if_nobody,
  coalesce(' on ' || CAST(CAST(who.ended_at AS DATE) AS VARCHAR), '') AS left_on, coalesce(who.manager, 'not known') AS manager, who.team,
  coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials, i.last_used_at
FROM identities i
LEFT JOIN people who ON who.uid = i.departed_owner
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.owner_status = 'gone' AND i.nhi AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
