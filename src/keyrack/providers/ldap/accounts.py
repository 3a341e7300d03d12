"""One account: who it is, its flags, its password, its use. Pure.

Facts: userAccountControl (MS-ADTS 2.2.16), msDS-SupportedEncryptionTypes (MS-KILE 2.2.7), lastLogonTimestamp and its update
interval (MS-ADA1 2.352; MS-ADTS 6.1.1.2.4.1 msDS-LogonTimeSyncInterval, 14 days when not set), pwdChangedTime and pwdLastSuccess
(draft-behera-ldap-password-policy-11; slapd-config(5) olcLastBind).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keyrack.providers.ldap import nature
from keyrack.providers.ldap.raw import Entry, dn_key, sid
from keyrack.records import Credential, Identity, Record, Usage
from keyrack.records.credential import CredentialStatus, Expiry
from keyrack.records.identity import IdentityStatus
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.secret import Secret

DISABLED, NO_PASSWORD, REVERSIBLE, NO_EXPIRY = 0x2, 0x20, 0x80, 0x10000
SMARTCARD, UNCONSTRAINED, NOT_DELEGATED, DES_ONLY = 0x40000, 0x80000, 0x100000, 0x200000
NO_PREAUTH, TO_AUTH, SERVER, READ_ONLY_SERVER = 0x400000, 0x1000000, 0x2000, 0x4000000
_FLAGS = (
    (NO_PASSWORD, "password_not_required"),
    (NO_EXPIRY, "password_never_expires"),
    (REVERSIBLE, "reversible_password"),
    (DES_ONLY, "des_only"),
    (NO_PREAUTH, "preauth_not_required"),
    (SMARTCARD, "smartcard_required"),
    (NOT_DELEGATED, "not_delegated"),
    (SERVER | READ_ONLY_SERVER, "domain_controller"),
)
_ENCRYPTION = ((0x3, "des"), (0x4, "rc4"), (0x8, "aes128"), (0x10, "aes256"))
_MANAGED = {
    "msds-groupmanagedserviceaccount": "gmsa",
    "msds-delegatedmanagedserviceaccount": "dmsa",
    "msds-managedserviceaccount": "smsa",
}
_BUILTIN = frozenset({"500", "501", "502"})
_SCHEME = re.compile(rb"\{([A-Za-z0-9_/-]{1,30})\}")
LOCKED_FOREVER = "000001010000Z"
"""pwdAccountLockedTime of an account an administrator locked (draft-behera-ldap-password-policy-11 section 5.3.3)."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What the whole directory says about every account."""

    base: str
    kind: str
    now: datetime
    sid: str | None = None
    max_age: timedelta | None = None
    lag_days: int = 14
    lastbind_since: datetime | None = None
    fingerprinter: Fingerprinter | None = field(default=None, repr=False, compare=False)

    def uid(self, dn: str) -> str:
        """Canonical name of an account."""
        return f"ldap:{self.base}:account/{dn_key(dn)}"


@dataclass(frozen=True, slots=True)
class Account:
    """An entry that may sign in, judged."""

    entry: Entry
    uid: str
    login: str
    classes: frozenset[str]
    flags: int
    sid: str | None
    nature: nature.Nature
    tags: Mapping[str, str]
    expires: datetime | None
    status: IdentityStatus

    @property
    def machine(self) -> bool:
        """A computer or managed account: it changes its password by itself."""
        return "computer" in self.classes or bool(self.classes & _MANAGED.keys())

    @property
    def domain_controller(self) -> bool:
        """Whether it is a domain controller."""
        return bool(self.flags & (SERVER | READ_ONLY_SERVER))


