"""The types, attributes and mechanisms this provider brings beside the house's."""

from __future__ import annotations

from typing import Final

from keyrack.sdk.manifest import Words

WORDS: Final = Words(
    identity_types={"pg:login-role": "role of a PostgreSQL server that may sign in"},
    identity_attrs={
        "superuser": "may do everything on the server (true/false)",
        "createrole": "may make and change roles (true/false)",
        "createdb": "may make databases (true/false)",
        "bypassrls": "row-level security does not apply (true/false)",
        "replication": "may copy the whole server by the replication protocol (true/false)",
        "bootstrap": "the superuser the server was made with, which nobody can drop (true)",
        "managed": "made by the cloud that runs the server (true)",
        "connection_limit": "most sessions at once; absent: no limit",
        "member_of": "groups it is in, directly or through others",
        "admin_of": "groups it may put others into",
        "becomes_superuser": "group by which it becomes superuser (SET ROLE)",
        "server_files": "predefined role by which it reads, writes or runs files of the server",
        "sign_in": "how pg_hba.conf lets it in: methods, comma-separated",
        "sign_in_without_password": "address from which pg_hba.conf lets it in by `trust`",
    },
    credential_attrs={
        "method": "how a PostgreSQL password is stored: scram-sha-256, md5, other",
        "rotated": "at the latest: the role was changed then, its password then or before",
    },
    grant_attrs={
        "database": "database of a privilege",
        "schema": "schema of a privilege",
        "tables": "number of tables a privilege is about",
        "tables_total": "number of tables in that schema",
        "grantable": "may be handed on (true/false)",
        "inherit": "a group's privileges come without SET ROLE (true/false)",
        "set": "may become the group by SET ROLE (true/false)",
        "admin": "may put others into the group (true/false)",
        "privileged_by": "why the class is what it is",
        "owner_of": "what is owned: database, schema, tables, functions",
    },
    policy_attrs={"members": "number of login roles in a group", "truncated": "the document was cut (true)"},
    trust_attrs={
        "function": "name of a SECURITY DEFINER function",
        "search_path": "fixed or open search path of a SECURITY DEFINER function",
        "database": "database the trust lives in",
    },
    usage_attrs={
        "application": "program as it names itself (application_name)",
        "client": "address a session came from",
        "database": "database a session is in",
        "encrypted": "the session is encrypted (true/false)",
        "tool": "client made for people: psql, dbeaver, pgadmin...",
        "sessions": "number of sessions",
    },
    resource_types={
        "pg:server": "PostgreSQL server",
        "pg:database": "database of a PostgreSQL server",
        "pg:group-role": "role of a PostgreSQL server that nobody signs in as: a group with privileges",
        "pg:hba-rule": "line of pg_hba.conf",
        "pg:function": "SECURITY DEFINER function",
        "pg:foreign-server": "foreign server of a database",
        "pg:subscription": "subscription of logical replication",
    },
    resource_attrs={
        "version": "version of the server",
        "tls": "the server offers TLS (on/off)",
        "password_encryption": "how new passwords are stored",
        "log_connections": "sign-ins are logged (on/off)",
        "audit": "pgaudit is loaded (true/false)",
        "listen": "addresses the server listens on",
        "extensions": "extensions of a database that reach outside it",
        "owner": "uid of the role that owns it",
        "connection": "connections a pg_hba line is for: local, host, hostssl, hostnossl, hostgssenc",
        "databases": "databases a pg_hba line is for",
        "users": "roles a pg_hba line is for",
        "address": "addresses a pg_hba line is for",
        "method": "method of a pg_hba line",
        "reach": "who an address lets in: socket, loopback, private, public, any",
        "error": "the server cannot use this line (true)",
        "superuser": "role is superuser (true/false)",
        "security_definer_owner": "role whose rights a function runs with",
        "public_execute": "everybody may call it (true/false)",
        "search_path": "fixed or open search path of a SECURITY DEFINER function",
        "endpoint": "host and port it points to",
        "enabled": "switched on (true/false)",
        "tool": "foreign-data wrapper of a foreign server",
    },
    mechanisms={
        "pg:security-definer": "who may call the function acts with its owner's rights",
        "pg:hba-trust": "pg_hba.conf lets everybody from an address in as the role, without a password",
    },
)
