/*
id: reports_told_exposed
title: Another tool says that a secret lies open in it, and Keyrack has not looked itself
severity: high
confidence: medium
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: Whoever may read the configuration of a workload has the secret.
remediation: |
  Rotate the secret in {about} where it is accepted, move it to a secret store, and let the workload read it from there. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Values that only look like a secret. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: awslambda_function_no_secrets_in_variables, topic: exposed, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: awslambda_function_no_secrets_in_variables, topic: exposed, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: awslambda_function_no_secrets_in_variables, topic: exposed, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: awslambda_function_no_secrets_in_variables, topic: exposed, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
SELECT identity, about, about AS resource, check_name, name, scope, told_by, says, reported, report, source_id,
  CASE WHEN stale THEN 'low' ELSE coalesce(rated, 'high') END AS severity, CASE WHEN stale THEN 'low' ELSE 'medium' END AS confidence
FROM told_elsewhere
WHERE topic = 'exposed'
