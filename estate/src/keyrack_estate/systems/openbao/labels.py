"""What can be wrong in an OpenBao server, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "openbao_left_behind": ("NHI1:2025", "secret-id that still works although its successor is in use"),
    "openbao_token_idle": ("NHI1:2025", "token last renewed more than 90 days ago"),
    "openbao_owner_gone": ("NHI1:2025", "role or entity whose only owner has left"),
    "openbao_vendor_left": ("NHI1:2025", "entity of a supplier whose contract has ended"),
    "openbao_exportable": ("NHI2:2025", "transit key whose material may be taken out"),
    "openbao_vendor": ("NHI3:2025", "supplier's secret-id without end and network"),
    "openbao_role_id_only": ("NHI4:2025", "AppRole that asks for no secret-id, from anywhere"),
    "openbao_password": ("NHI4:2025", "service that logs in by user name and password"),
    "openbao_rules_server": ("NHI5:2025", "machine whose policies rule the server"),
    "openbao_reads_everything": ("NHI5:2025", "machine that reads every secret of an engine many applications share"),
    "openbao_any_name": ("NHI5:2025", "PKI role that makes certificates for any name"),
    "openbao_any_user": ("NHI5:2025", "SSH role that signs for any user, or for root"),
    "openbao_no_audit": ("NHI6:2025", "server without an audit device"),
    "openbao_open_role": ("NHI6:2025", "role that lets in every token of an issuer or owner"),
    "openbao_wide_role": ("NHI6:2025", "role that lets in any service account of a namespace or of the cluster"),
    "openbao_endless": ("NHI7:2025", "secret-id or token without end, or with one years away"),
    "openbao_periodic": ("NHI7:2025", "token made by hand that can be renewed for ever"),
    "openbao_old_secret": ("NHI7:2025", "secret that was not changed for more than a year"),
    "openbao_old_key": ("NHI7:2025", "transit key that was not rotated for more than a year"),
    "openbao_overdue": ("NHI7:2025", "database password whose rotation is overdue"),
    "openbao_both_environments": ("NHI8:2025", "the same value under a path of production and one of a test environment"),
    "openbao_shared_role": ("NHI9:2025", "role that several workloads log in as"),
    "openbao_root_token": ("NHI10:2025", "root token that is alive"),
    "openbao_person_and_machine": ("NHI10:2025", "entity that a person and a machine log in to"),
}
