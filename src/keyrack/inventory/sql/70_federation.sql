-- OIDC trusts, one row per accepted `sub` pattern (one row with a null pattern where none is stated), with what the pattern lets in.
-- Breadth is read from the text before the first wildcard, because IAM's `*` also matches `/` and `:`. With
-- `StringEquals` an asterisk is only a character (IAM User Guide, "String condition operators").
--   anyone      whom the issuer serves at all: another customer's repository, any service account of the cluster
--   owner       every repository, project or workspace of one owner; every service account of one namespace
--   repository  one repository, project or workspace, whatever the branch, tag or pull request
--   narrow      less than that
--   unknown     a form of `sub` we do not know, or a template expression that decides it at deployment
-- Forms: docs.github.com "OpenID Connect reference" (plain and immutable `repo:OWNER@ID/REPO@ID`), docs.gitlab.com "ID token payload",
-- developer.hashicorp.com "Workload identity tokens", buildkite.com/docs "OIDC", vercel.com/docs "OIDC", EKS User Guide "IRSA".
CREATE OR REPLACE TABLE oidc_trusts AS
WITH federated AS (
  SELECT t.uid AS trust_uid, t.identity_uid, t.issuer, t.audiences, t.conditions,
    t.attrs['source_path'] AS source_path, t.attrs['line'] AS source_line,
    t.attrs['sub_operator'] AS sub_operator, t.attrs['aud_operator'] AS aud_operator, t.attrs['claims'] AS claims,
    coalesce(t.attrs['deny'], 'false') = 'true' AS also_denies,
    unnest(CASE WHEN len(t.subs) = 0 THEN [NULL] ELSE t.subs END) AS sub
  FROM raw_trusts t
  WHERE t.mechanism = 'sts:AssumeRoleWithWebIdentity' AND t.issuer IS NOT NULL
),
read AS (
  SELECT f.*,
    CASE
      WHEN lower(issuer) IN ('token.actions.githubusercontent.com', 'gitlab.com', 'app.terraform.io', 'agent.buildkite.com', 'oidc.vercel.com')
        THEN 'shared'
      WHEN lower(issuer) IN ('accounts.google.com', 'cognito-identity.amazonaws.com', 'graph.facebook.com', 'www.amazon.com') THEN 'login'
      ELSE 'private' END AS tenancy,
    lower(coalesce(sub_operator, '')) LIKE 'forallvalues:%' OR lower(coalesce(sub_operator, '')) LIKE '%ifexists' AS optional,
    -- claims that tie the token to one repository, project or workflow by themselves; and to one owner
    regexp_matches(coalesce(claims, ''),
      '(^|,)(repository|repository_id|job_workflow_ref|project_id|project_path|terraform_workspace_id|pipeline_id)(,|$)') AS claim_pins_repository,
    regexp_matches(coalesce(claims, ''),
      '(^|,)(repository_owner|repository_owner_id|namespace_id|namespace_path|terraform_organization_id|organization_id)(,|$)') AS claim_pins_owner,
    -- the pattern without the ids of GitHub's immutable form; `@*` there stands for an id, whatever it is
    regexp_replace(regexp_replace(f.sub, '@([0-9]+|[*])([/:]|$)', '\2', 'g'), '[$][{][^}]*[}]', 'TEMPLATE', 'g') AS plain,
    -- an expression in the pattern; or, where there is none, in the name of a condition key, which may well be `sub`
    CASE WHEN f.sub IS NULL THEN coalesce(f.conditions, '') LIKE '%${%}":%' ELSE f.sub LIKE '%${%' END AS templated
  FROM federated f
),
shaped AS (
  SELECT r.*,
    lower(coalesce(sub_operator, '')) LIKE '%like%' AND regexp_matches(coalesce(plain, ''), '[*?]') AS wild,
    CASE WHEN lower(coalesce(sub_operator, '')) LIKE '%like%' THEN regexp_extract(plain, '^[^*?]*') ELSE plain END AS head,
    CASE
      WHEN regexp_matches(sub, '^repo:') THEN 'github'
      WHEN regexp_matches(sub, '^project_path:') THEN 'gitlab'
      WHEN regexp_matches(sub, '^(organization|owner):') THEN 'organization'
      WHEN regexp_matches(sub, '^system:serviceaccount:') THEN 'kubernetes'
      ELSE 'other' END AS form
  FROM read r
)
SELECT s.*,
  CASE
    -- one expression may stand for "owner/repository"
    WHEN templated AND (sub IS NULL OR regexp_matches(plain, '^([a-z_]+:)?TEMPLATE([^/]|$)')) THEN 'unknown'
    -- a condition whose values come from a variable; if it stays empty it matches nobody
    WHEN sub IS NULL AND sub_operator IS NOT NULL THEN 'unknown'
    WHEN sub IS NULL OR head = '' THEN 'anyone'
    WHEN NOT wild AND form = 'other' THEN CASE WHEN tenancy = 'private' OR strpos(sub, ':') > 0 THEN 'narrow' ELSE 'unknown' END
    WHEN form = 'github' THEN CASE
      WHEN NOT wild THEN 'narrow'
      WHEN regexp_matches(head, '^repo:[^/:]+/[^/:]+:(ref:refs/[a-z]+/.|environment:.|pull_request|job_workflow_ref:.|workflow:.|actor:.)') THEN 'narrow'
      WHEN regexp_matches(head, '^repo:[^/@:]+/[^/@:]+:') THEN 'repository'
      WHEN regexp_matches(head, '^repo:[^/@:]+[/@]') THEN 'owner'
      ELSE 'anyone' END
    WHEN form = 'gitlab' THEN CASE
      WHEN NOT wild OR regexp_matches(head, '^project_path:[^:]+:ref_type:[a-z]+:ref:.') THEN 'narrow'
      WHEN regexp_matches(head, '^project_path:[^:]+/[^:]+:') THEN 'repository'
      WHEN regexp_matches(head, '^project_path:[^:/]+/') THEN 'owner'
      ELSE 'anyone' END
    WHEN form = 'organization' THEN CASE
      WHEN NOT wild OR regexp_matches(head, '^(organization|owner):[^:]+:[a-z]+:[^:]+:[a-z_]+:[^:]+:') THEN 'narrow'
      WHEN regexp_matches(head, '^(organization|owner):[^:]+:[a-z]+:[^:]+:') THEN 'repository'
      WHEN regexp_matches(head, '^(organization|owner):[^:]+:') THEN 'owner'
      ELSE 'anyone' END
    WHEN form = 'kubernetes' THEN CASE
      WHEN NOT wild THEN 'narrow'
      WHEN regexp_matches(head, '^system:serviceaccount:[^:]+:[^:]') THEN 'narrow'
      WHEN regexp_matches(head, '^system:serviceaccount:[^:]+:$') THEN 'owner'
      ELSE 'anyone' END
    -- a wildcard in the first words of an unknown form: `r*`, `*:environment:prod`
    WHEN regexp_matches(head, '^[a-z_]+:[^:/*?]+[:/]') THEN 'owner'
    WHEN tenancy = 'private' THEN 'owner'
    ELSE 'anyone' END AS breadth,
  nullif(CASE WHEN form IN ('github', 'gitlab') AND NOT templated THEN regexp_extract(plain, '^[a-z_]+:([^:*?@]+/[^:*?@]+)(:|$)', 1) END, '') AS repository,
  coalesce(regexp_matches(sub, '^repo:[^/:*?]+@[0-9]+/[^:*?]+@[0-9]+(:|$)'), FALSE) AS immutable
FROM shaped s;
