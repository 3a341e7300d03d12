/*
id: nonprod_becomes_prod
title: Identity outside production can take over one of production
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [any.grants, keyrack.graph]
key: [target]
yields_to: [k8s_nonprod_account_in_prod, gcp_nonprod_reaches_prod, azure_nonprod_identity_in_prod]
detects: |
  One step from a non-production identity to a production one that no trust shows: it may attach the identity to a workload, change its policies, trust, keys or code,
  mint its tokens, or read its credential. The step is decided from the policies, roles and grants. A right over a whole project, folder, subscription, cluster or
  namespace is one finding, however many production identities are inside. Trusts are reported by nonprod_trusted_by_prod.
why: Whoever controls the test system controls production; the boundary between the two exists on paper only.
remediation: |
  Limit {mechanism} of {name} to the resources of its own environment, so that it no longer covers {target}.
blind_spots: Ways of several steps (`keyrack paths --to UID` shows them); identities whose environment neither tag nor name tells; policies on resources unless they were read.
false_positives: An administrator of the account, project or cluster rules every environment in it and is left out here. A name that misleads about the environment.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/ship-dev", type: aws:iam-role, environment: nonprod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
    policies:
      - {language: aws-iam, kind: trust, name: pay, scope: "111122223333", targets: ["aws:iam::111122223333:role/pay"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
  - identities:  # a role on the project of production
      - {uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}
      - {uid: "gcp:sa/pay@prod.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: prod, environment: prod}
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: ["roles/iam.serviceAccountTokenCreator"], resources: ["gcp:project/prod"]}]
good:
  - identities:
      - {uid: "aws:iam::111122223333:role/ship", type: aws:iam-role, environment: prod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
    policies:
      - {language: aws-iam, kind: trust, name: pay, scope: "111122223333", targets: ["aws:iam::111122223333:role/pay"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
  - identities:  # its own project only, where nothing is production
      - {uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}
      - {uid: "gcp:sa/pay@prod.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: prod, environment: prod}
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: ["roles/iam.serviceAccountTokenCreator"]}]
  - identities:  # a boundary takes the step away
      - {uid: "aws:iam::111122223333:role/ship-dev", type: aws:iam-role, environment: nonprod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["s3:*"], via: boundary}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
*/
WITH inside AS (  -- counted once for each sphere, not once for each holder of a right over it
  SELECT m.source AS sphere, count(DISTINCT m.target) AS identities, min(t.environment_evidence) AS known_by
  FROM steps m
  JOIN identities t ON t.uid = m.target
  WHERE starts_with(m.source, 'any:') AND t.environment = 'prod'
  GROUP BY m.source
),
step AS (
  SELECT b.source, b.target, 1 AS identities, t.environment_evidence AS known_by, b.mechanism, b.via
  FROM steps b
  JOIN identities t ON t.uid = b.target
  ANTI JOIN trusts r ON r.identity_uid = b.target AND r.subject = b.source
  WHERE t.environment = 'prod' AND NOT b.conditional
  UNION ALL
  SELECT b.source, substr(b.target, 5), n.identities, n.known_by, b.mechanism, b.via FROM steps b JOIN inside n ON n.sphere = b.target WHERE NOT b.conditional
)
SELECT i.uid AS identity, i.name, i.scope, b.target, max(b.identities) AS production_identities, string_agg(DISTINCT b.mechanism, ', ' ORDER BY b.mechanism) AS mechanism,
  min(b.via) AS via, min(b.known_by) AS production_known_by, min(i.environment_evidence) AS nonproduction_known_by, min(i.last_used_at) AS last_used_at
FROM step b
JOIN identities i ON i.uid = b.source
ANTI JOIN admins a ON a.uid = b.source
WHERE i.nhi AND i.environment = 'nonprod' AND NOT starts_with(i.type, 'iac:')
  AND b.mechanism NOT IN ('sts:AssumeRole', 'ci:assumes-role', 'os:assumes-role') AND NOT starts_with(b.mechanism, 'credential:')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
GROUP BY i.uid, i.name, i.scope, b.target
