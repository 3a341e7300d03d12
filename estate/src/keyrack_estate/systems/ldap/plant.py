"""What is wrong, and what only looks wrong, in Nordholm's directories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack_estate.systems.ldap.state import BASE, CHANGED, DOMAIN, MADE, SID, USED, State
from keyrack_estate.systems.ldap.windows import ADMINISTRATORS, FULL, REPLICATE, RESET, ace, descriptor, filetime, sid
from keyrack_estate.truth import Anchor, native

if TYPE_CHECKING:
    from keyrack_estate.world import World


class Planter:
    """Plants both directories; each method a risk, its problems first and what resembles them after."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        chance = world.chance.child("ldap")
        self.chance = chance
        self.state = State.empty(world.now, chance.child("reader").dense(24))
        self.number = 1200
        self.sids: dict[str, str] = {}

    def plant(self) -> State:
        """Both directories."""
        for base in (BASE, DOMAIN):
            anchor = native("ldap", f"cn=keyrack,{base}")
            for owasp in ("NHI1:2025", "NHI4:2025", "NHI7:2025"):
                self.truth.debatable(owasp, anchor, "the account this scan binds with")
        self._groups()
        self._life()
        self._guessable()
        self._storage()
        self._rank()
        self._control()
        self._environments()
        self._people()
        self._described()
        self._shared()
        self._vendors()
        return self.state

    def account(self, name: str, *, unit: str = "services", kind: str = "user", uac: int = 0x200, changed: float = CHANGED,
                used: float | None = USED, **more: list[str | bytes]) -> Anchor:  # fmt: skip
        """An account of the domain; ``more`` by attribute, underscores for hyphens."""
        self.number += 1
        self.sids[name] = f"{SID}-{self.number}"
        state, dn = self.state, f"cn={name},ou={unit},{DOMAIN}"
        values: dict[str, list[str | bytes]] = {
            "objectClass": [kind, "extensibleObject"],
            "cn": [name],
            "sAMAccountName": [name],
            "objectSid": [sid(self.sids[name])],
            "userAccountControl": [str(uac)],
            "objectCategory": ["person"],
            "primaryGroupID": ["513"],
            "whenCreated": [f"{state.ago(MADE):%Y%m%d%H%M%S}.0Z"],
            "pwdLastSet": [filetime(state.ago(changed))],
            "lastLogonTimestamp": [filetime(state.ago(used))] if used is not None else [],
            "msDS-SupportedEncryptionTypes": ["24"],
            "nTSecurityDescriptor": [descriptor(ace(ADMINISTRATORS, FULL))],
            **{key.replace("_", "-"): value for key, value in more.items()},
        }
        state.entries[DOMAIN].append((dn, {key: held for key, held in values.items() if held}))
        return native("ldap", dn)

    def group(self, name: str, identifier: str, *parents: str) -> None:
        """A group, and the groups it is in."""
        values: dict[str, list[str | bytes]] = {
            "objectClass": ["group", "extensibleObject"],
            "cn": [name],
            "sAMAccountName": [name],
        }
        values["objectSid"] = [sid(identifier)]
        if parents:
            values["memberOf"] = [self.member(parent) for parent in parents]
        self.state.entries[DOMAIN].append((f"cn={name},ou=groups,{DOMAIN}", values))

    def member(self, group: str) -> str:
        """DN of a group."""
        return f"cn={group},ou=groups,{DOMAIN}"

    def old(self, anchor: Anchor) -> None:
        """A program's password that nobody has changed for over a month."""
        self.truth.planted("ldap_old_password", anchor)

    def _groups(self) -> None:
        self.group("Domain Admins", f"{SID}-512")
        self.group("Backup Operators", "S-1-5-32-551")
        self.group("Tier0 Tools", f"{SID}-1101", "Domain Admins")
        self.group("Deployers", f"{SID}-1102", "Tier0 Tools")
        self.group("Domain Admins Readers", f"{SID}-1103")

    def _life(self) -> None:
        for name, used in (("svc-fax", 200), ("svc-legacy-crm", 47)):
            self.truth.planted("ldap_idle", self.account(name, used=used))
        self.truth.planted("ldap_idle", self.account("svc-pilot", used=None))
        scanner = self.state.application(
            "scanner", userPassword="{SSHA}none", pwdLastSuccess=f"{self.state.ago(120):%Y%m%d%H%M%SZ}"
        )
        self.truth.planted("ldap_idle", native("ldap", scanner))
        self.truth.decoy("NHI1:2025", self.account("svc-off", uac=0x202, used=300, changed=400), "switched off, and without rank")
        self.truth.decoy("NHI1:2025", self.account("svc-late", used=20), "within the lag of lastLogonTimestamp")
        silent = self.state.application("wiki", userPassword="{SSHA}none", pwdLastSuccess="")
        self.truth.decoy("NHI1:2025", native("ldap", silent), "OpenLDAP does not tell")
        rank: list[str | bytes] = [self.member("Domain Admins")]
        self.truth.planted("ldap_disabled_rank", self.account("svc-old-backup", uac=0x202, used=300, changed=400, memberOf=rank))
        gone, here = self.world.company.gone[3].email, self.world.company.active[6].email
        self.truth.planted("ldap_owner_gone", self.account("svc-badge", description=[f"owner: {gone}"]))
        self.truth.decoy(
            "NHI1:2025", self.account("svc-doors", description=[f"owner: {here}; formerly {gone}"]), "a living owner"
        )

    def _guessable(self) -> None:
        first = self.account("svc-erp-sql", changed=900, servicePrincipalName=["MSSQLSvc/erp.corp.nordholm.example:1433"])
        second = self.account(
            "svc-sharepoint", changed=140, servicePrincipalName=["HTTP/portal"], msDS_SupportedEncryptionTypes=["4"]
        )
        third = self.account("svc-nfs", uac=0x400200)
        for anchor in (first, second, third):
            self.truth.planted("ldap_guessable", anchor)
        for anchor in (first, second):
            self.old(anchor)
        self.truth.decoy(
            "NHI4:2025", self.account("svc-crm-web", servicePrincipalName=["HTTP/crm"]), "AES, and a password of this month"
        )
        managed = self.account(
            "gmsa-crm$", kind="msDS-GroupManagedServiceAccount", uac=0x1000, servicePrincipalName=["HTTP/api"], changed=25
        )
        self.truth.decoy("NHI4:2025", managed, "its password is random and changes by itself")
        self.truth.decoy("NHI7:2025", managed, "its password is random and changes by itself")
        off = self.account("svc-nfs-old", uac=0x400202, used=300, changed=400)
        self.truth.decoy("NHI4:2025", off, "switched off")
        self.truth.decoy("NHI7:2025", off, "switched off")

    def _storage(self) -> None:
        printer = self.chance.child("printer").dense(18)
        self.state.values["printer"] = printer
        dn = self.state.application("printer", userPassword=printer)
        self.truth.planted("ldap_storage", native("ldap", dn))
        self.truth.planted("ldap_storage", native("ldap", self.state.application("radius", userPassword="{MD5}none")))
        self.truth.planted("ldap_storage", self.account("svc-kiosk", uac=0x220))
        self.truth.planted("ldap_storage", self.account("svc-voip", uac=0x280))
        self.truth.decoy("NHI4:2025", native("ldap", self.state.application("mail", userPassword="{SSHA}none")), "salted")
        self.truth.decoy(
            "NHI4:2025", self.account("WS-17$", unit="servers", kind="computer", uac=0x1020), "a computer's password is random"
        )
        self.old(
            native(
                "ldap",
                self.state.application("vpn", userPassword="{SSHA}none", pwdChangedTime=f"{self.state.ago(700):%Y%m%d%H%M%SZ}"),
            )
        )
        self.truth.decoy("NHI7:2025", native("ldap", dn), "changed this month")
        self.state.options[BASE] += [
            'access to attrs=userPassword by dn.exact="cn=keyrack,dc=nordholm,dc=example" read by anonymous auth by * none',
            "access to * by * read",
        ]
        self.truth.planted("ldap_anonymous", native("ldap", BASE))
        self.truth.decoy("NHI6:2025", native("ldap", DOMAIN), "shows nothing without a sign-in")

    def _rank(self) -> None:
        nested: list[str | bytes] = [self.member("Deployers")]
        for name, more in (("svc-deploy", nested), ("svc-veeam", [self.member("Backup Operators")])):
            self.truth.planted("ldap_rules", self.account(name, memberOf=list(more)))
        sync = self.account("svc-dirsync")
        self.truth.planted("ldap_rules", sync)
        rights = [ace(self.sids["svc-dirsync"], 0x100, kind) for kind in REPLICATE]
        half = self.account("svc-half-sync")
        rights.append(ace(self.sids["svc-half-sync"], 0x100, REPLICATE[0]))
        self.state.entries[DOMAIN][0][1]["nTSecurityDescriptor"] = [descriptor(ace(ADMINISTRATORS, FULL), *rights)]
        reader = self.account("svc-audit", memberOf=[self.member("Domain Admins Readers")])
        person = self.account("wilma.adm", unit="people", memberOf=[self.member("Domain Admins")], employeeID=["88"])
        for anchor in (half, reader, person):
            self.truth.decoy("NHI5:2025", anchor, "one of two rights, a group that only sounds like it, or a person")
        self.truth.planted("ldap_delegation", self.account("APP3$", unit="servers", kind="computer", uac=0x81000))
        self.truth.planted("ldap_delegation", self.account("svc-iis", uac=0x80200))
        controller = self.account("DC1$", unit="servers", kind="computer", uac=0x82000)
        bound = self.account("svc-proxy", msDS_AllowedToDelegateTo=["HTTP/crm"])
        for anchor in (controller, bound):
            self.truth.decoy("NHI5:2025", anchor, "a domain controller, or delegation to one service")

    def _control(self) -> None:
        everybody = descriptor(ace(f"{SID}-515", FULL))
        open_one = self.account(
            "gmsa-sql$", kind="msDS-GroupManagedServiceAccount", uac=0x1000, msDS_GroupMSAMembership=[everybody]
        )
        self.truth.planted("ldap_taken_over", open_one)
        reset = descriptor(ace(ADMINISTRATORS, FULL), ace("S-1-5-11", 0x100, RESET))
        self.truth.planted("ldap_taken_over", self.account("svc-print", nTSecurityDescriptor=[reset]))
        self.account("svc-helpdesk")
        lesser = descriptor(ace(ADMINISTRATORS, FULL), ace(self.sids["svc-helpdesk"], 0x100, RESET))
        ranked = self.account("svc-root-backup", memberOf=[self.member("Domain Admins")], nTSecurityDescriptor=[lesser])
        self.truth.planted("ldap_taken_over", ranked)
        self.truth.planted("ldap_rules", ranked)
        self.truth.decoy(
            "NHI5:2025", self.account("svc-desk", nTSecurityDescriptor=[lesser]), "a help desk may reset an ordinary account"
        )
        own = descriptor(
            ace(ADMINISTRATORS, FULL), ace("S-1-5-10", FULL), ace("S-1-5-11", 0x20094), ace("S-1-5-11", FULL, flags=8)
        )
        self.truth.decoy(
            "NHI5:2025", self.account("svc-self", nTSecurityDescriptor=[own]), "itself, reading, and what only others inherit"
        )
        self.account("WEB1$", unit="servers", kind="computer", uac=0x1000)
        one = descriptor(ace(self.sids["WEB1$"], FULL))
        closed = self.account("gmsa-web$", kind="msDS-GroupManagedServiceAccount", uac=0x1000, msDS_GroupMSAMembership=[one])
        self.truth.decoy("NHI5:2025", closed, "one computer reads its password")

    def _environments(self) -> None:
        self.account("TESTWEB$", unit="test", kind="computer", uac=0x1000)
        self.account("PRODWEB$", unit="prod", kind="computer", uac=0x1000)
        crossed = descriptor(ace(self.sids["TESTWEB$"], FULL))
        straight = descriptor(ace(self.sids["PRODWEB$"], FULL))
        wrong = self._server("SQLPAY$", "prod", crossed)
        lesser = descriptor(ace(ADMINISTRATORS, FULL), ace(self.sids["TESTWEB$"], 0x100, RESET))
        pays = self.account("svc-pay", unit="prod", nTSecurityDescriptor=[lesser])
        self.truth.planted("ldap_environments", pays)
        right = self._server("SQLSHOP$", "prod", straight)
        down = self._server("SQLTEST$", "test", straight)
        self.truth.planted("ldap_environments", wrong)
        for anchor in (right, down):
            self.truth.decoy("NHI8:2025", anchor, "within production, or from production down")

    def _server(self, name: str, unit: str, acting: bytes) -> Anchor:
        """A computer that whoever the access list names may act towards as anybody (resource-based delegation)."""
        return self.account(name, unit=unit, kind="computer", uac=0x1000, msDS_AllowedToActOnBehalfOfOtherIdentity=[acting])

    def _people(self) -> None:
        runs = self.account("saga.sandell", unit="people", changed=500, servicePrincipalName=["HTTP/lunch"], employeeID=["31"])
        self.truth.planted("ldap_person_as_service", runs)
        self.truth.planted("ldap_guessable", runs)
        plain = self.account("tove.thulin", unit="people", changed=500, employeeID=["32"])
        off = self.account(
            "ulf.uggla", unit="people", uac=0x202, changed=500, servicePrincipalName=["HTTP/old"], employeeID=["33"]
        )
        for anchor in (plain, off):
            self.truth.decoy("NHI10:2025", anchor, "no service runs as this person")
            self.truth.decoy("NHI7:2025", anchor, "a person's password")
        runs = self.account("wilma.wallin", unit="people", servicePrincipalName=["HTTP/orders"], employeeID=["34"])
        self.truth.planted("ldap_person_as_service", runs)

    def _described(self) -> None:
        """Administrators' notes: three give a password away, the others only speak of one."""
        for name, words in {"svc-mfp": "scan to mail; pw is {}", "svc-label": "owner: team operations; Password={}"}.items():
            self.truth.planted("ldap_described", self.account(name, description=[words.format(self._secret(name))]))
        told = self.state.application(
            "fax-gateway", userPassword="{SSHA}none", description=f"initial password: {self._secret('fax')}"
        )
        self.truth.planted("ldap_described", native("ldap", told))
        for name, words in {
            "svc-safe": "password: in CyberArk, safe P-INFRA-12",
            "svc-never": "password never expires (INC00412); reset by the help desk",
            "svc-dated": "password last changed: 2026-10-31, policy: 30 days",
        }.items():
            self.truth.decoy("NHI2:2025", self.account(name, description=[words]), "says where a password is, or how old")
        till = self._secret("till")
        for name in ("svc-till-malmo", "svc-till-lund"):
            account = self.account(name, description=[f"cash desks; password is {till}"])
            self.truth.planted("ldap_described", account)
            self.truth.planted("secret_reused", account, note="one password for two accounts")
        off = self.account("svc-mfp-old", uac=0x202, used=300, changed=400, description=[f"pw is {self._secret('old')}"])
        self.truth.decoy("NHI2:2025", off, "switched off")
        note: list[str | bytes] = [f"password: {self._secret('person')}"]
        person = self.account("britta.bodin", unit="people", employeeID=["35"], description=note)
        self.truth.debatable("NHI2:2025", person, "a person's password, not a program's")

    def _secret(self, name: str) -> str:
        """A password somebody chose and wrote down."""
        self.state.values[name] = f"Nh7{self.chance.child(name).dense(15)}"
        return self.state.values[name]

    def _shared(self) -> None:
        services = {
            "svc-everything": ["HTTP/intranet.corp.nordholm.example", "MSSQLSvc/crm-db.corp.nordholm.example:1433"],
            "svc-sql-all": [f"MSSQLSvc/db{number}.corp.nordholm.example:1433" for number in (1, 2, 3)],
        }
        for name, names in services.items():
            self.truth.planted("ldap_shared", self.account(name, servicePrincipalName=list(names)))
        right = {
            "svc-portal": ["HTTP/portal", "HTTP/web1.corp.nordholm.example", "HTTP/web2.corp.nordholm.example"],
            "svc-reports": ["HTTP/report1", "MSSQLSvc/report1.corp.nordholm.example:1433"],
        }
        for name, names in right.items():
            self.truth.decoy("NHI9:2025", self.account(name, servicePrincipalName=list(names)), "one service, or one computer")
        managed = self.account(
            "gmsa-farm$", kind="msDS-GroupManagedServiceAccount", uac=0x1000, servicePrincipalName=["HTTP/a", "MSSQLSvc/b"]
        )
        self.truth.decoy("NHI9:2025", managed, "made to be shared; nobody knows its password")

    def _vendors(self) -> None:
        ranks = {"svc-lumenwatch": ("Domain Admins", "Lumenwatch"), "svc-tidewater": ("Backup Operators", "Tidewater Backup")}
        for name, (group, vendor) in ranks.items():
            account = self.account(name, memberOf=[self.member(group)], description=[f"vendor: {vendor}"])
            self.truth.planted("ldap_rules", account)
            self.truth.planted("ldap_vendor_rules", account)
        weak = self.account("svc-brightcost", description=["vendor: Brightcost"])
        off = self.account("svc-cobalt-old", uac=0x202, used=300, changed=400, description=["vendor: Cobalt Support"])
        for anchor in (weak, off):
            self.truth.decoy("NHI3:2025", anchor, "a supplier's account without rank")
            self.truth.decoy("NHI1:2025", anchor, "a supplier under contract, or switched off")
        self.truth.planted("ldap_vendor_left", self.account("svc-cobalt", description=["vendor: Cobalt Support"]))
