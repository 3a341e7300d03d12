/*
id: aws_rotation_overdue
title: Rotation of a secret is switched on and does not happen
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html"]
inputs: [aws.secrets]
key: [credential]
detects: |
  A secret of Secrets Manager whose rotation is enabled, whose promised date passed more than two days ago, and whose value is not yet old enough for the
  general rule on unrotated secrets (stored_secret_unrotated).
why: Everybody believes it rotates. The rotation function fails (its role, its network, a changed database user) and nobody is told.
remediation: |
  Read the reason in the rotation function's log, then `aws secretsmanager rotate-secret --secret-id {name}` and watch it end (`AWSPENDING` moves to `AWSCURRENT`).
blind_spots: The listing says when, not why; a rotation that succeeds without changing the database's password looks healthy.
false_positives: A rotation window that is longer than two days, set with a duration.
bad:
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-40d, attrs: {rotation_enabled: "true", rotation_days: "30", rotation_overdue: "true"}}]
good:
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-20d, attrs: {rotation_enabled: "true", rotation_days: "30", rotation_overdue: "false"}}]
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-20d, attrs: {rotation_enabled: "false"}}]
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: payments/db, status: inactive, created_at: now-400d, rotated_at: now-40d, attrs: {rotation_enabled: "true", rotation_overdue: "true"}}]  # to be deleted
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-200d, attrs: {rotation_enabled: "true", rotation_days: "30", rotation_overdue: "true"}}]  # stored_secret_unrotated says so
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.attrs['next_rotation'] AS promised_for, c.attrs['rotation_days'] AS rotation_days,
  c.rotated_days AS days_since_change, c.last_used_at
FROM credentials c
WHERE c.attrs['rotation_overdue'] = 'true' AND c.attrs['rotation_enabled'] = 'true' AND c.usable
  AND NOT coalesce(c.rotated_days > greatest(90, CAST(coalesce(c.attrs['rotation_days'], '0') AS INTEGER) + 7), FALSE)
