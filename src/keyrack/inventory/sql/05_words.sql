-- Environment from whole words of a name or path; words of both kinds, or of none: unknown.
CREATE OR REPLACE MACRO environment_of(words) AS
  CASE WHEN regexp_matches(lower(words), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')
    THEN CASE WHEN NOT regexp_matches(lower(words), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'prod' END
    WHEN regexp_matches(lower(words), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'nonprod'
  END;

-- The same from several texts, the first that says anything wins.
CREATE OR REPLACE MACRO environment_from(a, b, c) AS coalesce(environment_of(coalesce(a, '')), environment_of(coalesce(b, '')), environment_of(coalesce(c, '')));

-- Words by which software agents and their frameworks name themselves, in a name or a tag.
CREATE OR REPLACE MACRO agent_word(words) AS nullif(regexp_extract(lower(words),
  '(^|[^a-z])(langchain|langgraph|crewai|autogen|semantic-kernel|copilot|openai-agents?|ai-agents?|agentcore|llm-agent|chatbot|mcp-server|mcp-client|amazonbedrockexecutionroleforagents|bedrock-agents?)([^a-z]|$)', 2), '');

-- Systems whose scopes (project, subscription, cluster, server) usually hold one environment, so that a scope's name speaks for what
-- is in it; a host, a repository or an AWS account holds all sorts.
CREATE OR REPLACE MACRO scope_speaks(provider) AS provider IN ('gcp', 'kubernetes', 'entra', 'openbao', 'postgres', 'ldap');