def account_of(entry: Entry, domain: Domain) -> Account:
    """Read an entry."""
    classes = frozenset(name.lower() for name in entry.texts("objectClass"))
    login = entry.text("sAMAccountName") or entry.text("uid") or entry.text("cn") or entry.dn
    flags = entry.number("userAccountControl") or 0
    expires = entry.filetime("accountExpires") if domain.kind == "ad" else None
    tags = nature.notes(entry)
    off = bool(flags & DISABLED) or entry.text("pwdAccountLockedTime") == LOCKED_FOREVER or entry.flag("nsAccountLock")
    return Account(
        entry=entry,
        uid=domain.uid(entry.dn),
        login=login,
        classes=classes,
        flags=flags,
        sid=sid(next(iter(entry.all("objectSid")), None)),
        nature=nature.nature(entry, classes, login, tags),
        tags=tags,
        expires=expires,
        status="disabled" if off or (expires is not None and expires <= domain.now) else "active",
    )


def identity(account: Account, domain: Domain, more: Mapping[str, str | None]) -> Identity:
    """The account as an Identity; ``more`` are attributes about its groups and delegation."""
    entry = account.entry
    facts: dict[str, str | None] = {
        "dn": entry.dn,
        "sid": account.sid,
        "login_name": account.login,
        "account_class": next((name for kind, name in _MANAGED.items() if kind in account.classes), None),
        "builtin": "true" if _builtin(account) else None,
        "spns": ", ".join(entry.texts("servicePrincipalName")[:10]),
        "encryption": _encryption(entry) if domain.kind == "ad" else None,
        "admin_count": "true" if entry.number("adminCount") == 1 else None,
        "os": entry.text("operatingSystem"),
        "local_admin_password_expires": _laps(entry),
        "old_sids": ", ".join(filter(None, map(sid, entry.all("sIDHistory")[:10]))),
        "key_credentials": str(len(entry.all("msDS-KeyCredentialLink"))) if entry.all("msDS-KeyCredentialLink") else None,
        "account_expires": account.expires.isoformat() if account.expires else None,
        "service_evidence": account.nature.service_evidence,
        "human_evidence": account.nature.human_evidence,
        **{name: "true" for bit, name in _FLAGS if account.flags & bit},
        **more,
    }
    vendor = account.tags.get("vendor") or account.tags.get("supplier")
    return Identity(
        uid=account.uid,
        kind=account.nature.kind,
        type=_type(account),
        name=account.login,
        provider="ldap",
        scope=domain.base,
        status=account.status,
        created_at=entry.moment("whenCreated") or entry.moment("createTimestamp"),
        environment=nature.environment(entry, account.tags),
        third_party=vendor is not None,
        vendor=vendor,
        tags=dict(account.tags),
        attrs={name: value for name, value in facts.items() if value},
    )


def _type(account: Account) -> str:
    if account.classes & _MANAGED.keys():
        return "ldap:managed-account"
    if "computer" in account.classes:
        return "ldap:computer"
    if account.classes & {"user", "person", "inetorgperson", "posixaccount", "organizationalperson"}:
        return "ldap:user"
    return "ldap:application"


def _builtin(account: Account) -> bool:
    return bool(account.sid) and str(account.sid).startswith("S-1-5-21-") and str(account.sid).rpartition("-")[2] in _BUILTIN


def _encryption(entry: Entry) -> str | None:
    """Encryption types; none stated means the domain controller's default, RC4 among it for old passwords."""
    bits = entry.number("msDS-SupportedEncryptionTypes")
    if not bits:
        return "default"
    return ",".join(name for bit, name in _ENCRYPTION if bits & bit) or "default"


def _laps(entry: Entry) -> str | None:
    moment = entry.filetime("msLAPS-PasswordExpirationTime") or entry.filetime("ms-Mcs-AdmPwdExpirationTime")
    return moment.isoformat() if moment else None


