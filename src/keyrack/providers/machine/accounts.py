"""Accounts of the host: who is in /etc/passwd, who is a person, and where the homes are.

Sources: passwd(5), shadow(5), login.defs(5) (``UID_MIN`` 1000, ``UID_MAX`` 60000). Nothing here is certain: a service may have a
person's shell. The evidence is written into the identity, so that a reader can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from keyrack.providers.machine.root import Root, shown
from keyrack.records import Identity
from keyrack.records.uids import machine_uid
from keyrack.sdk.formats.base import clean, text_of

_PEOPLE = range(1000, 60_000)
_NO_LOGIN = ("nologin", "false", "sync", "halt", "shutdown", "true", "null")
_SERVICE_NAME = re.compile(
    r"(?:^|[-_.])(?:svc|service|bot|ci|cd|deploy(?:er)?|build(?:er)?|runner|jenkins|gitlab|github|ansible|terraform|backup|cron|daemon"
    r"|agent|monitor(?:ing)?|prometheus|grafana|nagios|zabbix|postgres|mysql|redis|oracle|tomcat|nginx|www|app|git|sftp|rsync|robot|batch"
    r"|automation|worker|kafka|airflow|vault|consul|node)(?:$|[-_.\d])",
    re.IGNORECASE,
)
_HUMAN_TRACES = (
    (".bash_history", "shell history"),
    (".zsh_history", "shell history"),
    ("Desktop", "desktop folder"),
    ("Documents", "documents folder"),
    (".mozilla", "browser profile"),
    (".config/google-chrome", "browser profile"),
    (".config/chromium", "browser profile"),
    (".thunderbird", "mail client"),
    ("Library/Keychains", "key chain"),
    ("NTUSER.DAT", "Windows profile"),
    (".vscode", "editor"),
    (".config/Code", "editor"),
)
_SERVICE_HOMES = ("/var/", "/opt/", "/srv/", "/run/", "/usr/", "/nonexistent", "/etc/")
_NOT_PEOPLE = frozenset(("shared", "public", "default", "default user", "all users", "guest", ".localized", "lost+found"))


@dataclass(frozen=True, slots=True)
class Account:
    """One account. ``number`` is ``None`` and ``shell`` empty when only its home was found."""

    name: str
    home: str
    number: int | None = None
    shell: str = ""
    full_name: str = ""
    human: str = ""
    service: str = ""

    @property
    def interactive(self) -> bool | None:
        """Whether its shell lets somebody log in; ``None``: no shell known."""
        if self.number is None:
            return None
        return self.shell.rpartition("/")[2] not in _NO_LOGIN

    def uid(self, host: str) -> str:
        """Its identity."""
        return machine_uid(host, "unix-user", self.name)


def from_passwd(data: bytes) -> Iterator[Account]:
    """Accounts of a passwd file; lines that are none are passed over."""
    for line in text_of(data).split("\n"):
        parts = line.rstrip("\r").split(":")
        if (
            len(parts) >= 7
            and parts[0]
            and parts[2].isdecimal()
            and len(parts[2]) < 12
            and not parts[0].startswith(("#", "+", "-"))
        ):
            name = clean(parts[0])
            yield Account(name, parts[5] or "/", int(parts[2]), clean(parts[6]) or "/bin/sh", clean(parts[4].split(",")[0]))


def from_homes(root: Root, known: frozenset[str]) -> Iterator[Account]:
    """Accounts known only by a home: macOS, Windows and images without their passwd."""
    for parent in ("/home", "/Users", "/C/Users", "/c/Users", "/Documents and Settings"):
        for name in root.names(parent):
            home = f"{parent}/{name}"
            if name.lower() not in _NOT_PEOPLE and not name.startswith(".") and home not in known and root.is_directory(home):
                yield Account(clean(shown(name)), home)
    if "/root" not in known and root.is_directory("/root"):
        yield Account("root", "/root", 0, "/bin/sh")


def judged(root: Root, account: Account) -> Account:
    """The account with the evidence for a person or a service: what it cannot do first, then its name, traces and number."""
    traces = next((why for path, why in _HUMAN_TRACES if root.exists(f"{account.home.rstrip('/')}/{path}")), "")
    if account.number == 0:
        return replace(account, human="administrator (uid 0)")
    service = ""
    if account.interactive is False:
        service = f"shell {account.shell}"
    elif _SERVICE_NAME.search(account.name):
        service = "name"
    elif not traces and account.number is not None and account.number not in _PEOPLE:
        service = f"uid {account.number}"
    elif not traces and account.home.startswith(_SERVICE_HOMES):
        service = f"home {clean(shown(account.home))}"
    person = traces or ("home directory" if account.number is None else "uid and login shell")
    return replace(account, service=service, human="" if service else person)


def identity(account: Account, host: str) -> Identity:
    """The identity record of an account."""
    attrs = {
        "shell": account.shell,
        "interactive": "" if account.interactive is None else str(account.interactive).lower(),
        "unix_uid": "" if account.number is None else str(account.number),
        "service_evidence": account.service,
        "human_evidence": account.human,
        "path": shown(account.home),
    }
    return Identity(
        uid=account.uid(host),
        kind="service_account" if account.service else "human",
        type="unix:user",
        name=account.name,
        provider="machine",
        scope=host,
        status="active" if account.interactive is not False else "unknown",
        attrs={key: value for key, value in attrs.items() if value},
    )
