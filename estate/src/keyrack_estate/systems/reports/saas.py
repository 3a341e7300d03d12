"""A status board that no provider reads: its accounts and tokens as its administrators export them, each with its truth."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from keyrack_estate.truth import Anchor, key, native
from keyrack_estate.world import World

SYSTEM = "statusboard"
MAPPING = f"""[[reports]]
match = "gitleaks-attic.sarif"
repository = "nordholm/attic"

[[tables]]
match = "{SYSTEM}-accounts*.csv"
record = "account"
system = "{SYSTEM}"
[tables.columns]
id = "Login"
name = "Login"
kind = "Type"
created = "Created"
last_used = "Last active"
owner = "Owner"
role = "Role"
privilege = "Role"
vendor = "Company"
status = "State"
[tables.values.kind]
Bot = "service_account"
Person = "human"
[tables.values.privilege]
Administrator = "admin"
Editor = "write"
Viewer = "read"
[tables.empty]
last_used = "never"

[[tables]]
match = "{SYSTEM}-tokens*.csv"
record = "credential"
system = "{SYSTEM}"
kind = "api_token"
[tables.columns]
id = "Token ID"
name = "Label"
holder = "Login"
created = "Created"
rotated = "Changed"
expires = "Expires"
last_used = "Last used"
status = "State"
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A token by days: made, changed, until it ends (``None``: never), since last used (``None``: never, -1: not told)."""

    age: int
    changed: int | None = None
    ends: int | None = 60
    used: int | None = 1
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Account:
    """An account; ``used``: days since it was last active, ``None``: never."""

    login: str
    role: str = "Editor"
    owner: str = "living"
    used: int | None = 1
    age: int = 400
    vendor: str = ""
    state: str = "active"
    kind: str = "Bot"
    tokens: tuple[Token, ...] = ()


ACCOUNTS = (
    Account("deploy-notes", tokens=(Token(40),)),
    Account("uptime-probe", tokens=(Token(30), Token(20))),
    Account("incident-bot", tokens=(Token(500, changed=20),)),
    Account("release-feed", used=200),
    Account("beta-banner", used=None, age=300),
    Account("old-importer", used=150, tokens=(Token(100, used=150),)),
    Account("nightly-sync", used=120, tokens=(Token(80, used=2),)),  # its token works every day
    Account("fresh-bot", used=None, age=12, tokens=(Token(12, used=None),)),
    Account("retired-bot", used=400, state="disabled", tokens=(Token(500, state="revoked", used=400),)),
    Account("quarter-report", used=70),
    Account("orphan-one", owner="", tokens=(Token(60),)),
    Account("orphan-two", owner=""),
    Account("orphan-off", owner="", state="disabled"),
    Account("left-behind", owner="gone", tokens=(Token(50),)),
    Account("left-too", owner="gone"),
    Account("board-admin", role="Administrator", tokens=(Token(50),)),
    Account("user-sync", role="Administrator"),
    Account("admin-off", role="Administrator", state="disabled"),
    Account("viewer-bot", role="Viewer"),
    Account("lumen-agent", role="Administrator", vendor="Lumenwatch"),
    Account("tide-agent", role="Administrator", vendor="Tidewater Backup"),
    Account("bright-agent", role="Viewer", vendor="Brightcost"),
    Account("paper-agent", role="Administrator", vendor="Paperplane Mail", state="disabled"),
    Account("yearling", tokens=(Token(500),)),
    Account("elder", tokens=(Token(1200, ends=20),)),
    Account("renewed", tokens=(Token(900, changed=30),)),
    Account("forever-one", tokens=(Token(50, ends=None),)),
    Account("forever-two", tokens=(Token(700, ends=None),)),
    Account("forever-gone", tokens=(Token(700, ends=None, state="revoked"),)),
    Account("sleeper", tokens=(Token(200, used=120), Token(40))),
    Account("unborn", tokens=(Token(45, used=None),)),
    Account("in-doubt", tokens=(Token(300, used=95, state="inactive"),)),
    Account("ann", kind="Person", role="Administrator", used=300),
    Account("bo", kind="Person", owner="", tokens=(Token(200, ends=100),)),
)


def plant(world: World) -> dict[str, str]:
    """Files by name, with their truth written."""
    chance = world.chance.child("reports-saas")
    accounts, tokens = [], []
    living, gone = world.company.active, world.company.gone
    for number, it in enumerate(ACCOUNTS):
        owner = {"living": living[number % len(living)].email, "gone": gone[number % len(gone)].email}.get(it.owner, "")
        kept = owner if not it.vendor else ""
        row = [it.login, it.kind, _day(world, it.age), _day(world, it.used), kept, it.role, it.vendor, it.state]
        accounts.append(row)
        _account_truth(world, it)
        for each, token in enumerate(it.tokens):
            name = f"sbt-{chance.text(12).lower()}"
            ends = _day(world, -token.ends) if token.ends is not None else "never"
            used = "never" if token.used is None else _day(world, token.used)
            changed = _day(world, token.changed) if token.changed is not None else ""
            tokens.append([name, f"{it.login} {each + 1}", it.login, _day(world, token.age), changed, ends, used, token.state])
            _token_truth(world, it, token, key(name))
    heads = ["Login", "Type", "Created", "Last active", "Owner", "Role", "Company", "State"]
    parts = ["Token ID", "Label", "Login", "Created", "Changed", "Expires", "Last used", "State"]
    return {f"{SYSTEM}-accounts.csv": _csv(heads, accounts), f"{SYSTEM}-tokens.csv": _csv(parts, tokens)}


def _day(world: World, days: int | None) -> str:
    return "" if days is None else world.days_ago(days).strftime("%Y-%m-%d %H:%M:%S")


def _csv(head: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue()


def _account_truth(world: World, it: Account) -> None:
    truth, anchor = world.truth, native(SYSTEM, it.login)
    works = it.state == "active" and it.kind == "Bot"
    uses = [used for used in (it.used, *(token.used for token in it.tokens)) if used is not None]
    idle = min(uses) > 90 if uses else it.age > 30
    if works and idle:
        truth.planted("saas_account_idle", anchor)
    if works and not it.owner and not it.vendor:
        truth.planted("saas_account_no_owner", anchor)
    if works and it.owner == "gone":
        truth.planted("saas_owner_gone", anchor)
    if works and it.role == "Administrator":
        truth.planted("saas_vendor_admin" if it.vendor else "saas_admin", anchor)
    truth.fine(anchor, f"{it.kind} {it.login}: nothing of this risk is wrong with it")


def _token_truth(world: World, it: Account, token: Token, anchor: Anchor) -> None:
    truth = world.truth
    works = token.state == "active"
    if works and ((token.used is None and token.age > 30) or (token.used is not None and token.used > 90)):
        truth.planted("saas_token_idle", anchor, native(SYSTEM, it.login))
    if works and token.ends is None:
        truth.planted("saas_token_forever", anchor)
    if (
        works
        and it.kind == "Bot"
        and token.ends is not None
        and (token.changed if token.changed is not None else token.age) > 365
    ):
        truth.planted("saas_token_old", anchor)
    if token.ends is not None and token.age + token.ends > 366:
        truth.debatable("NHI7:2025", anchor, "made for more than a year, and changed in between")
    truth.fine(anchor, f"token of {it.login}: nothing of this risk is wrong with it")


def bulk(size: int) -> str:
    """An export of ``size`` accounts."""
    head = "Login,Type,Created,Last active,Owner,Role,Company,State\n"
    rows = (f"bot-{n},Bot,2025-01-02 00:00:00,2026-11-01 00:00:00,team:data,Editor,,active\n" for n in range(size))
    return head + "".join(rows)
