-- Grants with what the access room says of their statement; one class row per distinct statement, joined by its hash.
CREATE OR REPLACE VIEW grants AS
SELECT g.* REPLACE (CASE WHEN g.privilege = 'unknown' THEN coalesce(c.privilege, 'unknown') ELSE g.privilege END AS privilege),
  coalesce(c.escalations, CAST([] AS VARCHAR[])) AS escalations,
  coalesce(c.passes_role, FALSE) AS passes_role, coalesce(c.partners, CAST([] AS VARCHAR[])) AS partners,
  coalesce(c.takeovers, CAST([] AS VARCHAR[])) AS takeovers, coalesce(c.services, CAST([] AS VARCHAR[])) AS whole_services,
  -- every resource, and no condition narrows it. For the few statements that matter most, every role, user, function... of an account
  -- (`arn:aws:iam::*:role/*`) counts as every resource too.
  g.effect = 'allow' AND g.via NOT IN ('boundary', 'organisation') AND NOT g.not_resources AND g.conditions IS NULL
    AND (list_contains(g.resources, '*')
      OR CASE WHEN len(c.escalations) > 0 OR c.passes_role OR len(c.partners) > 0 OR len(c.takeovers) > 0
        THEN len(list_filter(g.resources, lambda name: regexp_full_match(name,
          'arn:[a-z-]+:(iam|lambda|ec2|ecs|glue|codebuild|cloudformation|sagemaker|ssm|apprunner):[^:]*:([0-9]{12}|[*])?:([*]|[a-z-]+[:/][*])'))) > 0
        ELSE FALSE END) AS unlimited,
  -- takes its actions away wherever it stands: no condition, every resource
  g.effect = 'deny' AND NOT g.not_resources AND NOT g.not_actions AND list_contains(g.resources, '*') AND g.conditions IS NULL AS forbids,
  list_contains(g.actions, '*') OR list_contains(g.actions, '*:*') AS all_actions
FROM raw_grants g
LEFT JOIN statement_classes c ON c.statement = hash(g.language, g.actions, g.not_actions);

-- The few statements that rules about privilege read, so that millions of modest ones are passed over once.
CREATE OR REPLACE TABLE broad_grants AS
SELECT identity_uid, language, policy, via, privilege, actions, not_actions, all_actions, escalations, passes_role, partners, takeovers, whole_services,
  attrs
FROM grants
WHERE unlimited AND (privilege = 'admin' OR not_actions OR passes_role OR len(escalations) > 0 OR len(partners) > 0 OR len(takeovers) > 0
  OR len(whole_services) > 0);

-- Everything on everything, as long as a condition holds that names no resource, no person and no calling service: a region, an address.
CREATE OR REPLACE TABLE conditional_admin_grants AS
SELECT identity_uid, policy, via, conditions FROM grants
WHERE privilege = 'admin' AND conditions IS NOT NULL AND effect = 'allow' AND via NOT IN ('boundary', 'organisation') AND NOT not_resources
  AND list_contains(resources, '*')
  AND NOT regexp_matches(lower(conditions), 'resourcetag|resourceaccount|resourceorg|requesttag|tagkeys|calledvia|viaawsservice|multifactorauth|principaltag');

CREATE OR REPLACE TABLE forbidding_grants AS
SELECT identity_uid, all_actions, escalations, passes_role, partners, takeovers, whole_services FROM grants WHERE forbids;
