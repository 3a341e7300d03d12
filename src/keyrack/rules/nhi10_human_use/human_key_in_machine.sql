/*
id: human_key_in_machine
title: A person's access key does a machine's work
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-9", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-01", "OWASP-ASI-2026:ASI03"]
inputs: [aws.iam, aws.access_keys, machine.agents, repository.secrets, repository.ci, aws.lambda, aws.ecs, aws.codebuild]
key: [credential]
detects: |
  An access key of a human user that lies in the environment of a workload, in a pipeline definition, with an AI agent or MCP server, or with
  a service account of a host. High where the person administers or writes permissions.
why: |
  The machine acts with everything the person may do and under the person's name; when the person leaves or rotates the key, the
  machine stops - so nobody rotates it.
remediation: |
  Give {consumer} a role or service identity with what it uses, remove {public_id} of {name} from {place}, and rotate the key.
blind_spots: Machines whose configuration was not scanned.
false_positives: A service user that is taken for a person because it has a console password and nothing that says "service".
bad:
  - identities:
      - {uid: "aws:iam::111122223333:user/alice", kind: human, attrs: {human_evidence: tag}}
      - {uid: "aws:iam::111122223333:role/export", type: aws:iam-role}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/alice"}]
    placements: [{credential_uid: "cred:aws:A1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:eu-west-1:111122223333:function:export", consumer_uid: "aws:iam::111122223333:role/export"}]
good:
  - identities:
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
      - {uid: "machine:ws:unix-user/alice", kind: human, type: "unix:user"}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/alice"}]
    placements: [{credential_uid: "cred:aws:A1", scope: ws, path: /home/alice/.aws/credentials, consumer_uid: "machine:ws:unix-user/alice"}]
  - identities:
      - {uid: "aws:iam::111122223333:user/svc-export"}
      - {uid: "aws:iam::111122223333:role/export", type: aws:iam-role}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-export"}]
    placements: [{credential_uid: "cred:aws:A1", system: workload_env, scope: "111122223333", path: "arn:aws:lambda:eu-west-1:111122223333:function:export", consumer_uid: "aws:iam::111122223333:role/export"}]
  - identities:
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
      - {uid: "machine:ws:mcp-server/alice/cursor/aws", kind: ai_agent, type: "mcp:server"}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: inactive, identity_uid: "aws:iam::111122223333:user/alice"}]
    placements: [{credential_uid: "cred:aws:A1", system: agent_config, scope: ws, path: /home/alice/.cursor/mcp.json, consumer_uid: "machine:ws:mcp-server/alice/cursor/aws"}]
*/
SELECT h.uid AS identity, c.uid AS credential, min(h.name) AS name, min(c.public_id) AS public_id, min(h.attrs['human_evidence']) AS taken_for_a_person_by,
  coalesce(min(p.attrs['workload']), min(p.consumer_uid), min(p.path)) AS consumer, string_agg(DISTINCT p.scope || ':' || p.path, ', ' ORDER BY p.scope || ':' || p.path) AS place,
  max(c.last_used_at) AS last_used_at, min(v.privilege) AS privilege,
  CASE WHEN min(v.privilege) IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
JOIN identities h ON h.uid = c.identity_uid
LEFT JOIN identities m ON m.uid = p.consumer_uid
LEFT JOIN privileges v ON v.identity_uid = h.uid
WHERE h.kind = 'human' AND h.type IN ('aws:iam-user', 'aws:root') AND c.usable AND c.kind IN ('access_key', 'api_token', 'password')
  AND (p.system IN ('workload_env', 'ci_file', 'agent_config') OR m.kind IN ('cicd', 'ai_agent', 'service_account'))
  AND p.state <> 'dead' AND coalesce(p.attrs['referenced'], 'false') <> 'true' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
GROUP BY h.uid, c.uid
