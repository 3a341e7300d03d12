"""What can be wrong on a PostgreSQL server, by label."""

from __future__ import annotations

from typing import Final

LABELS: Final[dict[str, tuple[str, str]]] = {
    "pg_owner_gone": ("NHI1:2025", "role whose comment names a person who has left, and nobody else"),
    "pg_closed_role_with_password": ("NHI1:2025", "role that may no longer connect, and whose password still stands"),
    "pg_vendor_left": ("NHI1:2025", "open role of a supplier whose contract has ended"),
    "pg_comment": ("NHI2:2025", "password or token in the comment on a program's role"),
    "pg_stored_password": ("NHI2:2025", "password of another server in a user mapping"),
    "pg_vendor_rules": ("NHI3:2025", "supplier's role that is superuser"),
    "pg_md5": ("NHI4:2025", "usable password of a program stored as MD5"),
    "pg_open_sign_in": ("NHI4:2025", "line of pg_hba.conf with trust, or with a password in clear text over the network"),
    "pg_superuser": ("NHI5:2025", "program's role that is or becomes superuser, or reads, writes or runs files of the server"),
    "pg_definer": ("NHI5:2025", "superuser's SECURITY DEFINER function with an open search path that everybody may call"),
    "pg_world": ("NHI6:2025", "line of pg_hba.conf that lets every address try"),
    "pg_two_environments": ("NHI8:2025", "program's role with rights on tables of production and of another environment"),
    "pg_shared": ("NHI9:2025", "role that three or more different programs sign in as"),
    "pg_by_hand": ("NHI10:2025", "program's role that somebody signs in as with a client made for people"),
}
