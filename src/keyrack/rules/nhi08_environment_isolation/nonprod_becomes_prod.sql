/*
id: nonprod_becomes_prod
title: Identity outside production can take over one of production
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, keyrack.graph]
key: [target]
detects: |
  One step from a non-production identity to a production one that no trust shows: it may pass the role to a service, change its policies, trust, keys or code, or
  read its credential. The step is decided from the policies. Trusts are reported by nonprod_trusted_by_prod.
why: Whoever controls the test system controls production; the boundary between the two exists on paper only.
remediation: |
  Limit {mechanism} of {name} to the resources of its own environment, so that it no longer covers {target}.
blind_spots: Ways of several steps (`keyrack paths --to UID` shows them); identities whose environment neither tag nor name tells; policies on resources unless they were read.
false_positives: An administrator of the account rules every environment in it and is left out here. A name that misleads about the environment.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/ship-dev", type: aws:iam-role, environment: nonprod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
    policies:
      - {language: aws-iam, kind: trust, name: pay, scope: "111122223333", targets: ["aws:iam::111122223333:role/pay"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
good:
  - identities:
      - {uid: "aws:iam::111122223333:role/ship", type: aws:iam-role, environment: prod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
    policies:
      - {language: aws-iam, kind: trust, name: pay, scope: "111122223333", targets: ["aws:iam::111122223333:role/pay"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
  - identities:  # a boundary takes the step away
      - {uid: "aws:iam::111122223333:role/ship-dev", type: aws:iam-role, environment: nonprod}
      - {uid: "aws:iam::111122223333:role/pay", type: aws:iam-role, environment: prod}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/pay"]}
      - {identity_uid: "aws:iam::111122223333:role/ship-dev", actions: ["s3:*"], via: boundary}
      - {identity_uid: "aws:iam::111122223333:role/pay", actions: ["s3:GetObject"]}
*/
SELECT i.uid AS identity, i.name, i.scope, b.target, string_agg(DISTINCT b.mechanism, ', ' ORDER BY b.mechanism) AS mechanism,
  any_value(b.via) AS via, any_value(t.environment_evidence) AS production_known_by, any_value(i.environment_evidence) AS nonproduction_known_by,
  any_value(i.last_used_at) AS last_used_at
FROM become b
JOIN identities i ON i.uid = b.source
JOIN identities t ON t.uid = b.target
ANTI JOIN admins a ON a.uid = b.source
WHERE NOT b.conditional AND i.environment = 'nonprod' AND t.environment = 'prod' AND i.type IN ('aws:iam-user', 'aws:iam-role')
  AND b.mechanism NOT IN ('sts:AssumeRole', 'ci:assumes-role', 'os:assumes-role') AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
GROUP BY i.uid, i.name, i.scope, b.target
