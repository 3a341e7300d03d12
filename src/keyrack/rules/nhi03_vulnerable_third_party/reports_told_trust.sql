/*
id: reports_told_trust
title: Another tool says that somebody outside may use it too freely, and Keyrack has not looked itself
severity: medium
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: A trust without a condition on whose behalf it is used lets one customer of a vendor or service act for another.
remediation: |
  Add aws:SourceAccount or sts:ExternalId to the trust policy of {about}. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Services that do not send the condition key. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
WITH told AS (
  SELECT attrs['about'] AS about, attrs['check'] AS check_name, min(attrs['tool']) AS tool, min(attrs['says']) AS says, min(attrs['rated']) AS rated,
    max(attrs['reported_at']) AS reported, min(scope) AS scope, min(attrs['report']) AS report, min(source_id) AS source_id, bool_and(coalesce(attrs['stale'], 'false') = 'true') AS stale
  FROM resources WHERE type = 'reports:statement' AND attrs['topic'] = 'trust' GROUP BY attrs['about'], attrs['check']
),
ours AS (SELECT uid FROM resources WHERE provider <> 'reports')
SELECT i.uid AS identity, t.about, t.about AS resource, t.check_name, coalesce(i.name, t.about) AS name, t.scope, t.tool AS told_by, t.says, t.reported, t.report, t.source_id,
  CASE WHEN t.stale THEN 'low' ELSE coalesce(t.rated, 'medium') END AS severity, CASE WHEN t.stale THEN 'low' ELSE 'medium' END AS confidence
FROM told t
LEFT JOIN identities i ON i.uid = t.about
LEFT JOIN ours o ON o.uid = t.about
WHERE o.uid IS NULL AND (i.uid IS NULL OR (i.provider = 'reports' AND i.nhi))
