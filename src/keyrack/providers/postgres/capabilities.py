"""What the postgres provider sees, what each part costs in privileges and queries, and what it cannot see."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.providers.postgres.words import WORDS
from keyrack.records import Credential, Event, Grant, Identity, Ownership, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

MONITOR = "role pg_monitor"
CONNECT = "CONNECT on every database"
METHODS = "SELECT on view keyrack.password_methods"
HBA = "SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules()"
MAPPINGS = "superuser (or USAGE on the foreign server, for its own mapping)"
SUBSCRIPTIONS = "SELECT (subconninfo) on pg_subscription"


def _sees(name: str, title: str, yields: tuple[type[Record], ...], needs: Permission, calls: str, *blind: str) -> Capability:
    return Capability(f"postgres.{name}", title, yields, (needs,), blind, calls)


_PER_DATABASE = "{n} for each database that lets us connect"

MANIFEST = Manifest(
    name="postgres",
    title="PostgreSQL",
    summary="One PostgreSQL server (12 or later) with all its databases: who may sign in, how, what they hold, who is signed in.",
    capabilities=(
        _sees(
            "server",
            "version, settings and databases",
            (Resource, Grant, Policy, Credential, Placement),
            Permission(MONITOR, "settings that only pg_read_all_settings shows: pg_hba's place, primary_conninfo"),
            "3 for the server",
            "settings given on the command line of single clients; other servers of the same replication group",
        ),
        _sees(
            "roles",
            "login roles, groups, attributes, memberships",
            (Identity, Credential, Grant, Resource, Policy, Ownership, Placement),
            Permission("CONNECT on one database", "pg_roles and pg_auth_members are readable by everybody"),
            "3 for the server",
            "PostgreSQL keeps no time at which a role was made",
            "whether a person or a program uses a role: judged from its name, its comment and its connections",
        ),
        _sees(
            "passwords",
            "how passwords are stored: SCRAM, MD5, none; how old they are at least",
            (Credential,),
            Permission(METHODS, "method and time alone, never the hash; pg_authid itself is for superusers", optional=True),
            "1 for the server",
            "strength of passwords; their age, unless track_commit_timestamp is on; passwords kept by LDAP, PAM or Kerberos",
        ),
        _sees(
            "hba",
            "pg_hba.conf: who may come from where by which method",
            (Resource, Trust, Credential, Placement),
            Permission(HBA, "the rules of client authentication", optional=True),
            "1 for the server",
            "the file as it stands, not as last loaded; pg_ident maps; firewalls and poolers in front of the server",
        ),
        _sees(
            "privileges",
            "privileges and ownership, by schema",
            (Grant, Policy),
            Permission(CONNECT, "access lists are kept inside each database"),
            _PER_DATABASE.format(n=7),
            "sequences, types, languages, large objects and parameters; what row-level policies take away",
        ),
        _sees(
            "functions",
            "SECURITY DEFINER functions",
            (Resource, Trust),
            Permission(CONNECT, "functions that run with their owner's rights"),
            _PER_DATABASE.format(n=1),
            "what the body of a function does with the rights it borrows",
        ),
        _sees(
            "foreign",
            "foreign servers, user mappings and their passwords",
            (Resource, Credential, Placement),
            Permission(MAPPINGS, "recognise the password of a mapping elsewhere (fingerprint only)", optional=True),
            _PER_DATABASE.format(n=1),
            "dblink calls that carry their connection string in the statement",
        ),
        _sees(
            "subscriptions",
            "logical replication: connection strings of subscriptions",
            (Resource, Credential, Placement),
            Permission(SUBSCRIPTIONS, "recognise the password of a subscription elsewhere (fingerprint only)", optional=True),
            "1 for the server",
            "subscriptions without a password in their connection string",
        ),
        _sees(
            "activity",
            "who is signed in at this moment, with which program, from where",
            (Usage,),
            Permission(MONITOR, "sessions of others in pg_stat_activity"),
            "1 for the server",
            "sessions that ended before the scan: read the log (`keyrack usage`); application_name is what the client says",
        ),
        _sees(
            "events",
            "sign-ins and statements from the server's log (keyrack usage ingest)",
            (Event,),
            Permission("read the log files", "csvlog, jsonlog or stderr with log_connections = on", optional=True),
            "none in a scan",
            "statements, unless pgaudit or log_statement writes them; sign-ins while log_connections is off",
        ),
    ),
    options=(
        Option("dsn_env", "--postgres-dsn-env", "name of the environment variable that holds the connection string"),
        Option("service", "--postgres-service", "service of pg_service.conf"),
        Option("host", "--postgres-host", "host or socket folder (default: libpq's PGHOST)"),
        Option("port", "--postgres-port", "port (default: libpq's PGPORT)"),
        Option("user", "--postgres-user", "role to sign in as; its password comes from .pgpass or PGPASSWORD"),
        Option("dbname", "--postgres-dbname", "database to sign in to first (default: libpq's PGDATABASE)"),
        Option("databases", "--postgres-databases", "databases to look into, a comma list; default: all that let us in"),
        Option("server", "--postgres-server", "name of the server in records (default: host, and port when it is not 5432)"),
        Option("timeout", "--postgres-timeout", "longest wait for one answer, in seconds (default 60)"),
    ),
    extra="postgres",
    libraries=("psycopg",),
    words=WORDS,
    grant=lambda permissions: grant(permissions),  # noqa: PLW0108 - defined below
)

_ROLE = """\
-- Run as a superuser in the database Keyrack signs in to. Let it in by certificate, peer or Kerberos where you can;
-- for a password: \\password keyrack (nothing is written down), then store it in the scanner's .pgpass.
CREATE ROLE keyrack LOGIN CONNECTION LIMIT 4;
ALTER ROLE keyrack SET default_transaction_read_only = on;
COMMENT ON ROLE keyrack IS 'purpose: service; owner: security team';
"""
_VIEW = """\
-- A view runs with its owner's rights: this one shows how each password is stored and when its row was written, never the hash.
CREATE SCHEMA IF NOT EXISTS keyrack;
CREATE OR REPLACE VIEW keyrack.password_methods AS
SELECT rolname, CASE WHEN rolpassword IS NULL THEN 'none' WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
  WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' ELSE 'other' END AS method,
  CASE WHEN current_setting('track_commit_timestamp')::bool THEN pg_xact_commit_timestamp(xmin) AT TIME ZONE 'UTC' END AS changed
FROM pg_catalog.pg_authid;
GRANT USAGE ON SCHEMA keyrack TO keyrack;
GRANT SELECT ON keyrack.password_methods TO keyrack;
"""


def grant(permissions: Sequence[Permission]) -> str:
    """The SQL a superuser runs once: the role Keyrack signs in as, with exactly these permissions."""
    names = {permission.name for permission in permissions}
    parts = [_ROLE]
    if MONITOR in names:
        parts.append("GRANT pg_monitor TO keyrack;\n")
    if METHODS in names:
        parts.append(_VIEW)
    if HBA in names:
        parts.append("GRANT SELECT ON pg_hba_file_rules TO keyrack;\nGRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO keyrack;\n")
    if SUBSCRIPTIONS in names:
        parts.append(
            "-- shows connection strings and their passwords:\nGRANT SELECT (subconninfo) ON pg_subscription TO keyrack;\n"
        )
    if CONNECT in names:
        parts.append("-- only where PUBLIC has lost CONNECT: GRANT CONNECT ON DATABASE name TO keyrack;\n")
    return "\n".join(parts)
