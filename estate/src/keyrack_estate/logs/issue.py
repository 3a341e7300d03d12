"""The events that issue role sessions, one shape for each way to come by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from keyrack_estate.logs.actors import Actor
from keyrack_estate.logs.consumers import Consumer
from keyrack_estate.logs.record import Records, Session

_STS = "sts.amazonaws.com"


def issued(
    records: Records,
    actor: Actor,
    consumer: Consumer,
    at: datetime,
    answer: dict[str, Any],
    caller: Session | None,
    session: Session,
) -> str:
    """AssumeRole, AssumeRoleWithWebIdentity or AssumeRoleWithSAML, as the trusting account's trail shows it.

    ``caller``: session of the identity that asks, for modes ``role`` and ``user``.
    """
    who, name, extra = _asked(records, consumer, caller)
    asks = {"roleArn": actor.arn, "roleSessionName": session.arn.rpartition("/")[2], **extra}
    served = consumer.mode == "service"
    return records.whole(
        {
            "userIdentity": who,
            "eventSource": _STS,
            "eventName": name,
            "sourceIPAddress": consumer.issuer if served else (caller or session).address,
            "userAgent": consumer.issuer if served else consumer.agent.replace("{api}", "sts"),
            "requestParameters": asks,
            "responseElements": answer | _answered(consumer),
            "readOnly": True,
            "resources": [{"accountId": records.account, "type": "AWS::IAM::Role", "ARN": actor.arn}],
        },
        at,
    )


def _asked(records: Records, consumer: Consumer, caller: Session | None) -> tuple[dict[str, Any], str, dict[str, Any]]:
    if consumer.mode == "service":
        return {"type": "AWSService", "invokedBy": consumer.issuer}, "AssumeRole", {"durationSeconds": 3600}
    if consumer.mode == "web":
        provider = f"arn:aws:iam::{records.account}:oidc-provider/{consumer.issuer}"
        principal = f"{provider}:{_audience(consumer)}:{consumer.subject}"
        who = {"type": "WebIdentityUser", "principalId": principal, "userName": consumer.subject, "identityProvider": provider}
        return who, "AssumeRoleWithWebIdentity", {"durationSeconds": 3600}
    if consumer.mode == "saml":
        who = {"type": "SAMLUser", "principalId": f"sso:{consumer.name}", "userName": consumer.name, "identityProvider": "sso"}
        return who, "AssumeRoleWithSAML", {"principalArn": consumer.issuer, "sAMLAssertionID": "_sso", "durationSeconds": 3600}
    if consumer.mode == "account":
        principal = records.principal_id(f"foreign/{consumer.issuer}", "AROA")
        who = {"type": "AWSAccount", "principalId": f"{principal}:sync", "accountId": consumer.issuer}
        return who, "AssumeRole", {"externalId": "***", "durationSeconds": 3600}
    return caller.block if caller else {}, "AssumeRole", {"durationSeconds": 3600}


def _audience(consumer: Consumer) -> str:
    return {"gitlab": "https://gitlab.com", "terraform": "aws.workload.identity"}.get(consumer.kind, _STS)


def _answered(consumer: Consumer) -> dict[str, Any]:
    if consumer.mode != "web":
        return {}
    return {
        "subjectFromWebIdentityToken": consumer.subject,
        "provider": consumer.issuer,
        "audience": _audience(consumer),
    }
