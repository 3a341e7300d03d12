/*
id: service_credential_with_person
title: A person keeps a service's long-lived credential
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-01"]
inputs: [machine.accounts, machine.cloud_credentials, machine.tool_credentials, aws.iam, aws.access_keys]
key: [credential, person]
detects: |
  A long-lived credential of a service identity - a service's IAM access key, a Google service-account key, a Kubernetes service-account token -
  in the cloud or cluster configuration of a person's home directory. High where the identity administers or writes permissions.
why: |
  With it in `~/.aws/credentials` or `~/.kube/config` every command the person types is the service's act. It is there to get around the
  person's own limits, and it stays when the person leaves.
remediation: |
  Let {person_name} ({host}) sign in as themselves (`aws sso login`, an exec plug-in in the kubeconfig, `gcloud auth login`, impersonation where needed), delete the credential from
  {path}, and rotate it for {service}.
blind_spots: A person's home is told from a service's by traces, number and name; other directories of a workstation are not judged.
false_positives: A bastion or build host on which a person's account runs the service's jobs.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:user/svc-sync", attrs: {service_evidence: tag}}
      - {uid: "machine:ws:unix-user/alice", kind: human, type: "unix:user", provider: machine, scope: ws}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-sync"}]
    placements: [{credential_uid: "cred:aws:A1", scope: ws, path: /home/alice/.aws/credentials, exposure: sanctioned, consumer_uid: "machine:ws:unix-user/alice"}]
good:
  - identities:
      - {uid: "aws:iam::111122223333:user/alice", kind: human}
      - {uid: "machine:ws:unix-user/alice", kind: human, type: "unix:user", provider: machine, scope: ws}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/alice"}]
    placements: [{credential_uid: "cred:aws:A1", scope: ws, path: /home/alice/.aws/credentials, consumer_uid: "machine:ws:unix-user/alice"}]
  - identities:
      - {uid: "aws:iam::111122223333:user/svc-sync"}
      - {uid: "machine:ws:unix-user/deploy", type: "unix:user", provider: machine, scope: ws}
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-sync"}]
    placements: [{credential_uid: "cred:aws:A1", scope: ws, path: /home/deploy/.aws/credentials, consumer_uid: "machine:ws:unix-user/deploy"}]
  - identities:  # signed in through a plug-in: no token of a service
      - {uid: "machine:ws:kube-user/prod/alice", kind: human, type: "kube:user", provider: machine, scope: ws, attrs: {exec: aws}}
      - {uid: "machine:ws:unix-user/alice", kind: human, type: "unix:user", provider: machine, scope: ws}
*/
SELECT s.uid AS identity, c.uid AS credential, min(s.name) AS service, h.uid AS person, min(h.name) AS person_name, min(c.kind) AS kind, min(c.issuer) AS issuer, min(c.public_id) AS public_id,
  min(s.attrs['service_evidence']) AS taken_for_a_service_by, max(c.last_used_at) AS last_used_at, min(v.privilege) AS privilege, min(p.scope) AS host,
  CASE WHEN min(v.privilege) IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN identities h ON h.uid = p.consumer_uid
JOIN credentials c ON c.uid = p.credential_uid
JOIN identities s ON s.uid = c.identity_uid
LEFT JOIN privileges v ON v.identity_uid = s.uid
WHERE h.type = 'unix:user' AND h.kind = 'human' AND coalesce(h.attrs['unix_uid'], '1') <> '0' AND p.system = 'file'
  AND s.kind = 'service_account' AND c.usable AND p.state <> 'dead' AND c.attrs['placeholder'] IS NULL
  AND ((s.type = 'aws:iam-user' AND c.kind = 'access_key') OR (c.issuer = 'gcp' AND c.kind = 'private_key')
    OR (s.type = 'kube:user' AND c.kind = 'api_token' AND c.attrs['person'] IS NULL AND c.expiry <> 'set'))
  AND regexp_matches(p.path, '/([.]aws/|[.]kube/|[.]config/gcloud/|gcloud/)')
GROUP BY s.uid, c.uid, h.uid
