/*
id: github_trusted_branch_unguarded
title: Whoever may push to the repository becomes the cloud identity that trusts it
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:CM-5", "NIST-800-53:AC-3", "CSF-2.0:PR.PS-06"]
references: ["https://docs.github.com/actions/reference/security/oidc", "https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments"]
inputs: [github.repositories, github.environments, any.trusts]
key: [repository, subject]
detects: >
  A role, service account or application of a cloud or vault that accepts tokens of one branch or one environment of a GitHub repository, where
  that branch is the default one and nothing protects it, or that environment has no reviewer, no rule and lets every branch deploy.
why: >
  The trust looks exact, and its condition is worth nothing: a push - by any member, App, token or deploy key that may write - changes the workflow
  and runs it with the subject that the cloud trusts. Nobody else sees the change before it acts.
remediation: |
  {how}
blind_spots: >
  Environments of other stages by their name (a production role that trusts one is prod_role_trusts_nonprod_jobs); branches other than the default one; environments and repositories that GitHub did not show us; environments nobody made yet, which the first job makes.
false_positives: Repositories where nobody but the deployers may push.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@7/web@9:ref:refs/heads/main"], attrs: {sub_operator: StringEquals}}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: none, archived: "false"}}]
  - identities: [{uid: "gcp:sa/deploy@p.iam.gserviceaccount.com", type: gcp:service-account, name: deploy}]
    trusts: [{identity_uid: "gcp:sa/deploy@p.iam.gserviceaccount.com", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: gcp:workload-identity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:production"]}]
    resources: [{uid: "github:acme:environment/web/production", type: "github:environment", name: production, provider: github, scope: acme/web, attrs: {branches: protected-none, reviewers: "0", rules: "0", secrets: "0"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # reviews
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"]}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: reviews, archived: "false"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # nobody could see
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"]}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: unknown, archived: "false"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # another organisation's repository of that name
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:other/web:ref:refs/heads/main"]}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: none, archived: "false"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # a reviewer
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:live"]}]
    resources: [{uid: "github:acme:environment/web/live", type: "github:environment", name: live, provider: github, scope: acme/web, attrs: {branches: any, reviewers: "1", rules: "0"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # staging is open on purpose
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:staging"]}]
    resources: [{uid: "github:acme:environment/web/staging", type: "github:environment", name: staging, provider: github, scope: acme/web, environment: nonprod, attrs: {branches: any, reviewers: "0", rules: "0"}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}]  # archived: nobody pushes
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"]}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: none, archived: "true"}}]
  - identities:  # its jobs have subjects of another form
      - {uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role, name: deploy}
      - {uid: "github:acme:actions/web", kind: cicd, type: "github:actions", provider: github, scope: acme/web, attrs: {subject_claims: "repository_id,ref"}}
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:ref:refs/heads/main"]}]
    resources: [{uid: "github:acme:repo/web", type: "github:repository", name: web, provider: github, scope: acme, attrs: {branch: main, protected: none, archived: "false"}}]
*/
WITH accepted AS (
  SELECT identity_uid, mechanism, unnest(subs) AS subject FROM trusts WHERE issuer = 'token.actions.githubusercontent.com'
),
named AS (
  SELECT identity_uid, mechanism, subject, lower(regexp_extract(subject, '^repo:([^/:@]+)', 1)) || '/' || lower(regexp_extract(subject, '^repo:[^/:]+/([^:@]+)', 1)) AS repository,
    regexp_extract(subject, '^repo:[^:]+:ref:refs/heads/(.+)$', 1) AS branch, regexp_extract(subject, '^repo:[^:]+:environment:(.+)$', 1) AS environment
  FROM accepted WHERE regexp_matches(subject, '^repo:[^/:]+/[^:]+:(ref:refs/heads/|environment:)')
),
open AS (
  SELECT n.identity_uid, n.mechanism, n.subject, r.scope || '/' || r.name AS repository, 'branch ' || n.branch AS place,
    'Protect ' || n.branch || ' of ' || r.scope || '/' || r.name || ' with a ruleset that asks for a review (`gh api -X POST repos/' || r.scope || '/' || r.name || '/rulesets`, or Settings > Rules).' AS how
  FROM named n
  JOIN resources r ON r.type = 'github:repository' AND lower(r.scope || '/' || r.name) = n.repository AND r.attrs['branch'] = n.branch
  WHERE r.attrs['protected'] = 'none' AND r.attrs['archived'] = 'false'
  UNION ALL
  SELECT n.identity_uid, n.mechanism, n.subject, e.scope, 'environment ' || e.name,
    'Settings > Environments > ' || e.name || ' of ' || e.scope || ': limit deployment branches to a protected branch, and require a reviewer.'
  FROM named n
  JOIN resources e ON e.type = 'github:environment' AND lower(e.scope) = n.repository AND lower(e.name) = lower(n.environment)
  WHERE coalesce(e.environment, 'unknown') <> 'nonprod' AND e.attrs['branches'] IN ('any', 'protected-none') AND e.attrs['reviewers'] = '0' AND e.attrs['rules'] = '0'
)
SELECT i.uid AS identity, i.name, i.scope, o.repository, o.subject, o.place, o.mechanism, o.how, p.privilege, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' WHEN p.privilege IN ('read', 'list') THEN 'medium' ELSE 'high' END AS severity
FROM open o  -- a job has such a subject only where the repository did not choose another form
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
LEFT JOIN identities a ON a.type = 'github:actions' AND a.scope = o.repository
WHERE i.status IN ('active', 'unknown') AND NOT starts_with(i.type, 'iac:') AND coalesce(a.attrs['subject_claims'], 'default') IN ('default', 'repo,context')
