/*
id: identity_shared_by_consumers
title: Different consumers act as one service identity, each with its own key
severity: medium
confidence: medium
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-9", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, aws.access_keys, machine.cloud_credentials, repository.secrets, any.placements]
key: []
detects: |
  A non-human identity of which two different credentials were seen in two different hosts, repositories, workloads or agents. (The same
  credential in several of them is secret_in_several_consumers.)
why: Separate keys help rotation, but the permissions and the log entries are still shared; neither consumer can be cut back alone.
remediation: |
  Give each of {consumers} an identity of its own with what it uses, and delete the second key of {name}.
blind_spots: Consumers whose place was not scanned.
false_positives: A rotation that was caught half-way shows the old and the new key in two places for a while.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc"}]
    credentials:
      - {uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc"}
      - {uid: "cred:aws:A2", public_id: A2, status: active, identity_uid: "aws:iam::111122223333:user/svc"}
    placements:
      - {credential_uid: "cred:aws:A1", scope: h1, path: /opt/a/.env}
      - {credential_uid: "cred:aws:A2", scope: acme/web, system: git_head, exposure: committed, path: config.py}
good:
  - identities: [{uid: "aws:iam::111122223333:user/svc"}]
    credentials:
      - {uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc"}
      - {uid: "cred:aws:A2", public_id: A2, status: active, identity_uid: "aws:iam::111122223333:user/svc"}
    placements:
      - {credential_uid: "cred:aws:A1", scope: h1, path: /opt/a/.env}
      - {credential_uid: "cred:aws:A2", scope: h1, path: /opt/a/.env.new}
  - identities: [{uid: "aws:iam::111122223333:user/svc"}]
    credentials:
      - {uid: "cred:aws:A1", public_id: A1, status: inactive, identity_uid: "aws:iam::111122223333:user/svc"}
      - {uid: "cred:aws:A2", public_id: A2, status: active, identity_uid: "aws:iam::111122223333:user/svc"}
    placements:
      - {credential_uid: "cred:aws:A1", scope: h1, path: /opt/a/.env}
      - {credential_uid: "cred:aws:A2", scope: acme/web, system: git_head, exposure: committed, path: config.py}
*/
WITH held AS (
  SELECT c.identity_uid, c.uid AS credential_uid,
    coalesce(p.attrs['workload'], CASE WHEN i.type IN ('mcp:server', 'mcp:agent') OR i.kind = 'cicd' THEN p.consumer_uid ELSE p.scope END) AS holder
  FROM credentials c
  JOIN placements p ON p.credential_uid = c.uid
  LEFT JOIN identities i ON i.uid = p.consumer_uid
  WHERE c.identity_uid IS NOT NULL AND c.usable AND c.kind IN ('access_key', 'api_token', 'oauth_secret', 'private_key')
    AND p.system NOT IN ('git_history', 'vault') AND p.state <> 'dead' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
    AND coalesce(p.attrs['referenced'], 'false') <> 'true'
)
SELECT i.uid AS identity, min(i.name) AS name, count(DISTINCT h.holder) AS number_of_consumers, string_agg(DISTINCT h.holder, ', ' ORDER BY h.holder) AS consumers,
  string_agg(DISTINCT h.credential_uid, ', ' ORDER BY h.credential_uid) AS credentials, min(i.last_used_at) AS last_used_at
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.nhi AND i.type <> 'aws:root'
GROUP BY i.uid
HAVING count(DISTINCT h.holder) > 1 AND count(DISTINCT h.credential_uid) > 1
  -- not when every holder has every key: then it is the credentials that are shared
  AND count(DISTINCT h.credential_uid || h.holder) < count(DISTINCT h.credential_uid) * count(DISTINCT h.holder)
