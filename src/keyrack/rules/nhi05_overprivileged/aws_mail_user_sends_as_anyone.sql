/*
id: aws_mail_user_sends_as_anyone
title: SMTP user may send mail in anybody's name
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html", "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"]
inputs: [aws.iam]
key: []
detects: |
  An IAM user that may do nothing but send mail through SES (its secret key is an SMTP password), has an active access key, and is allowed to send
  from every identity of the account: resource `*` and no condition on `ses:FromAddress`, a source address or a network.
why: |
  SMTP passwords lie in printers, shops and scripts. Whoever finds this one sends as the company's invoices or its chief executive, with valid DKIM.
remediation: |
  Name the identity and the sender in the policy of {name}: `"Resource": "arn:aws:ses:REGION:ACCOUNT:identity/DOMAIN"`,
  `"Condition": {"StringLike": {"ses:FromAddress": "shop@DOMAIN"}}`, and rotate the key: its SMTP password changes with it.
blind_spots: Sending authorisation policies of the identities themselves, and configuration sets, are not read.
false_positives: A relay that rightly sends for every domain of the company.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/mailer", type: "aws:iam-user", attrs: {smtp_only: "true"}}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/mailer", kind: access_key, status: active}]
    grants: [{identity_uid: "aws:iam::111122223333:user/mailer", language: aws-iam, actions: ["ses:SendRawEmail"]}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/mailer", type: "aws:iam-user", attrs: {smtp_only: "true"}}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/mailer", kind: access_key, status: active}]
    grants: [{identity_uid: "aws:iam::111122223333:user/mailer", language: aws-iam, actions: ["ses:SendRawEmail"], conditions: '{"StringLike":{"ses:FromAddress":["shop@acme.example"]}}'}]
  - identities: [{uid: "aws:iam::111122223333:user/mailer", type: "aws:iam-user", attrs: {smtp_only: "true"}}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/mailer", kind: access_key, status: active}]
    grants: [{identity_uid: "aws:iam::111122223333:user/mailer", language: aws-iam, actions: ["ses:SendRawEmail"], resources: ["arn:aws:ses:eu-west-1:111122223333:identity/shop.acme.example"]}]
  - identities: [{uid: "aws:iam::111122223333:user/mailer", type: "aws:iam-user", attrs: {smtp_only: "true"}}]  # its key is switched off
    credentials: [{identity_uid: "aws:iam::111122223333:user/mailer", kind: access_key, status: inactive}]
    grants: [{identity_uid: "aws:iam::111122223333:user/mailer", language: aws-iam, actions: ["ses:SendRawEmail"]}]
  - identities: [{uid: "aws:iam::111122223333:user/app", type: "aws:iam-user"}]  # a program with other work, judged by other rules
    credentials: [{identity_uid: "aws:iam::111122223333:user/app", kind: access_key, status: active}]
    grants: [{identity_uid: "aws:iam::111122223333:user/app", language: aws-iam, actions: ["ses:SendRawEmail", "s3:GetObject"]}]
*/
WITH senders AS (
  SELECT identity_uid, max(policy) AS policy FROM grants
  WHERE effect = 'allow' AND via NOT IN ('boundary', 'organisation') AND NOT not_resources AND conditions IS NULL
    AND (list_contains(resources, '*') OR list_contains(list_transform(resources, lambda r: regexp_full_match(r, 'arn:aws[^:]*:ses:[^:]*:[^:]*:(identity/)?[*]')), TRUE))
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, s.policy, i.usable_credentials AS active_keys, i.owner, i.last_used_at
FROM senders s
JOIN identities i ON i.uid = s.identity_uid
WHERE i.attrs['smtp_only'] = 'true' AND i.usable_credentials > 0
