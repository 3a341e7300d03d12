/*
id: aws_parameter_unrotated
title: Secret in an SSM parameter is unchanged for a year
severity: low
confidence: medium
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html"]
inputs: [aws.parameters]
key: [credential]
detects: A SecureString parameter of Systems Manager that was last written more than 365 days ago. Parameter Store rotates nothing by itself.
why: What nobody has replaced for a year, many have read; nobody can say who still keeps a copy.
remediation: |
  Make a new value where {name} is used, `aws ssm put-parameter --name {name} --type SecureString --overwrite --value ...`, restart its readers; or move it to Secrets
  Manager, which rotates.
blind_spots: A parameter written again with the same value looks fresh; whether the text is a credential at all is not known.
false_positives: Settings and certificates that are kept encrypted for convenience.
bad:
  - credentials: [{uid: "cred:at:p/value", kind: secret, issuer: unknown, name: /prod/db, status: active, rotated_at: now-500d}]
    placements: [{credential_uid: "cred:at:p/value", system: vault, exposure: sanctioned, detector: ssm, path: "arn:aws:ssm:eu-west-1:1:parameter/prod/db"}]
good:
  - credentials: [{uid: "cred:at:p/value", kind: secret, issuer: unknown, name: /prod/db, status: active, rotated_at: now-200d}]
    placements: [{credential_uid: "cred:at:p/value", system: vault, exposure: sanctioned, detector: ssm, path: "arn:aws:ssm:eu-west-1:1:parameter/prod/db"}]
  - credentials: [{uid: "cred:at:s/value", kind: secret, issuer: unknown, name: db, status: active, rotated_at: now-500d, attrs: {rotation_enabled: "false"}}]  # of Secrets Manager: stored_secret_unrotated says so
    placements: [{credential_uid: "cred:at:s/value", system: vault, exposure: sanctioned, detector: secretsmanager, path: "arn:aws:secretsmanager:eu-west-1:1:secret:db"}]
  - credentials: [{uid: "cred:at:p/value", kind: secret, issuer: unknown, name: /prod/db, status: active}]  # nobody says when
    placements: [{credential_uid: "cred:at:p/value", system: vault, exposure: sanctioned, detector: ssm, path: "arn:aws:ssm:eu-west-1:1:parameter/prod/db"}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.rotated_days AS days_since_change, c.rotated_at AS changed_at, min(p.scope) AS account
FROM credentials c
JOIN placements p ON p.credential_uid = c.uid
WHERE p.detector = 'ssm' AND p.system = 'vault' AND c.usable AND c.rotated_days > 365
GROUP BY c.identity_uid, c.uid, c.name, c.rotated_days, c.rotated_at
