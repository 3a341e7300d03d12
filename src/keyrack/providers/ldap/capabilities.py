"""What the ldap provider sees, what each part costs in rights and searches, and what it cannot see."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.providers.ldap.words import WORDS
from keyrack.records import Credential, Grant, Identity, Ownership, Person, Placement, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

READ = "read the accounts of the naming context"
OPERATIONAL = "read pwdChangedTime, pwdLastSuccess, pwdAccountLockedTime and the scheme of userPassword"
CONTROL = "READ_CONTROL on accounts (nTSecurityDescriptor)"
MANAGED = "read msDS-GroupMSAMembership and msDS-AllowedToActOnBehalfOfOtherIdentity"


def _sees(name: str, title: str, yields: tuple[type[Record], ...], needs: Permission, calls: str, *blind: str) -> Capability:
    return Capability(f"ldap.{name}", title, yields, (needs,), blind, calls)


MANIFEST = Manifest(
    name="ldap",
    title="LDAP and Active Directory",
    summary="One naming context of Active Directory or OpenLDAP: accounts of programs, people and computers; who rules them.",
    capabilities=(
        _sees(
            "directory",
            "the directory: kind, password policy, anonymous reading",
            (Resource,),
            Permission("bind", "rootDSE and the naming context itself"),
            "4 (rootDSE, the context, an anonymous look, AdminSDHolder)",
            "fine-grained password policies; signing and channel binding, which only the domain controllers' registry tells",
        ),
        _sees(
            "groups",
            "groups and groups in groups",
            (Resource, Ownership),
            Permission(READ, "groups and their memberships"),
            "pages of groups (1,000 each)",
            "members from other domains of the forest; what a group may do outside the directory",
        ),
        _sees(
            "accounts",
            "accounts of programs, people and computers, their flags, passwords and use",
            (Identity, Credential, Usage, Grant, Ownership, Person, Placement),
            Permission(READ, "accounts and their attributes"),
            "pages of accounts (1,000 each)",
            "lastLogonTimestamp is up to 14 days late (msDS-LogonTimeSyncInterval), and impersonation (S4U2Self) moves it",
            "what a program does with its account after it has signed in",
        ),
        _sees(
            "operational",
            "OpenLDAP: age of passwords, last sign-in, locks, schemes",
            (Credential, Usage),
            Permission(OPERATIONAL, "attributes that a default access list hides", optional=True),
            "none beside accounts",
            "last sign-in, unless lastbind is on; since when it is on (say it by --ldap-lastbind-since)",
        ),
        _sees(
            "control",
            "Active Directory: who controls accounts, delegation, managed passwords",
            (Trust, Grant),
            Permission(CONTROL, "access lists of accounts, of the domain and of AdminSDHolder", optional=True),
            "none beside accounts",
            "rights over organisational units and group policies; inheritance that a later change would bring",
        ),
        _sees(
            "managed",
            "Active Directory: who may read managed passwords or act on behalf",
            (Trust,),
            Permission(MANAGED, "lists kept in attributes of the account", optional=True),
            "none beside accounts",
            "who has read a managed password",
        ),
    ),
    options=(
        Option("url", "--ldap-url", "ldaps://host or ldap://host (default: LDAPURI); ldap:// is upgraded by StartTLS"),
        Option("base", "--ldap-base", "naming context (default: LDAPBASE, else the server's own)"),
        Option("bind_dn", "--ldap-bind-dn", "account to bind as: a DN, or user@domain for Active Directory"),
        Option("password_env", "--ldap-password-env", "name of the variable that holds its password"),
        Option("password_file", "--ldap-password-file", "file that holds its password", kind="path"),
        Option("sasl", "--ldap-sasl", "bind without a password: gssapi (a Kerberos ticket) or external (a client certificate)"),
        Option("ca_file", "--ldap-ca-file", "certificate authorities to trust (default: the system's)", kind="path"),
        Option("cert_file", "--ldap-cert-file", "client certificate for external", kind="path"),
        Option("key_file", "--ldap-key-file", "its key", kind="path"),
        Option(
            "lastbind_since",
            "--ldap-lastbind-since",
            "OpenLDAP: date since which lastbind is on, so that silence means never used",
        ),
        Option("timeout", "--ldap-timeout", "longest wait for one answer, in seconds (default 60)"),
    ),
    extra="ldap",
    libraries=("ldap3",),
    words=WORDS,
    grant=lambda permissions: grant(permissions),  # noqa: PLW0108 - defined below
)

_OPENLDAP = """\
# OpenLDAP: an account for Keyrack and one access rule, put before the others (slapd.access(5)).
dn: cn=keyrack,ou=services,BASE
objectClass: applicationProcess
objectClass: simpleSecurityObject
description: owner: security team
# set it by ldappasswd; or bind with --ldap-sasl external and map the certificate by authz-regexp: then no password exists
userPassword: {SASL}keyrack

dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
"""
_DIRECTORY = """\
# Active Directory: any authenticated account reads nearly everything. Use a group managed service account: nobody knows
# its password.
New-ADServiceAccount -Name keyrack -DNSHostName keyrack.DOMAIN -PrincipalsAllowedToRetrieveManagedPassword SCANNER$
# then run on SCANNER as that account, with --ldap-sasl gssapi. It needs no membership in any privileged group.
"""


def grant(permissions: Sequence[Permission]) -> str:
    """What an administrator does once: for OpenLDAP an entry and an access rule, for Active Directory a managed account."""
    names = {permission.name for permission in permissions}
    rule = (
        'olcAccess: {0}to attrs=userPassword by dn.exact="cn=keyrack,ou=services,BASE" read by * break\n'
        if OPERATIONAL in names
        else ""
    )
    return _DIRECTORY + "\n" + _OPENLDAP + rule + 'olcAccess: {1}to * by dn.exact="cn=keyrack,ou=services,BASE" read by * break\n'
