/*
id: secret_in_prod_and_nonprod
title: The same secret is used in production and outside it
severity: high
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:CM-4(1)", "NIST-800-53:IA-5", "CSF-2.0:PR.AA-05"]
inputs: [machine.env_files, machine.agents, repository.secrets, aws.lambda, aws.ecs, aws.codebuild, any.placements]
detects: |
  One credential - recognised by its public id or by the keyed fingerprint of its value - that lies both in a place of production and in
  a place outside it. The environment of a place is what it states itself (tag, GitHub environment, `.env.production`) or that of the
  identity that uses it.
why: |
  Whoever can read the test system holds production's key. Test systems are patched late, shared widely and logged freely.
remediation: |
  Issue a second credential of {name} for {nonprod_place}, with rights on test data only; then rotate the one that stays in
  {prod_place}, because its value has to be taken as known.
blind_spots: Places that state no environment in tag, path or consumer are not counted on either side.
false_positives: A public key or identifier that looks like a secret; certificates (public halves) are left out, and so are tests, examples and history.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: STRIPE_SECRET_KEY}]
    placements:
      - {credential_uid: "cred:fp:1", path: /srv/shop/.env.production}
      - {credential_uid: "cred:fp:1", path: /srv/shop/.env.staging}
  - identities:
      - {uid: "machine:ws:mcp-server/a/cline/orders-prod", kind: ai_agent, type: "mcp:server", name: orders-prod}
      - {uid: "machine:ws:mcp-server/a/cline/orders-staging", kind: ai_agent, type: "mcp:server", name: orders-staging}
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: sendgrid, fingerprint: f1, name: KEY}]
    placements:
      - {credential_uid: "cred:fp:1", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-prod"}
      - {credential_uid: "cred:fp:1", system: agent_config, path: /home/a/cline.json, consumer_uid: "machine:ws:mcp-server/a/cline/orders-staging"}
good:
  - credentials: [{uid: "cred:fp:1", kind: api_token, fingerprint: f1}, {uid: "cred:fp:2", kind: api_token, fingerprint: f2}]  # each its own
    placements:
      - {credential_uid: "cred:fp:1", path: /srv/shop/.env.production}
      - {credential_uid: "cred:fp:2", path: /srv/shop/.env.staging}
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1}]
    placements:
      - {credential_uid: "cred:fp:1", path: /srv/shop/.env.production}
      - {credential_uid: "cred:fp:1", system: git_head, exposure: committed, scope: acme/shop, path: test/fixtures/env, attrs: {test_path: "true"}}
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: DEPLOY_TOKEN, attrs: {referenced: "true"}}]  # a name: each environment may hold its own value
    placements:
      - {credential_uid: "cred:at:x", system: ci_file, path: deploy.yml, environment: prod, attrs: {referenced: "true"}}
      - {credential_uid: "cred:at:x", system: ci_file, path: deploy.yml, environment: nonprod, attrs: {referenced: "true"}}
*/
WITH placed AS (
  SELECT p.credential_uid, p.scope || ':' || p.path || CASE WHEN p.environment IS NULL THEN ' (' || i.name || ')' ELSE '' END AS place, p.path, p.line, coalesce(p.environment, i.environment) AS environment,
    CASE WHEN p.environment IS NOT NULL THEN 'the place' ELSE 'its consumer ' || i.name END AS stated_by
  FROM placements_of_several p
  LEFT JOIN identities i ON i.uid = p.consumer_uid
  WHERE p.system <> 'git_history' AND p.state <> 'dead' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
    AND coalesce(p.attrs['referenced'], 'false') <> 'true'
),
crossing AS (
  SELECT credential_uid, min(place) FILTER (WHERE environment = 'prod') AS prod_place, min(place) FILTER (WHERE environment = 'nonprod') AS nonprod_place,
    min(stated_by) FILTER (WHERE environment = 'prod') AS prod_by, min(stated_by) FILTER (WHERE environment = 'nonprod') AS nonprod_by,
    count(DISTINCT place) AS places, min(path) FILTER (WHERE environment = 'nonprod') AS path
  FROM placed
  WHERE environment IS NOT NULL
  GROUP BY credential_uid
  HAVING count(DISTINCT environment) = 2
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, c.public_id, x.prod_place, x.nonprod_place,
  x.prod_by AS production_according_to, x.nonprod_by AS nonproduction_according_to, x.places AS number_of_places, c.status,
  CASE WHEN c.status = 'inactive' THEN 'low' ELSE 'high' END AS severity,
  x.path
FROM crossing x
JOIN credentials c ON c.uid = x.credential_uid
WHERE c.kind <> 'certificate' AND c.attrs['placeholder'] IS NULL AND coalesce(c.attrs['referenced'], 'false') <> 'true'
  AND c.status NOT IN ('revoked', 'expired')
