"""CloudFormation and SAM."""

from __future__ import annotations

from keyrack.records import Credential, Grant, Identity, Placement, Resource, Trust

ROLE = "repo:acme/web:iam-role/stack.yaml/Role"


def test_roles_policies_and_trusts_with_short_tags(declared):
    found = declared(
        {
            "stack.yaml": """\
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              RoleName: !Sub "${AWS::StackName}-deploy"
              PermissionsBoundary: arn:aws:iam::111122223333:policy/b
              Tags: [{Key: Owner, Value: platform}]
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Principal:
                      Federated: !Sub arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com
                    Action: sts:AssumeRoleWithWebIdentity
                    Condition:
                      StringEquals: {"token.actions.githubusercontent.com:sub": "repo:acme/web:ref:refs/heads/main"}
                  - Effect: Allow
                    Principal: {AWS: "arn:aws:iam::444455556666:root"}
                    Action: sts:AssumeRole
              ManagedPolicyArns:
                - !Sub "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"
                - !Ref Managed
                - !If [IsProd, !Ref "AWS::NoValue", "arn:aws:iam::aws:policy/PowerUserAccess"]
              Policies:
                - PolicyName: inline
                  PolicyDocument:
                    Statement: {Effect: Allow, Action: "s3:GetObject", Resource: !Join ["", ["arn:aws:s3:::", !Ref Bucket, "/*"]]}
                - Fn::If:
                    - IsProd
                    - PolicyName: conditional
                      PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:*", Resource: !GetAtt Queue.Arn}]}
                    - Ref: AWS::NoValue
          Managed:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "iam:PassRole", Resource: "*"}]}}
          Attached:
            Type: AWS::IAM::Policy
            Properties:
              PolicyName: attached
              Roles: [!Ref Role]
              PolicyDocument: {Statement: [{Effect: Deny, NotAction: "ec2:*", Resource: "*"}]}
        """
        }
    )
    role = found.identity(ROLE)
    assert role.attrs == {
        "path": "stack.yaml",
        "line": "3",
        "address": "stack.yaml/Role",
        "boundary": "aws:iam::111122223333:policy/b",
    }
    assert role.tags == {"Owner": "platform"}
    trusts = {t.subject: t for t in found.of(Trust)}
    assert trusts["token.actions.githubusercontent.com"].subs == ["repo:acme/web:ref:refs/heads/main"]
    assert trusts["444455556666"].subject_kind == "other_account"
    grants = {g.policy: (g.via, g.effect, g.actions, g.resources) for g in found.of(Grant)}
    assert grants == {
        "inline": ("inline", "allow", ["s3:GetObject"], ["arn:aws:s3:::${Bucket}/*"]),
        "conditional": ("inline", "allow", ["sqs:*"], ["${Queue.Arn}"]),
        "attached": ("inline", "deny", ["ec2:*"], ["*"]),
        "Managed": ("managed", "allow", ["iam:PassRole"], ["*"]),
        "aws:iam::aws:policy/AdministratorAccess": ("managed", "allow", ["*"], ["*"]),
        "aws:iam::aws:policy/PowerUserAccess": ("managed", "allow", [], []),
    }
    assert not found.gaps()


def test_users_access_keys_and_providers_in_json(declared):
    found = declared(
        {
            "t.json": """\
        {"Resources": {
          "Bot": {"Type": "AWS::IAM::User", "Properties": {"UserName": "bot"}},
          "Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Bot"}}},
          "Person": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": {"Ref": "Secret"}}}},
          "Oidc": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://gitlab.com", "ClientIdList": ["https://gitlab.com"]}}
        }}
        """
        }
    )
    assert {i.name: i.kind for i in found.of(Identity)} == {"bot": "service_account", "Person": "human"}
    (key,) = found.of(Credential)
    assert (key.kind, key.identity_uid, key.expiry) == ("access_key", "repo:acme/web:iam-user/t.json/Bot", "never")
    assert [r.attrs["audiences"] for r in found.of(Resource)] == ["https://gitlab.com"]


