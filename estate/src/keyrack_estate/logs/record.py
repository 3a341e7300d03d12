"""CloudTrail records as text: who (once a session), what (once a use), and the moment, the request and the event id.

Shapes from "CloudTrail record contents", "CloudTrail userIdentity element" and "Logging IAM and AWS STS API calls with
AWS CloudTrail". A record is put together from parts that are encoded once, so that millions cost seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from keyrack_estate.chance import BASE32, Chance
from keyrack_estate.logs.actors import Actor, Use
from keyrack_estate.logs.consumers import Consumer

GLOBAL = "us-east-1"
_DENIED = {"ec2": "Client.UnauthorizedOperation", "sns": "AuthorizationError"}
_WHO = "@@WHO@@"
_SPOKEN = {"logs": "CloudWatchLogs", "monitoring": "CloudWatch"}


def text(value: object) -> str:
    """Compact JSON."""
    return msgspec.json.encode(value).decode()


def moment(at: datetime) -> str:
    """CloudTrail's timestamp."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Session:
    """A credential at work: text up to the event's time, its address and its ARN."""

    head: str
    address: str
    arn: str
    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One use as text: after the time, after the address, after the request id, after the event id."""

    before_address: str
    before_request: str
    end: str
    region: str


class Records:
    """Makes the parts for one account."""

    def __init__(self, account: str, region: str, chance: Chance) -> None:
        self.account = account
        self.region = region
        self.chance = chance.child("records")
        self._ids: dict[str, str] = {}

    def principal_id(self, arn: str, prefix: str) -> str:
        """AROA... or AIDA..., the same for the same ARN."""
        if arn not in self._ids:
            self._ids[arn] = prefix + self.chance.child(arn).text(17, BASE32)
        return self._ids[arn]

    def key_session(self, actor: Actor, consumer: Consumer) -> Session:
        """An IAM user with an access key."""
        block = {
            "type": "IAMUser",
            "principalId": self.principal_id(actor.arn, "AIDA"),
            "arn": actor.arn,
            "accountId": self.account,
            "accessKeyId": consumer.key,
            "userName": actor.name,
        }
        return self.session(block, consumer.address(self.chance), actor.arn)

    def session(self, block: dict[str, Any], address: str, arn: str) -> Session:
        """The head of every record of a credential."""
        return Session(f'{{"eventVersion":"1.11","userIdentity":{text(block)},"eventTime":"', address, arn, block)

    def role_session(self, actor: Actor, consumer: Consumer, at: datetime) -> tuple[Session, dict[str, Any]]:
        """A role session, and what the event that issued it answers."""
        name = consumer.session_name(self.chance)
        role_id, key = self.principal_id(actor.arn, "AROA"), "ASIA" + self.chance.text(16, BASE32)
        arn = f"arn:aws:sts::{self.account}:assumed-role/{actor.name}/{name}"
        context: dict[str, Any] = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": actor.arn,
                "accountId": self.account,
                "userName": actor.name,
            },
            "attributes": {"creationDate": moment(at), "mfaAuthenticated": "false"},
        }
        if consumer.mode == "web":
            provider = f"arn:aws:iam::{self.account}:oidc-provider/{consumer.issuer}"
            context["webIdFederationData"] = {"federatedProvider": provider, "attributes": {}}
        if consumer.kind == "ec2":
            context["ec2RoleDelivery"] = "2.0"
        block = {
            "type": "AssumedRole",
            "principalId": f"{role_id}:{name}",
            "arn": arn,
            "accountId": self.account,
            "accessKeyId": key,
            "sessionContext": context,
        }
        answer = {
            "credentials": {"accessKeyId": key, "expiration": (at + timedelta(hours=1)).strftime("%b %d, %Y, %-I:%M:%S %p")},
            "assumedRoleUser": {"assumedRoleId": f"{role_id}:{name}", "arn": arn},
        }
        return self.session(block, consumer.address(self.chance), arn), answer

    def call(self, use: Use, resources: list[tuple[str, str]]) -> Call:
        """The text of a use. ``resources``: (CloudTrail type, ARN) pairs that the record lists."""
        api, region = use.api, GLOBAL if use.api.everywhere else self.region
        service = api.source.partition(".")[0]
        agent = use.consumer.agent.replace("{api}", _SPOKEN.get(service, service))
        about = f'","eventSource":"{api.source}","eventName":"{api.event}","awsRegion":"{region}","sourceIPAddress":"'
        body: dict[str, Any] = {"userAgent": agent, **self._error(use)}
        fill = {"account": self.account, "region": self.region, **_names(use)}
        body |= {"requestParameters": filled(api.params, fill) if api.params else None, "responseElements": None}
        end = {
            "readOnly": not api.write,
            **({"resources": [{"accountId": self.account, "type": t, "ARN": arn} for t, arn in resources]} if resources else {}),
            "eventType": "AwsApiCall",
            "managementEvent": api.data is None,
            "recipientAccountId": self.account,
            "eventCategory": "Management" if api.data is None else "Data",
        }
        return Call(about, f'",{text(body)[1:-1]},"requestID":"', f'",{text(end)[1:]}', region)

    def _error(self, use: Use) -> dict[str, str]:
        service = use.api.source.partition(".")[0]
        if use.denied:
            said = f"User: {_WHO} is not authorized to perform: {use.api.action} because no identity-based policy allows it"
            return {"errorCode": _DENIED.get(service, "AccessDenied"), "errorMessage": said}
        return {"errorCode": use.error[0], "errorMessage": use.error[1]} if use.error else {}

    def render(self, session: Session, call: Call, at: datetime) -> str:
        """One record."""
        request, event = (f"{self.chance.bits(128):032x}" for _ in range(2))
        before = call.before_request.replace(_WHO, session.arn) if _WHO in call.before_request else call.before_request
        return (
            f"{session.head}{moment(at)}{call.before_address}{session.address}{before}"
            f'{_dashed(request)}","eventID":"{_dashed(event)}{call.end}'
        )

    def whole(self, fields: dict[str, Any], at: datetime, region: str = "") -> str:
        """A record that is made once: sign-ins, issued sessions, events of AWS itself."""
        request, event = (_dashed(f"{self.chance.bits(128):032x}") for _ in range(2))
        return text(
            {
                "eventVersion": "1.11",
                "eventTime": moment(at),
                "awsRegion": region or self.region,
                "requestID": request,
                "eventID": event,
                "eventType": "AwsApiCall",
                "managementEvent": True,
                "recipientAccountId": self.account,
                "eventCategory": "Management",
                **fields,
            }
        )


def _names(use: Use) -> dict[str, str]:
    return {"name": use.target.name, "key": use.target.key, "role": use.target.role}


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def filled(value: Any, fill: dict[str, str]) -> Any:
    """Templates in a parameter tree replaced."""
    if isinstance(value, str):
        return value.format(**fill)
    if isinstance(value, dict):
        return {name: filled(part, fill) for name, part in value.items()}
    return [filled(part, fill) for part in value] if isinstance(value, list) else value
