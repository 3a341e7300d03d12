"""The types, attributes and mechanisms this provider brings beside the house's."""

from __future__ import annotations

from typing import Final

from keyrack.sdk.manifest import Words

WORDS: Final = Words(
    identity_types={
        "ldap:user": "account of a directory that signs in with a password or ticket",
        "ldap:computer": "computer account of Active Directory",
        "ldap:managed-account": "managed service account of Active Directory (group, standalone or delegated)",
        "ldap:application": "entry of OpenLDAP that only a program signs in with (simpleSecurityObject, device...)",
    },
    identity_attrs={
        "dn": "distinguished name as its directory writes it",
        "sid": "security identifier",
        "member_of": "groups it is a direct member of, at most twenty",
        "login_name": "sAMAccountName or uid",
        "account_class": "gmsa, smsa or dmsa",
        "builtin": "came with the domain: Administrator, Guest, krbtgt (true)",
        "spns": "service principal names, at most ten",
        "encryption": "Kerberos encryption types it may use: des, rc4, aes128, aes256; default: none stated",
        "password_not_required": "an empty password is allowed (true)",
        "password_never_expires": "the policy does not make its password expire (true)",
        "reversible_password": "its password is stored reversibly (true)",
        "des_only": "only DES keys (true)",
        "preauth_not_required": "anybody may ask for material to guess its password from: AS-REP roastable (true)",
        "smartcard_required": "signs in by smart card only (true)",
        "not_delegated": "sensitive: cannot be delegated, or in Protected Users (true)",
        "delegation": "unconstrained, constrained, protocol-transition",
        "delegates_to": "services it may act for others at, at most ten",
        "admin_count": "is or was in a protected group (AdminSDHolder): true",
        "privileged_groups": "privileged groups it is in, directly or through others",
        "privileged_via": "group through which it is in one it is no direct member of",
        "domain_controller": "is a domain controller (true)",
        "os": "operating system a computer account states",
        "local_admin_password_expires": "ISO time at which LAPS changes the local administrator's password",
        "managed_password_readers": "well-known groups that may read its managed password",
        "old_sids": "security identifiers of former domains it still counts as (sIDHistory), at most ten",
        "key_credentials": "number of keys by which one may sign in as it without its password (msDS-KeyCredentialLink)",
        "account_expires": "ISO time at which the account ends",
    },
    credential_attrs={"method": "how a password is stored: its scheme, or cleartext"},
    grant_attrs={"privileged_by": "why the class is what it is", "through": "group through which a nested membership comes"},
    trust_attrs={"right": "right in the access list"},
    usage_attrs={"lag_days": "how late the source may be, in days"},
    resource_types={"ldap:directory": "naming context of a directory", "ldap:group": "group of a directory"},
    resource_attrs={
        "vendor": "Active Directory, OpenLDAP or other",
        "anonymous_read": "entries are shown to nobody in particular (true/false)",
        "max_password_days": "longest age of a password by the domain's policy; 0: none",
        "min_password_length": "shortest password by the domain's policy",
        "lockout_threshold": "wrong passwords until an account is locked; 0: never",
        "machine_account_quota": "computers that any account may add",
        "functional_level": "functional level of the domain",
        "privileged": "privileged group, with its class",
        "sid": "security identifier",
    },
    mechanisms={
        "ad:rbcd": "may act as anybody towards this computer or service (resource-based constrained delegation)",
        "ad:reads-managed-password": "may read the managed password",
        "ad:acl-full-control": "may do everything with the account",
        "ad:acl-write-dacl": "may change who controls the account",
        "ad:acl-write-owner": "may make itself the account's owner",
        "ad:acl-owner": "owns the account's entry, and so may change who controls it",
        "ad:acl-reset-password": "may set a new password without knowing the old one",
        "ad:acl-write-spn": "may give the account a service principal name, and so make its password guessable",
        "ad:acl-write-keys": "may add a key by which it signs in as the account",
        "ad:acl-write-rbcd": "may decide who acts on behalf of others towards it",
        "ad:acl-write-all": "may write every attribute of the account",
    },
)
