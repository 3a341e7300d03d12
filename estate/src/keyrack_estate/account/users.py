"""IAM users: people, services, and what became of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyrack_estate.account.model import AccessKey, Tags, User
from keyrack_estate.account.policies import ADMIN, EXCESSES, LOOKALIKES, modest
from keyrack_estate.company import DOMAIN
from keyrack_estate.minting import access_key_id, aws_secret
from keyrack_estate.truth import arn, key
from keyrack_estate.world import World

WORKLOADS = [
    "catalog",
    "orders",
    "basket",
    "checkout",
    "refunds",
    "invoices",
    "ledger",
    "payouts",
    "settlement",
    "fraud",
    "search",
    "suggest",
    "pricing",
    "stock",
    "shipping",
    "returns",
    "loyalty",
    "mailer",
    "notifier",
    "reports",
    "exports",
    "imports",
    "thumbnails",
    "video",
    "sitemap",
    "feeds",
    "partners",
    "webhooks",
    "sessions",
    "profiles",
    "addresses",
    "vouchers",
    "reviews",
    "ratings",
    "banners",
    "metrics",
    "audit",
    "archive",
    "backup",
    "restore",
    "replicator",
    "indexer",
    "tokenizer",
    "embeddings",
    "ranking",
    "forecast",
    "churn",
    "segments",
    "consent",
    "cookies",
    "translations",
    "taxes",
    "currency",
    "rates",
    "kyc",
    "sanctions",
    "chargebacks",
    "disputes",
    "cards",
    "wallets",
    "topups",
    "limits",
]


@dataclass(frozen=True, slots=True)
class Habit:
    """How a key is kept: ages in days, ``used`` days ago (``None``: never)."""

    suffix: str
    count: int
    age: tuple[int, int]
    used: tuple[int, int] | None


HABITS = (
    Habit("sync", 24, (5, 80), (0, 12)),
    Habit("push", 34, (100, 900), (0, 12)),
    Habit("trial", 8, (150, 700), None),
    Habit("pilot", 8, (2, 12), None),
    Habit("monthly", 6, (45, 85), (40, 44)),
    Habit("old", 8, (300, 1200), (100, 280)),
)


class Users:
    """Plants the users of the account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("users")
        self._next = 0

    def plant(self) -> None:
        """All of them."""
        self._people()
        for habit in HABITS:
            for _ in range(habit.count):
                user = self._service(habit.suffix)
                self._key(user, habit.age, habit.used)
        self._rotating()
        self._retired_keys()
        self._owners()
        self._console()
        self._break_glass()
        self._excesses()

    def _add(self, user: User) -> User:
        self.world.account.users[user.name] = user
        return user

    def _service(self, suffix: str, tags: Tags | None = None, *, age: tuple[int, int] = (1300, 1900)) -> User:
        work = WORKLOADS[self._next % len(WORKLOADS)]
        name = f"svc-{work}-{suffix}" if self._next < len(WORKLOADS) else f"svc-{work}-{suffix}-{self._next // len(WORKLOADS)}"
        self._next += 1
        owner = self.chance.pick(self.world.company.active)
        given = (
            tags if tags is not None else self.chance.pick([{"Owner": owner.email}, {"Owner": owner.email, "Team": owner.team}])
        )
        created = self.chance.ago(self.world.now, *age)
        inline = {f"{work}-access": modest(self.world.account.id, work)}
        base = {"Type": "service", "Environment": "production", "Workload": work}
        return self._add(User(name, "/service/", created, base | given, inline=inline))

    def _key(self, user: User, age: tuple[int, int], used: tuple[int, int] | None, *, active: bool = True) -> AccessKey:
        created = self.chance.ago(self.world.now, *age)
        last: datetime | None = self.chance.ago(self.world.now, *used) if used else None
        if last is not None and last < created:
            last = created
        made = AccessKey(access_key_id(self.chance, self.world.account.id), aws_secret(self.chance), created, last, active)
        user.keys.append(made)
        self.world.service_keys.append((made.id, made.secret))
        return made

    def _people(self) -> None:
        people = [*self.world.company.active, *self.world.company.gone[:3]]
        for number, person in enumerate(people):
            tags = {"Type": "human", "Owner": person.email, "Team": person.team}
            created = self.chance.ago(self.world.now, 200, 1500)
            used = self.chance.ago(self.world.now, 0, 10)
            user = User(
                person.login, "/people/", created, tags, console=True, password_used=used, mfa=True, groups=["developers"]
            )
            self._add(user)
            if number < 14:
                made = self._key(user, (5, 80), (0, 6))
                self.world.service_keys.pop()
                self.world.human_keys.append((made.id, made.secret))

    def _rotating(self) -> None:
        """Two keys: both active is a finding; an old one already switched off is good housekeeping."""
        truth = self.world.truth
        for number in range(14):
            user = self._service("feed")
            self._key(user, (3, 25), (0, 2))
            old = self._key(user, (40, 80), (1, 12), active=number < 8)
            if number >= 8:
                truth.decoy("NHI7:2025", arn(self.world.account.user_arn(user)), "second key is inactive")
                truth.decoy("NHI7:2025", key(old.id), "inactive")

    def _retired_keys(self) -> None:
        for _ in range(8):
            user = self._service("relay")
            self._key(user, (5, 60), (0, 5))
            old = self._key(user, (200, 900), (120, 190), active=False)
            for owasp in ("NHI1:2025", "NHI7:2025"):
                self.world.truth.decoy(owasp, key(old.id), "inactive key, kept for its log")

    def _owners(self) -> None:
        gone = self.world.company.gone
        for _ in range(8):
            self._key(self._service("cron", {}), (5, 80), (0, 8))
        for number in range(8):
            self._key(self._service("job", {"Owner": gone[number % len(gone)].email}), (5, 80), (0, 8))
        for number in range(4):
            self._key(self._service("hook", {"CreatedBy": gone[number].email}), (5, 80), (0, 8))
        for number in range(6):
            team = self.world.company.people[number].team
            user = self._service("batch", {"Team": team})
            self._key(user, (5, 80), (0, 8))
            self.world.truth.decoy("NHI1:2025", arn(self.world.account.user_arn(user)), "owned by a team with living members")

    def _console(self) -> None:
        """A service with a password: signed in to lately it is used by people; never signed in to it is still a password."""
        for _ in range(8):
            user = self._service("portal", age=(120, 600))
            user.console, user.password_used = True, self.chance.ago(self.world.now, 0, 9)
            self._key(user, (5, 80), (0, 8))

    def _break_glass(self) -> None:
        for name in ("break-glass-1", "break-glass-2"):
            tags = {"Purpose": "break-glass", "Owner": self.world.company.people[4].email, "Type": "human"}
            created, used = self.world.days_ago(430), self.world.days_ago(210)
            user = self._add(
                User(name, "/break-glass/", created, tags, console=True, password_used=used, mfa=True, managed=[ADMIN])
            )
            anchor = arn(self.world.account.user_arn(user))
            for owasp in ("NHI1:2025", "NHI10:2025"):
                self.world.truth.decoy(owasp, anchor, "break-glass account with MFA, sealed by design")
            for owasp in ("NHI5:2025", "NHI7:2025"):
                self.world.truth.debatable(owasp, anchor, "break-glass account: administrator by design")

    def _excesses(self) -> None:
        chosen = [e for e in EXCESSES if e.name in {"legacy-deployer", "bucket-mover", "policy-editor", "key-issuer"}]
        chosen += [e for e in LOOKALIKES if e.name in {"denied-iam", "one-bucket", "describe-all"}]
        for excess in chosen:
            user = self._service("ops")
            self._key(user, (5, 80), (0, 8))
            user.managed.extend(excess.managed)
            if excess.document is not None:
                user.inline[excess.name] = excess.document
            anchor = arn(self.world.account.user_arn(user))
            if excess.label:
                self.world.truth.planted(excess.label, anchor, note=excess.note)
            else:
                self.world.truth.decoy("NHI5:2025", anchor, excess.note)


def external_key(world: World, account: str) -> tuple[str, str]:
    """An access key of somebody else's account: found in files, unknown to our IAM."""
    chance = world.chance.child(f"external/{account}")
    return access_key_id(chance, account), aws_secret(chance)


def service_mail(login: str) -> str:
    """Address a service user commits with."""
    return f"{login}@{DOMAIN}"
