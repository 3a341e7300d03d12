/*
id: pipeline_path_to_admin
title: Pipeline's role reaches administrator rights through others
severity: high
confidence: medium
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, keyrack.graph]
key: [issuer]
detects: A role that tokens of an outside issuer (a CI/CD platform, a cluster) become, from which administrator rights are some steps away. Each step is decided from the policies.
why: A change merged into the pipeline's repository, or one malicious dependency of a build, is then enough to own the account.
remediation: |
  Take {first_step} from {name}, or limit it to the resources this pipeline deploys: {route}
blind_spots: Policies on resources unless they were read; what the pipeline's own platform lets others do.
false_positives: The one pipeline that deploys the account itself. Roles that hold administrator rights themselves are reported by admin_grant.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/ci", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    trusts:
      - identity_uid: "aws:iam::111122223333:role/ci"
        subject: token.actions.githubusercontent.com
        subject_kind: federated
        mechanism: "sts:AssumeRoleWithWebIdentity"
        issuer: token.actions.githubusercontent.com
        subs: ["repo:acme/web:ref:refs/heads/main"]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ci", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'}
good:
  - identities: [{uid: "aws:iam::111122223333:role/ci", type: "aws:iam-role"}]
    trusts:
      - identity_uid: "aws:iam::111122223333:role/ci"
        subject: token.actions.githubusercontent.com
        subject_kind: federated
        mechanism: "sts:AssumeRoleWithWebIdentity"
        issuer: token.actions.githubusercontent.com
        subs: ["repo:acme/web:ref:refs/heads/main"]
    grants: [{identity_uid: "aws:iam::111122223333:role/ci", actions: ["s3:PutObject"], resources: ["arn:aws:s3:::site/*"]}]
  - identities:  # the strong role trusts a service only
      - {uid: "aws:iam::111122223333:role/ci", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    trusts:
      - identity_uid: "aws:iam::111122223333:role/ci"
        subject: token.actions.githubusercontent.com
        subject_kind: federated
        mechanism: "sts:AssumeRoleWithWebIdentity"
        issuer: token.actions.githubusercontent.com
        subs: ["repo:acme/web:ref:refs/heads/main"]
    grants:
      - {identity_uid: "aws:iam::111122223333:role/ci", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
*/
SELECT i.uid AS identity, t.issuer, i.name, i.scope, string_agg(DISTINCT array_to_string(t.subs, ', '), '; ') AS subjects, any_value(a.hops) AS hops,
  any_value(a.mechanism) AS first_step, any_value(a.route) AS route, any_value(i.last_used_at) AS last_used_at
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN admin_paths a ON a.identity_uid = i.uid
WHERE t.mechanism = 'sts:AssumeRoleWithWebIdentity' AND t.issuer IS NOT NULL AND i.type = 'aws:iam-role'
GROUP BY i.uid, t.issuer, i.name, i.scope