def test_workloads_and_the_role_sam_implies(declared):
    found = declared(
        {
            "sam/template.yml": """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Worker:
            Type: AWS::Serverless::Function
            Properties:
              Policies:
                - AmazonS3FullAccess
                - SQSPollerPolicy: {QueueName: q}
                - Statement: [{Effect: Allow, Action: "dynamodb:*", Resource: "*"}]
          Profile: {Type: "AWS::IAM::InstanceProfile", Properties: {Roles: [!Ref Role]}}
          Role:
            Type: AWS::IAM::Role
            Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: [ec2.amazonaws.com]}, Action: ["sts:AssumeRole"]}]}}
          Host: {Type: "AWS::EC2::Instance", Properties: {IamInstanceProfile: !Ref Profile}}
          Task: {Type: "AWS::ECS::TaskDefinition", Properties: {TaskRoleArn: !GetAtt Role.Arn}}
        """
        }
    )
    implied, role = "repo:acme/web:iam-role/sam/template.yml/WorkerRole", "repo:acme/web:iam-role/sam/template.yml/Role"
    assert {(t.identity_uid, t.subject.rpartition("/")[2]) for t in found.trusts("aws:runs-as")} == {
        (implied, "Worker"), (role, "Host"), (role, "Task"),
    }  # fmt: skip
    assert {(t.identity_uid, t.subject) for t in found.trusts("sts:AssumeRole")} == {
        (implied, "lambda.amazonaws.com"),
        (role, "ec2.amazonaws.com"),
    }
    assert {g.policy for g in found.of(Grant)} == {"aws:iam::aws:policy/AmazonS3FullAccess", "sam:SQSPollerPolicy", "policy 3"}


def test_literals_and_hard_negatives(declared, values):
    password, token, secret = values.password(), values.github(), values.password()
    found = declared({"stack.yaml": f"""\
        AWSTemplateFormatVersion: "2010-09-09"
        Parameters:
          DbPassword: {{Type: String, NoEcho: true, Default: {password}}}
          ApiToken: {{Type: String, NoEcho: true}}
          LambdaCodeS3Key: {{Type: String, Default: Releases/Build-2024/App9.zip}}
        Resources:
          Role: {{Type: "AWS::IAM::Role", Properties: {{AssumeRolePolicyDocument: {{Statement: []}}}}}}
          Fn:
            Type: AWS::Lambda::Function
            Properties:
              Role: !GetAtt Role.Arn
              Environment:
                Variables:
                  GITHUB_TOKEN: {token}
                  OTHER_TOKEN: !Ref ApiToken
                  TABLE: t
          Db:
            Type: AWS::RDS::DBInstance
            Properties: {{MasterUserPassword: "{{{{resolve:secretsmanager:db:SecretString:password}}}}"}}
          Db2:
            Type: AWS::RDS::DBInstance
            Properties: {{MasterUserPassword: !Ref DbPassword}}
          Secret:
            Type: AWS::SecretsManager::Secret
            Properties: {{SecretString: {secret}}}
          Generated:
            Type: AWS::SecretsManager::Secret
            Properties: {{GenerateSecretString: {{SecretStringTemplate: '{{"username": "admin"}}', GenerateStringKey: password}}}}
          Task:
            Type: AWS::ECS::TaskDefinition
            Properties:
              ContainerDefinitions:
                - Environment: [{{Name: DB_PASSWORD, Value: {password}}}]
                  Secrets: [{{Name: SAFE_PASSWORD, ValueFrom: "arn:aws:ssm:eu-west-1:111122223333:parameter/x"}}]
                  Tags: [{{Key: Some9Long8Tag7Key, Value: x}}]
        """}, password, token, secret)  # fmt: skip
    places = {field: p.line for field, p in found.committed().items()}
    assert places == {
        "Parameters.DbPassword": 3,
        "Fn.Environment.Variables.GITHUB_TOKEN": 14,
        "Secret.SecretString": 25,
        "Task.ContainerDefinitions[0].Environment.DB_PASSWORD": 33,
    }
    assert found.committed()["Fn.Environment.Variables.GITHUB_TOKEN"].consumer_uid == ROLE
    assert len(found.of(Placement)) == 4


def test_instances_state_their_metadata_service(declared):
    found = declared(
        {
            "ec2.yaml": """\
        AWSTemplateFormatVersion: '2010-09-09'
        Resources:
          Old: {Type: 'AWS::EC2::Instance', Properties: {MetadataOptions: {HttpTokens: optional}}}
          New: {Type: 'AWS::EC2::Instance', Properties: {MetadataOptions: {HttpTokens: required}}}
          Silent: {Type: 'AWS::EC2::Instance', Properties: {}}
        """
        }
    )
    assert {r.name: r.attrs.get("imds") for r in found.of(Resource)} == {"Old": "optional", "New": "required", "Silent": None}
