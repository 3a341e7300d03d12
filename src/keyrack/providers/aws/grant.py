"""The template that gives Keyrack its role in every account of an organisation: one CloudFormation StackSet. Pure.

Source of the facts: CloudFormation User Guide, "StackSets with service-managed permissions"; IAM User Guide, "How to use an
external ID".
"""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.sdk import Permission

_HEAD = """\
# Keyrack's read-only role in every account of the organisation. Save as keyrack-role.yaml; from the management account
# (or a delegated administrator of StackSets):
#   aws cloudformation create-stack-set --stack-set-name keyrack --template-body file://keyrack-role.yaml \\
#     --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false \\
#     --capabilities CAPABILITY_NAMED_IAM --parameters \\
#       ParameterKey=KeyrackPrincipal,ParameterValue=ARN_OF_THE_ROLE_KEYRACK_RUNS_AS \\
#       ParameterKey=ExternalId,ParameterValue=ANY_TEXT_OF_YOURS
#   aws cloudformation create-stack-instances --stack-set-name keyrack --deployment-targets OrganizationalUnitIds=r-ROOT \\
#     --regions us-east-1
# Then, as that principal in the management account or a delegated administrator's (it needs organizations:ListAccounts, and
# sts:AssumeRole on arn:aws:iam::*:role/KeyrackRead):
#   keyrack scan aws --aws-organization --aws-external-id ANY_TEXT_OF_YOURS --aws-regions all
# StackSets do not deploy to the management account itself: attach `keyrack permissions aws --optional` to the principal there.
AWSTemplateFormatVersion: "2010-09-09"
Description: Read-only role of Keyrack
Parameters:
  KeyrackPrincipal:
    Type: String
    Description: ARN of the role or user that Keyrack runs as
  ExternalId:
    Type: String
    MinLength: 2
Resources:
  KeyrackRead:
    Type: AWS::IAM::Role
    Properties:
      RoleName: KeyrackRead
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !Ref KeyrackPrincipal}
            Action: sts:AssumeRole
            Condition: {StringEquals: {"sts:ExternalId": !Ref ExternalId}}
      Policies:
        - PolicyName: keyrack-read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: KeyrackReadOnly
                Effect: Allow
                Resource: "*"
                Action:
"""
_CALLERS_OWN = frozenset({"sts:AssumeRole"})


def stackset(permissions: Sequence[Permission]) -> str:
    """YAML of the template, each action with its reason; the role in a member account becomes nobody else."""
    wanted = {item.name: item for item in permissions if item.name not in _CALLERS_OWN}
    return _HEAD + "".join(
        f"                  - {name}  # {item.why}{' (optional)' if item.optional else ''}\n"
        for name, item in sorted(wanted.items())
    )
