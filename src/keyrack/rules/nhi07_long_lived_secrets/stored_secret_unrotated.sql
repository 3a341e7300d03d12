/*
id: stored_secret_unrotated
title: Secret in a managed store is not rotated
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html"]
inputs: [aws.secrets, any.credentials]
detects: |
  A secret in a store that could rotate it (AWS Secrets Manager) whose value last changed more than 90 days ago: rotation is off, or on but overdue.
  High beyond a year.
why: The store protects the value at rest, not the copies that its readers have made; only a new value retires those.
remediation: |
  `aws secretsmanager rotate-secret --secret-id {name} --rotation-lambda-arn FUNCTION_ARN --rotation-rules AutomaticallyAfterDays=30 --no-rotate-immediately`
  (without the last word the value changes at once, under running consumers), or put a new value by hand and restart the consumers of {name}.
blind_spots: The listing does not say whether a value is a credential at all; SSM parameters tell only when they were last written.
false_positives: Settings and certificates kept in the secret store for convenience.
bad:
  - credentials: [{uid: "cred:aws:arn1", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-200d, attrs: {rotation_enabled: "false"}}]
  - credentials: [{uid: "cred:aws:arn1", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-200d, attrs: {rotation_enabled: "true", rotation_days: "30"}}]
good:
  - credentials: [{uid: "cred:aws:arn1", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-20d, attrs: {rotation_enabled: "true", rotation_days: "30"}}]
  - credentials: [{uid: "cred:aws:arn1", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-40d, attrs: {rotation_enabled: "false"}}]
  - credentials: [{uid: "cred:aws:arn1", kind: secret, issuer: unknown, name: payments/db, status: active, created_at: now-400d, rotated_at: now-200d, attrs: {rotation_enabled: "true", rotation_days: "365"}}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.public_id, c.rotated_days AS days_since_change,
  coalesce(c.rotated_at, c.created_at) AS changed_at, c.attrs['rotation_enabled'] AS rotation_enabled, c.attrs['rotation_days'] AS rotation_days, c.last_used_at,
  CASE WHEN c.rotated_days > 365 THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
WHERE c.attrs['rotation_enabled'] IS NOT NULL AND c.kind <> 'certificate' AND c.usable AND c.rotated_days > 90
  AND c.rotated_days > CASE WHEN c.attrs['rotation_enabled'] = 'true' THEN greatest(90, CAST(coalesce(c.attrs['rotation_days'], '0') AS INTEGER) + 7) ELSE 90 END
