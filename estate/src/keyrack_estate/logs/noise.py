"""What else stands in a trail and is nobody's use of a grant: sign-ins, the root user, AWS's own events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from keyrack_estate.account.model import User
from keyrack_estate.logs.callers import OFFICE
from keyrack_estate.logs.consumers import BROWSER
from keyrack_estate.logs.record import GLOBAL, Records
from keyrack_estate.world import World

Made = tuple[datetime, str, str]
"""Moment, region, record."""


class Noise:
    """Records of one day."""

    def __init__(self, world: World, records: Records) -> None:
        self.world = world
        self.records = records
        self.chance = world.chance.child("logs/noise")

    def of(self, day: datetime) -> Iterator[Made]:
        """Sign-ins, the root user's two visits, key rotations of AWS; all before the estate's moment."""
        yield from (made for made in self._all(day) if made[0] < self.world.now)

    def _all(self, day: datetime) -> Iterator[Made]:
        for user in self.world.account.users.values():
            used = user.password_used
            if user.console and used is not None and day <= used and self.chance.chance(0.2) and used - day < timedelta(days=90):
                at = min(day + timedelta(hours=7, seconds=self.chance.integer(0, 30_000)), used)
                yield at, GLOBAL, self._sign_in(user, at)
        root = self.world.account.root
        if root is not None:
            for at, name in ((root.password_used, "ConsoleLogin"), (root.key_used, "GetAccountSummary")):
                if day <= at < day + timedelta(days=1):
                    yield at, GLOBAL, self._root(name, at)
        if day.day == 1:
            for key in self.world.account.kms:
                if key.rotated:
                    at = day + timedelta(hours=3)
                    yield at, self.world.account.region, self._rotated(key.id, at)

    def _sign_in(self, user: User, at: datetime) -> str:
        arn = self.world.account.user_arn(user)
        who = {
            "type": "IAMUser",
            "principalId": self.records.principal_id(arn, "AIDA"),
            "arn": arn,
            "accountId": self.world.account.id,
            "userName": user.name,
        }
        failed = self.chance.chance(0.05)
        more = {"errorMessage": "Failed authentication"} if failed else {}
        return self._console(who, at, "Failure" if failed else "Success", more)

    def _console(self, who: dict[str, Any], at: datetime, result: str, more: dict[str, Any]) -> str:
        fields = {
            "userIdentity": who,
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "sourceIPAddress": f"{OFFICE}.{self.chance.integer(2, 250)}",
            "userAgent": BROWSER,
            "requestParameters": None,
            "responseElements": {"ConsoleLogin": result},
            "additionalEventData": {"MFAUsed": "Yes", "MobileVersion": "No"},
            "readOnly": False,
            "eventType": "AwsConsoleSignIn",
        }
        return self.records.whole(fields | more, at, GLOBAL)

    def _root(self, name: str, at: datetime) -> str:
        account = self.world.account.id
        who = {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account}
        if name == "ConsoleLogin":
            return self._console(who, at, "Success", {})
        fields = {
            "userIdentity": who | {"accessKeyId": ""},
            "eventSource": "iam.amazonaws.com",
            "eventName": name,
            "sourceIPAddress": f"{OFFICE}.14",
            "userAgent": BROWSER,
            "requestParameters": None,
            "responseElements": None,
            "readOnly": True,
        }
        return self.records.whole(fields, at, GLOBAL)

    def _rotated(self, key: str, at: datetime) -> str:
        arn = self.world.account.arn("kms", f"key/{key}")
        fields = {
            "userIdentity": {"accountId": self.world.account.id, "invokedBy": "AWS Internal"},
            "eventSource": "kms.amazonaws.com",
            "eventName": "RotateKey",
            "sourceIPAddress": "AWS Internal",
            "userAgent": "AWS Internal",
            "requestParameters": None,
            "responseElements": None,
            "readOnly": False,
            "resources": [{"ARN": arn, "accountId": self.world.account.id, "type": "AWS::KMS::Key"}],
            "eventType": "AwsServiceEvent",
            "serviceEventDetails": {"keyId": key},
        }
        return self.records.whole(fields, at)
