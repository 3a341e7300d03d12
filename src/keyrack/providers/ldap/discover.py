"""The order of searches: the context and its policy, groups, accounts page by page; what names others comes last."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from keyrack.providers.ldap import capabilities, control, people
from keyrack.providers.ldap.accounts import Account, Domain, account_of, records
from keyrack.providers.ldap.connect import Directory, Failed, bind, failures
from keyrack.providers.ldap.control import Control
from keyrack.providers.ldap.descriptions import written
from keyrack.providers.ldap.groups import Groups
from keyrack.providers.ldap.raw import Entry, interval_days, sid
from keyrack.records import Gap, Record, Resource
from keyrack.sdk import Context
from keyrack.sdk.gaps import gap
from keyrack.sdk.spending import note

# fmt: off
_CONTEXT = (
    "*", "objectSid", "maxPwdAge", "minPwdLength", "lockoutThreshold", "ms-DS-MachineAccountQuota",
    "msDS-LogonTimeSyncInterval", "msDS-Behavior-Version", "nTSecurityDescriptor",
)
_GROUP_AD = ("cn", "sAMAccountName", "objectSid", "memberOf")
_GROUP_OTHER = ("cn", "memberOf", "member", "uniqueMember", "roleOccupant", "memberUid")
_ACCOUNT = (
    "objectClass", "cn", "uid", "mail", "displayName", "givenName", "sn", "description", "info", "employeeID",
    "employeeNumber", "employeeType", "department", "departmentNumber", "manager", "managedBy", "owner", "memberOf",
)
_ACCOUNT_AD = (
    *_ACCOUNT,
    "sAMAccountName", "objectSid", "userAccountControl", "servicePrincipalName", "pwdLastSet", "lastLogonTimestamp",
    "accountExpires", "whenCreated", "primaryGroupID", "adminCount", "msDS-SupportedEncryptionTypes",
    "msDS-AllowedToDelegateTo", "msDS-AllowedToActOnBehalfOfOtherIdentity", "msDS-GroupMSAMembership",
    "msDS-ManagedPasswordInterval", "sIDHistory", "msDS-KeyCredentialLink", "operatingSystem", "ms-Mcs-AdmPwdExpirationTime",
    "msLAPS-PasswordExpirationTime", "nTSecurityDescriptor",
)
_ACCOUNT_OTHER = (
    *_ACCOUNT,
    "userPassword", "createTimestamp", "creatorsName", "pwdChangedTime", "pwdLastSuccess", "authTimestamp",
    "pwdAccountLockedTime", "nsAccountLock",
)
# fmt: on
_GROUPS_AD = "(objectClass=group)"
_GROUPS_OTHER = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(roleOccupant=*))"
_ANYBODY = "(|(objectClass=person)(objectClass=simpleSecurityObject))"
_ACCOUNTS_AD = "(|(&(objectCategory=person)(objectClass=user))(objectClass=computer)(objectClass=msDS-ManagedServiceAccount))"
_ACCOUNTS_OTHER = (
    "(|(objectClass=simpleSecurityObject)(objectClass=inetOrgPerson)(objectClass=person)(objectClass=posixAccount)(objectClass=account)"
    "(objectClass=applicationProcess)(objectClass=device))"
)


def discover(directory: Directory, options: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """Records and Gaps of one naming context."""
    held = Control()
    domain = yield from _context(directory, options, held, ctx)
    groups = Groups()
    yield from _groups(directory, groups, domain)
    found = people.People()
    seen = Seen()
    for entry in directory.search(*((_ACCOUNTS_AD, _ACCOUNT_AD) if domain.kind == "ad" else (_ACCOUNTS_OTHER, _ACCOUNT_OTHER))):
        if isinstance(entry, Failed):
            yield _gap("accounts", domain.base, entry)
            continue
        account = account_of(entry, domain)
        seen.add(account)
        found.add(account)
        if domain.kind == "ad":
            held.add(account)
        yield from _account(account, groups, held, domain)
        yield from written(account, domain, ctx.fingerprint)
    yield from found.ownership()
    yield from held.trusts(groups, domain)
    yield from seen.gaps(domain, held)
    note(ctx.progress, f"{directory.login.host}:{directory.login.port}", calls=directory.searches)


class Seen:
    """Counts by which it is known what was not shown to us."""

    def __init__(self) -> None:
        self.accounts = self.dated = self.methods = 0

    def add(self, account: Account) -> None:
        """One more account."""
        self.accounts += 1
        self.dated += bool(account.entry.values.keys() & {"pwdchangedtime", "pwdlastsuccess", "authtimestamp"})
        self.methods += bool(account.entry.all("userPassword"))

    def gaps(self, domain: Domain, held: Control) -> Iterator[Gap]:
        """What nobody had: refused attributes look like missing ones, so the sentence says both."""
        if self.accounts and domain.kind == "ad" and held.unread:
            yield _hidden("control", domain.base, f"access lists of {held.unread} accounts are not shown to us")
        if self.accounts and domain.kind != "ad" and not self.dated:
            yield _hidden("operational", domain.base, "no account shows when its password changed or was used last")
        if self.accounts and domain.kind != "ad" and not self.methods:
            yield _hidden("operational", f"{domain.base} userPassword", "how passwords are stored is not shown to us")


def _hidden(capability: str, subject: str, sentence: str) -> Gap:
    """Something that takes an optional permission."""
    permission, hint = {
        "control": (capabilities.CONTROL, "give the scanning account READ_CONTROL"),
        "operational": (
            capabilities.OPERATIONAL,
            "give what `keyrack permissions ldap` prints; or switch ppolicy and lastbind on",
        ),
    }[capability]
    return gap(f"ldap.{capability}", subject, "denied", sentence, permission=permission, hint=hint, incomplete=False)


def _account(account: Account, groups: Groups, held: Control, domain: Domain) -> Iterator[Record]:
    """Records of one account that need no other."""
    member = groups.of(account.entry, domain.sid, account.login)
    more = control.facts(account, groups, member)
    more["managed_password_readers"] = control.managed_readers(account)
    yield from records(account, domain, more)
    if domain.kind == "ad":
        yield from control.grants(account, groups, member, held, domain)
    yield from people.stated(account)
    someone = people.person(account, domain.now)
    if someone is not None:
        yield someone


def _context(directory: Directory, options: Mapping[str, str], held: Control, ctx: Context) -> Generator[Record, None, Domain]:
    """The naming context and its policy."""
    entry = directory.entry(directory.base, _CONTEXT if directory.kind == "ad" else ("*", "+"))
    if entry is None or isinstance(entry, Failed):
        if entry is None:
            said = "the naming context is not there, or not shown to us"
            yield gap("ldap.directory", directory.base, "missing", said, permission=capabilities.READ, hint="check --ldap-base")
        else:
            yield _gap("directory", directory.base, entry)
        entry = Entry(directory.base, {})
    domain = _domain(directory, entry, options, ctx)
    yield _resource(directory, entry, anonymous_read(directory))
    if domain.kind == "ad":
        if not held.domain_head(next(iter(entry.all("nTSecurityDescriptor")), None)):
            yield _hidden("control", f"{domain.base} itself", "who may copy the domain's secrets is not shown to us")
        holder = directory.entry(f"CN=AdminSDHolder,CN=System,{directory.base}", ["nTSecurityDescriptor"])
        if isinstance(holder, Entry):
            held.admin_holder(next(iter(holder.all("nTSecurityDescriptor")), None))
    return domain


def _domain(directory: Directory, entry: Entry, options: Mapping[str, str], ctx: Context) -> Domain:
    days = interval_days(entry.number("maxPwdAge"))
    lag = entry.number("msDS-LogonTimeSyncInterval")
    return Domain(
        base=directory.base,
        kind=directory.kind,
        now=ctx.now,
        sid=sid(next(iter(entry.all("objectSid")), None)),
        max_age=timedelta(days=min(days, 36_500)) if days is not None else None,
        lag_days=14 if lag is None else max(0, min(lag, 100_000)),
        lastbind_since=_date(options.get("lastbind_since")),
        fingerprinter=ctx.fingerprint,
    )


def _date(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _resource(directory: Directory, entry: Entry, anonymous: bool | None) -> Resource:
    days = interval_days(entry.number("maxPwdAge"))
    facts = {
        "vendor": _vendor(directory),
        "anonymous_read": str(anonymous).lower() if anonymous is not None else None,
        "max_password_days": str(days) if days is not None else None,
        "min_password_length": entry.text("minPwdLength"),
        "lockout_threshold": entry.text("lockoutThreshold"),
        "machine_account_quota": entry.text("ms-DS-MachineAccountQuota"),
        "functional_level": entry.text("msDS-Behavior-Version"),
        "sid": sid(next(iter(entry.all("objectSid")), None)),
    }
    return Resource(
        uid=f"ldap:{directory.base}:directory/{directory.base}",
        type="ldap:directory",
        name=directory.base,
        provider="ldap",
        scope=directory.base,
        tier="crown",
        attrs={name: value for name, value in facts.items() if value},
    )


def _vendor(directory: Directory) -> str:
    if directory.kind == "ad":
        return "Active Directory"
    known = any("openldap" in name.lower() for name in directory.root.texts("objectClass"))
    return directory.root.text("vendorName") or ("OpenLDAP" if known else "other")


def anonymous_read(directory: Directory) -> bool | None:
    """Whether accounts are shown to nobody in particular; ``None``: could not be tried."""
    try:
        link = bind(directory.login, anonymous=True)
        directory.searches += 1
        link.search(
            directory.base,
            _ANYBODY,
            "SUBTREE",
            attributes=["1.1"],
            size_limit=1,
        )
        shown = any(item.get("type") == "searchResEntry" for item in link.response or [])
    except failures() as error:
        refused = isinstance(getattr(error, "result", None), int)
        return False if refused else None
    with contextlib.suppress(*failures()):
        link.unbind()
    return shown


def _groups(directory: Directory, groups: Groups, domain: Domain) -> Iterator[Record]:
    windows = domain.kind == "ad"
    for entry in directory.search(*((_GROUPS_AD, _GROUP_AD) if windows else (_GROUPS_OTHER, _GROUP_OTHER))):
        if isinstance(entry, Failed):
            yield _gap("groups", domain.base, entry)
        else:
            groups.add(entry, backlinks=windows)
    yield from groups.records(domain.base)


def _gap(capability: str, subject: str, failed: Failed) -> Gap:
    weather = failed.weather
    return gap(
        f"ldap.{capability}",
        subject,
        weather.reason,
        f"{subject}: {weather.sentence}",
        permission=capabilities.READ if weather.reason == "denied" else None,
        hint=weather.hint,
    )
