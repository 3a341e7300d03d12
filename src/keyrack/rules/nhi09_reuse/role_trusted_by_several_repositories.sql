/*
id: role_trusted_by_several_repositories
title: Pipelines of several repositories share one cloud role
severity: low
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, repository.iac, repository.ci]
key: []
detects: |
  A role whose OIDC trust names two or more repositories (or projects), or that pipelines of two or more scanned repositories were seen to assume. Medium
  where the role administers, writes permissions or belongs to production.
why: Each repository's writers can do what the other's deployment needs; the role's activity cannot be told apart by repository.
remediation: |
  Make one role for each of {repositories} with what that deployment uses, and remove them from the trust of {name} as they move.
blind_spots: Repositories whose workflows compute the role's name at run time.
false_positives: A read-only role that all repositories use for the same thing (pulling a base image) may be shared on purpose.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod", "repo:acme/api:environment:prod"], attrs: {sub_operator: StringEquals}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # both forms of one repository
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity,
      issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod", "repo:acme@1/web@2:environment:prod"], attrs: {sub_operator: StringEquals}}]
  - identities:  # two pipelines of one repository
      - {uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}
      - {uid: "repo:acme/web:workflow/a.yml", kind: cicd, type: "github:workflow", scope: acme/web}
      - {uid: "repo:acme/web:workflow/b.yml", kind: cicd, type: "github:workflow", scope: acme/web}
    trusts:
      - {identity_uid: "aws:iam::111122223333:role/deploy", subject: "repo:acme/web:workflow/a.yml", subject_kind: identity, mechanism: "ci:assumes-role"}
      - {identity_uid: "aws:iam::111122223333:role/deploy", subject: "repo:acme/web:workflow/b.yml", subject_kind: identity, mechanism: "ci:assumes-role"}
*/
WITH named AS (
  -- a scanned repository may go by its bare name: the last part decides
  SELECT identity_uid, regexp_replace(lower(repository), '^.*/', '') AS repository, source_path FROM oidc_trusts WHERE repository IS NOT NULL
  UNION ALL
  SELECT t.identity_uid, regexp_replace(lower(i.scope), '^.*/', '') AS repository, CAST(NULL AS VARCHAR) AS source_path
  FROM trusts t
  JOIN identities i ON i.uid = t.subject
  WHERE t.mechanism = 'ci:assumes-role'
)
SELECT i.uid AS identity, min(i.name) AS name, count(DISTINCT n.repository) AS number_of_repositories, string_agg(DISTINCT n.repository, ', ' ORDER BY n.repository) AS repositories,
  min(p.privilege) AS role_privilege,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') OR min(i.environment) = 'prod' THEN 'medium' ELSE 'low' END AS severity,
  min(n.source_path) AS path
FROM named n
JOIN identities i ON i.uid = n.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
GROUP BY i.uid
HAVING count(DISTINCT n.repository) > 1
