/*
id: reports_told_privilege
title: Another tool says that it holds more than it should, and Keyrack has not looked itself
severity: high
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: What an administrator's credential opens, its thief opens.
remediation: |
  Replace the policy of {about} by the permissions it was seen to use. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Roles for emergencies; record an exception with an end. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_administratoraccess_policy, topic: privilege, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_administratoraccess_policy, topic: privilege, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_administratoraccess_policy, topic: privilege, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_administratoraccess_policy, topic: privilege, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
SELECT identity, about, about AS resource, check_name, name, scope, told_by, says, reported, report, source_id,
  CASE WHEN stale THEN 'low' ELSE coalesce(rated, 'high') END AS severity, CASE WHEN stale THEN 'low' ELSE 'medium' END AS confidence
FROM told_elsewhere
WHERE topic = 'privilege'
