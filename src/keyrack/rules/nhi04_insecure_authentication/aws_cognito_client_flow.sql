/*
id: aws_cognito_client_flow
title: Cognito client uses the implicit grant, plain http, or passwords without a secret
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:SC-8", "CSF-2.0:PR.AA-03"]
references: ["https://www.rfc-editor.org/rfc/rfc9700.html", "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html"]
inputs: [aws.cognito]
key: []
detects: |
  An application client of a user pool that may use the implicit grant (RFC 9700, section 2.1.2, says not to), that sends codes or tokens to an `http://`
  address of another host, or that takes a user's name and password directly (`USER_PASSWORD_AUTH`) without a client secret. High for http.
why: |
  Tokens in a redirect's fragment end in histories, logs and referrers; over http everybody on the way reads them. A direct password flow without a
  secret lets anybody who knows the public client id try passwords.
remediation: |
  `aws cognito-idp update-user-pool-client` for {name}: `--allowed-o-auth-flows code` with PKCE, `https://` in `--callback-urls`, and `ALLOW_USER_SRP_AUTH` in place of
  `ALLOW_USER_PASSWORD_AUTH`. Give all other settings again: what is left out is reset.
blind_spots: Whether the app really uses PKCE is not known to Cognito.
false_positives: A client kept for moving users from an old directory needs the password flow for the time of the move.
bad:
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {flows: implicit, callbacks: "https://shop.example/cb", secret: "false"}}]
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {flows: code, callbacks: "https://shop.example/cb,http://old.example/cb", secret: "true"}}]
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {auth_flows: "ALLOW_REFRESH_TOKEN_AUTH,ALLOW_USER_PASSWORD_AUTH", secret: "false"}}]
good:
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {flows: code, callbacks: "https://shop.example/cb", secret: "false"}}]
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {flows: code, callbacks: "http://localhost:3000/cb,http://127.0.0.1/cb,http://[::1]:8000/cb", secret: "false"}}]
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {auth_flows: ALLOW_USER_PASSWORD_AUTH, secret: "true"}}]  # a server's own client
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {auth_flows: "ALLOW_ADMIN_USER_PASSWORD_AUTH,ALLOW_USER_SRP_AUTH", secret: "false"}}]
  - identities: [{uid: "aws:cognito-idp:eu-west-1:1:userpool/p/client/a", type: "aws:cognito-client", kind: oauth_app, attrs: {flows: client_credentials, secret: "true"}}]
*/
WITH clients AS (
  SELECT i.*,
    regexp_matches(coalesce(i.attrs['flows'], ''), '(^|,)implicit(,|$)') AS implicit,
    regexp_matches(regexp_replace(lower(coalesce(i.attrs['callbacks'], '')), 'http://(localhost|127[.][0-9.]+|[[]::1[]])([:/,]|$)', '', 'g'), '(^|,)http://') AS plain_http,
    regexp_matches(coalesce(i.attrs['auth_flows'], ''), '(^|,)(ALLOW_)?USER_PASSWORD_AUTH(,|$)') AND i.attrs['secret'] = 'false' AS open_password
  FROM identities i WHERE i.type = 'aws:cognito-client'
)
SELECT uid AS identity, name, scope, attrs['flows'] AS flows, attrs['callbacks'] AS callbacks, attrs['auth_flows'] AS sign_in_flows, created_at,
  concat_ws('; ', CASE WHEN implicit THEN 'implicit grant' END, CASE WHEN plain_http THEN 'plain http' END, CASE WHEN open_password THEN 'passwords without a client secret' END) AS what,
  CASE WHEN plain_http THEN 'high' ELSE 'medium' END AS severity
FROM clients WHERE implicit OR plain_http OR open_password
