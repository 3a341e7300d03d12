/*
id: disabled_but_trusted
title: Disabled or deleted identity keeps working credentials or trust
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:AC-2"]
inputs: [aws.iam, machine.agents, machine.accounts]
key: [leftover]
detects: >
  An identity that was switched off or deleted while a credential of it still works, or while another identity still trusts it; also a
  role whose trust policy holds the unique id that AWS leaves of a deleted principal (low).
why: Off-boarding stopped half way. Switching it on again - by mistake or by an intruder - restores everything at once.
remediation: |
  Finish the off-boarding of {name}: {step}.
blind_spots: Systems that do not tell whether an identity is disabled.
false_positives: A server switched off for an afternoon; a suspension that is meant to be lifted.
bad:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/jira", kind: ai_agent, type: "mcp:server", provider: machine, scope: laptop, status: disabled}]
    credentials: [{uid: "cred:fp:1", identity_uid: "machine:laptop:mcp-server/cursor/jira", kind: api_token, fingerprint: f1}]
  - identities: [{uid: "aws:iam::111122223333:role/a", type: "aws:iam-role"}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/a", subject: AROAEXAMPLEUNIQUEID, subject_kind: identity, attrs: {deleted_principal: "true"}}]
good:
  - identities: [{uid: "machine:laptop:mcp-server/cursor/jira", kind: ai_agent, type: "mcp:server", status: disabled}]
  - identities: [{uid: "machine:laptop:mcp-server/cursor/jira", kind: ai_agent, type: "mcp:server", status: active}]
    credentials: [{uid: "cred:fp:1", identity_uid: "machine:laptop:mcp-server/cursor/jira", kind: api_token}]
  - identities: [{uid: "x:sp/1", type: "aws:iam-user", status: disabled}]
    credentials: [{uid: "cred:x:1", identity_uid: "x:sp/1", kind: access_key, status: inactive}]
*/
SELECT i.uid AS identity, c.uid AS credential, c.uid AS leftover, i.name, i.type, i.status,
  'revoke ' || c.name || ' at ' || c.issuer || ' and remove its value' AS step, 'medium' AS severity
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid
WHERE i.status IN ('disabled', 'deleted') AND i.nhi AND c.usable AND coalesce(c.attrs['referenced'], 'false') <> 'true' AND c.attrs['placeholder'] IS NULL
UNION ALL
SELECT i.uid, CAST(NULL AS VARCHAR), t.uid, i.name, i.type, i.status, 'remove it from the trust of ' || t.identity_uid, 'medium'
FROM identities i
JOIN trusts t ON t.subject = i.uid
WHERE i.status IN ('disabled', 'deleted') AND i.nhi AND starts_with(t.mechanism, 'sts:')
UNION ALL
SELECT i.uid, CAST(NULL AS VARCHAR), t.subject, i.name, i.type, i.status,
  'remove the dead principal ' || t.subject || ' from its trust policy', 'low'
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
WHERE t.attrs['deleted_principal'] = 'true'