def password(account: Account, domain: Domain) -> Credential | None:
    """The account's password; ``None`` for entries that have none that we know of."""
    entry = account.entry
    method = _method(entry)
    if (
        domain.kind != "ad"
        and method is None
        and not (account.classes & {"simplesecurityobject", "posixaccount", "inetorgperson"})
    ):
        return None
    changed = entry.filetime("pwdLastSet") if domain.kind == "ad" else entry.moment("pwdChangedTime")
    expires, expiry = _expiry(account, domain, changed)
    status: CredentialStatus = "active" if domain.kind == "ad" or method else "unknown"
    if account.status == "disabled":
        status = "inactive"
    facts = {"method": method, **_rotation(account)}
    return Credential(
        uid=credential_uid("ldap", holder=account.uid, name="password"),
        kind="password",
        issuer="ldap",
        name="password",
        identity_uid=account.uid,
        fingerprint=_fingerprint(entry, domain),
        status=status,
        created_at=entry.moment("whenCreated") or entry.moment("createTimestamp"),
        rotated_at=changed,
        expires_at=expires,
        expiry=expiry,
        attrs={name: value for name, value in facts.items() if value},
    )


def _method(entry: Entry) -> str | None:
    """Scheme of userPassword, never more of it (RFC 3112; slappasswd(8)); a value without a scheme is the password itself."""
    values = entry.all("userPassword")
    if not values:
        return None
    schemes = {
        match[1].decode("ascii", "replace").lower() if (match := _SCHEME.match(value)) else "cleartext" for value in values
    }
    return "cleartext" if "cleartext" in schemes else min(schemes)


def _fingerprint(entry: Entry, domain: Domain) -> str | None:
    """Keyed fingerprint of a password that is kept as it is, so that its copies elsewhere are recognised; hashes have none."""
    values = [value for value in entry.all("userPassword") if value and not _SCHEME.match(value)]
    return domain.fingerprinter.of(Secret(values[0])) if values and domain.fingerprinter is not None else None


def _rotation(account: Account) -> dict[str, str]:
    if not account.machine:
        return {}
    days = account.entry.number("msDS-ManagedPasswordInterval")
    return {"rotation_enabled": "true", "rotation_days": str(days if days and days > 0 else 30)}


def _expiry(account: Account, domain: Domain, changed: datetime | None) -> tuple[datetime | None, Expiry]:
    """End of the password by the domain's policy. Its lapse asks for a change at the next sign-in; services simply fail then."""
    if domain.kind != "ad":
        return None, "unknown"
    if account.machine or domain.max_age is None:
        return account.expires, "set" if account.expires else "unknown"
    if account.flags & NO_EXPIRY or not domain.max_age:
        return account.expires, "set" if account.expires else "never"
    ends = [moment for moment in (changed + domain.max_age if changed else None, account.expires) if moment]
    return (min(ends), "set") if ends else (None, "unknown")


def usage(account: Account, domain: Domain) -> Iterator[Usage]:
    """Last sign-in as the directory reports it; absence only where it would have been told."""
    found = _last_use(account, domain)
    if found is None:
        return
    source, used, since, lag = found
    yield Usage(
        uid=row_uid("use", account.uid, source),
        identity_uid=account.uid,
        credential_uid=credential_uid("ldap", holder=account.uid, name="password"),
        grade="reported" if used else "absent",
        source=source,
        used_at=used,
        since=None if used else since,
        attrs={"lag_days": str(lag)} if lag else {},
    )


def _last_use(account: Account, domain: Domain) -> tuple[str, datetime | None, datetime | None, int] | None:
    """Source, last use, since when silence counts, and how late the source may be."""
    entry = account.entry
    made = entry.moment("whenCreated") or entry.moment("createTimestamp")
    if domain.kind == "ad":
        used = entry.filetime("lastLogonTimestamp")
        if used is None and (made is None or not domain.lag_days):
            return None
        return "ldap:lastLogonTimestamp", used, made, domain.lag_days
    for name in ("pwdLastSuccess", "authTimestamp"):
        used = entry.moment(name)
        if used:
            return f"ldap:{name}", used, None, 0
    if domain.lastbind_since is None:
        return None
    return "ldap:pwdLastSuccess", None, max(filter(None, (made, domain.lastbind_since))), 0


def records(account: Account, domain: Domain, more: Mapping[str, str | None]) -> Iterator[Record]:
    """Identity, password and use."""
    yield identity(account, domain, more)
    secret = password(account, domain)
    if secret is not None:
        yield secret
        yield from usage(account, domain)
