"""What can be wrong in a directory, by label."""

from __future__ import annotations

from typing import Final

LABELS: Final[dict[str, tuple[str, str]]] = {
    "ldap_idle": ("NHI1:2025", "program's account whose last sign-in is over 30 days ago, or that was never used"),
    "ldap_disabled_rank": ("NHI1:2025", "disabled account of a program that is still in a privileged group"),
    "ldap_owner_gone": ("NHI1:2025", "account whose description names an owner who has left"),
    "ldap_vendor_left": ("NHI1:2025", "open account of a supplier whose contract has ended"),
    "ldap_described": ("NHI2:2025", "password or token in the description of a program's account"),
    "ldap_vendor_rules": ("NHI3:2025", "supplier's account that rules the domain"),
    "ldap_guessable": ("NHI4:2025", "account whose tickets or replies let its password be guessed elsewhere"),
    "ldap_storage": ("NHI4:2025", "program's password kept readable or under a broken hash, or not needed"),
    "ldap_rules": ("NHI5:2025", "program's account in a privileged group, or with such a right over the domain"),
    "ldap_delegation": ("NHI5:2025", "unconstrained delegation on anything but a domain controller"),
    "ldap_taken_over": ("NHI5:2025", "account that everybody, or somebody of lesser rank, controls"),
    "ldap_anonymous": ("NHI6:2025", "directory that shows accounts without a sign-in"),
    "ldap_old_password": ("NHI7:2025", "program's password older than 30 days"),
    "ldap_environments": ("NHI8:2025", "production account that one of another environment controls"),
    "ldap_shared": ("NHI9:2025", "account that different services on different computers run as"),
    "ldap_person_as_service": ("NHI10:2025", "person's account that a service runs as"),
}
