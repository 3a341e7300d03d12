-- Environment from whole words of a name or path; words of both kinds, or of none: unknown.
CREATE OR REPLACE MACRO environment_of(words) AS
  CASE WHEN regexp_matches(lower(words), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')
    THEN CASE WHEN NOT regexp_matches(lower(words), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'prod' END
    WHEN regexp_matches(lower(words), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'nonprod'
  END;
