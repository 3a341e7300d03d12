"""Labels that follow from the account itself: dates, tags and settings, by the definitions of :mod:`keyrack_estate.risks`."""

from __future__ import annotations

from keyrack_estate.account.model import AccessKey, Tags, User
from keyrack_estate.truth import Anchor, arn, key
from keyrack_estate.world import World

GRACE, KEY_DAYS, PASSWORD_DAYS = 30, 90, 30
OWNER_TAGS = ("Owner", "Team")


class Labels:
    """Reads the account and writes what is true of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self._gone = {person.email for person in world.company.gone}

    def write(self) -> None:
        """All labels of users, keys, roles and instances."""
        for user in self.world.account.users.values():
            self._user(user)
        for role in self.world.account.roles.values():
            anchor = arn(self.world.account.role_arn(role.name))
            if role.linked_service or self.truth.excused(anchor):
                continue
            self._owner(anchor, role.tags)
            days = (self.world.now - role.created).days
            if role.last_used is None:
                self._unused(anchor, days)
            elif (idle := (self.world.now - role.last_used).days) > GRACE:
                self.truth.planted("idle", anchor, note=f"{idle} days")
        for instance in self.world.account.instances:
            anchor = arn(self.world.account.arn("ec2", f"instance/{instance.id}"))
            holder = arn(self.world.account.role_arn(instance.profile or ""))
            if instance.imds == "optional":
                self.truth.planted("imds_v1", anchor, holder, note="HttpTokens optional")
            else:
                self.truth.decoy("NHI4:2025", anchor, "HttpTokens required")
                self.truth.decoy("NHI4:2025", holder, "HttpTokens required")
            if instance.user_data:
                self.truth.planted("secret_in_workload", anchor, holder, note="user data")
        self.truth.debatable("NHI1:2025", arn(f"arn:aws:iam::{self.world.account.id}:root"), "the account's root user")

    def _user(self, user: User) -> None:
        anchor = arn(self.world.account.user_arn(user))
        sealed = user.tags.get("Purpose") == "break-glass"
        if not sealed:
            self._owner(anchor, user.tags)
        active = [made for made in user.keys if made.active]
        for made in active:
            self._key(made, anchor, alone=len(active) == 1 and not user.console)
        if len(active) == 2 and user.name not in self.world.rotating:
            self.truth.planted("two_active_keys", anchor, *[key(made.id) for made in active])
        if user.console and user.path == "/service/":
            days = (self.world.now - user.created).days
            self.truth.debatable("NHI4:2025", anchor, "service user with a password and no MFA")
            if days > PASSWORD_DAYS:
                self.truth.planted("password_unrotated", anchor, note=f"{days} days")
            if user.password_used is not None:
                self.truth.planted("console_use", anchor, note="signed in this month")
            else:
                self._unused(anchor, days)
        elif user.console and not sealed:
            self.truth.decoy("NHI10:2025", anchor, "a person's own user")

    def _owner(self, anchor: Anchor, tags: Tags) -> None:
        named = [tags[name] for name in OWNER_TAGS if name in tags]
        creator = tags.get("CreatedBy")
        if not named and creator is None:
            self.truth.planted("no_owner", anchor)
        elif named and all(name in self._gone for name in named):
            self.truth.planted("owner_gone", anchor, note=named[0])
        elif creator in self._gone:
            self.truth.planted("owner_gone", anchor, note=f"created by {creator}")

    def _key(self, made: AccessKey, user: Anchor, *, alone: bool) -> None:
        now = self.world.now
        age = (now - made.created).days
        holder = (user,) if alone else ()
        if age > KEY_DAYS:
            self.truth.planted("key_unrotated", key(made.id), *holder, note=f"{age} days")
        else:
            self.truth.debatable("NHI7:2025", key(made.id), "in date; but no access key expires by itself")
        if made.last_used is None:
            self._unused(key(made.id), age, *holder)
        elif (idle := (now - made.last_used).days) > GRACE:
            self.truth.planted("idle", key(made.id), *holder, note=f"{idle} days")

    def _unused(self, anchor: Anchor, age: int, *also: Anchor) -> None:
        if age > GRACE:
            self.truth.planted("never_used", anchor, *also, note=f"{age} days old")
        else:
            self.truth.decoy("NHI1:2025", anchor, f"never used, but only {age} days old")
