# ruff: noqa: E501 - a statement is easier to read in long lines
"""The questions, one statement each. Catalogues: "System Catalogs" and "System Views" of the PostgreSQL manual (12 to 18).

Names leave as text (a ``name`` is at most 63 bytes). Access lists are taken apart and counted by the server (``aclexplode``),
so that a schema of a hundred thousand tables is a handful of rows.
"""

from __future__ import annotations

from typing import Final

OWN: Final = "('pg_catalog', 'information_schema', 'pg_toast')"

SETTINGS: Final = """
SELECT name::text, setting::text FROM pg_settings WHERE name IN ('server_version', 'ssl', 'password_encryption', 'log_connections',
  'log_destination', 'listen_addresses', 'shared_preload_libraries', 'hba_file', 'primary_conninfo')
"""

DATABASES: Final = """
SELECT d.datname::text AS name, o.rolname::text AS owner, d.datallowconn AND NOT d.datistemplate AS open,
  has_database_privilege(d.oid, 'CONNECT') AS may_connect, shobj_description(d.oid, 'pg_database') AS comment
FROM pg_database d LEFT JOIN pg_roles o ON o.oid = d.datdba ORDER BY d.datname
"""

DATABASE_ACL: Final = """
SELECT d.datname::text AS database, g.rolname::text AS grantee, array_agg(a.privilege_type::text ORDER BY a.privilege_type::text) AS privileges,
  bool_or(a.is_grantable) AS grantable
FROM pg_database d, LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE a.grantee <> d.datdba AND NOT d.datistemplate AND (a.grantee = 0 OR g.oid IS NOT NULL)
GROUP BY 1, 2
"""

ROLES: Final = """
SELECT r.oid::bigint AS oid, r.rolname::text AS name, r.rolsuper AS superuser, r.rolinherit AS inherit, r.rolcreaterole AS createrole,
  r.rolcreatedb AS createdb, r.rolcanlogin AS login, r.rolreplication AS replication, r.rolbypassrls AS bypassrls,
  r.rolconnlimit AS connection_limit, r.rolvaliduntil IS NOT NULL AND isfinite(r.rolvaliduntil) AS ends,
  CASE WHEN isfinite(r.rolvaliduntil) THEN to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') END AS valid_until,
  shobj_description(r.oid, 'pg_authid') AS comment
FROM pg_roles r ORDER BY r.rolname
"""


def members(version: int) -> str:
    """Memberships. Since PostgreSQL 16 each has its own INHERIT and SET; before, INHERIT was the member's and SET always given."""
    inherit, switch = ("a.inherit_option", "a.set_option") if version >= 160_000 else ("m.rolinherit", "TRUE")
    return f"""
SELECT g.rolname::text AS "group", m.rolname::text AS member, bool_or(a.admin_option) AS admin, bool_or({inherit}) AS inherit,
  bool_or({switch}) AS switch
FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
GROUP BY 1, 2 ORDER BY 1, 2
"""


METHODS: Final = """
SELECT rolname::text AS name, CASE WHEN rolpassword IS NULL THEN 'none' WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
  WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' ELSE 'other' END AS method,
  to_char(CASE WHEN current_setting('track_commit_timestamp')::bool THEN pg_xact_commit_timestamp(xmin) AT TIME ZONE 'UTC' END,
    'YYYY-MM-DD"T"HH24:MI:SS') AS changed
FROM pg_authid WHERE rolcanlogin
"""
"""``changed`` is when the role's row was written last, so its password is at least that old ("Commit Timestamp Functions")."""

METHODS_VIEW: Final = """
SELECT rolname::text AS name, method::text AS method, to_char(changed, 'YYYY-MM-DD"T"HH24:MI:SS') AS changed FROM keyrack.password_methods
"""

HBA: Final = """
SELECT h.line_number, h.type::text AS connection, h.database::text[] AS databases, h.user_name::text[] AS users, h.address::text AS address,
  h.netmask::text AS netmask, h.auth_method::text AS method, h.options::text[] AS options, h.error IS NOT NULL AS broken
FROM pg_hba_file_rules h ORDER BY h.line_number
"""

RELATIONS: Final = f"""
SELECT g.rolname::text AS grantee, t.schema, t.privileges, t.grantable, count(*) AS tables, max(s.total) AS tables_total,
  (array_agg(t.name ORDER BY t.name))[1:20] AS names
FROM (
  SELECT c.relnamespace, n.nspname::text AS schema, c.relname::text AS name, a.grantee,
    array_agg(DISTINCT a.privilege_type::text) AS privileges, bool_or(a.is_grantable) AS grantable
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL aclexplode(c.relacl) a
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner AND (n.nspname NOT IN {OWN} OR a.grantee >= 16384)
  GROUP BY c.oid, 1, 2, 3, 4
) t
JOIN (SELECT relnamespace, count(*) AS total FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY 1) s
  ON s.relnamespace = t.relnamespace
LEFT JOIN pg_roles g ON g.oid = t.grantee
WHERE t.grantee = 0 OR g.oid IS NOT NULL
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

COLUMNS: Final = f"""
SELECT g.rolname::text AS grantee, n.nspname::text AS schema, a.privilege_type::text AS privilege, bool_or(a.is_grantable) AS grantable,
  count(DISTINCT c.oid) AS tables, (array_agg(DISTINCT c.relname::text || '.' || t.attname::text))[1:20] AS names
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL aclexplode(t.attacl) a
LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE t.attacl IS NOT NULL AND NOT t.attisdropped AND a.grantee <> c.relowner AND (n.nspname NOT IN {OWN} OR a.grantee >= 16384)
  AND (a.grantee = 0 OR g.oid IS NOT NULL)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

SCHEMAS: Final = f"""
SELECT g.rolname::text AS grantee, n.nspname::text AS schema, array_agg(DISTINCT a.privilege_type::text) AS privileges,
  bool_or(a.is_grantable) AS grantable
FROM pg_namespace n, LATERAL aclexplode(n.nspacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE a.grantee <> n.nspowner AND n.nspname NOT IN {OWN} AND (a.grantee = 0 OR g.oid IS NOT NULL)
GROUP BY 1, 2 ORDER BY 1, 2
"""

ROUTINES: Final = f"""
SELECT g.rolname::text AS grantee, n.nspname::text AS schema, count(*) AS functions, bool_or(a.is_grantable) AS grantable
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, LATERAL aclexplode(p.proacl) a JOIN pg_roles g ON g.oid = a.grantee
WHERE p.proacl IS NOT NULL AND a.grantee <> p.proowner AND (n.nspname NOT IN {OWN} OR a.grantee >= 16384)
GROUP BY 1, 2 ORDER BY 1, 2
"""

OWNED: Final = f"""
SELECT o.rolname::text AS owner, x.schema, x.what, x.things FROM (
  SELECT c.relowner AS owner, n.nspname::text AS schema, 'tables' AS what, count(*) AS things
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN {OWN} AND n.nspname NOT LIKE 'pg\\_t%' GROUP BY 1, 2
  UNION ALL SELECT n.nspowner, n.nspname::text, 'schema', 1 FROM pg_namespace n WHERE n.nspname NOT IN {OWN} AND n.nspname NOT LIKE 'pg\\_%'
  UNION ALL SELECT p.proowner, n.nspname::text, 'functions', count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN {OWN} GROUP BY 1, 2
) x JOIN pg_roles o ON o.oid = x.owner WHERE o.oid >= 16384 ORDER BY 1, 2, 3
"""

DEFAULTS: Final = """
SELECT o.rolname::text AS owner, n.nspname::text AS schema, d.defaclobjtype::text AS kind, g.rolname::text AS grantee,
  array_agg(DISTINCT a.privilege_type::text) AS privileges
FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
  LATERAL aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE a.grantee <> d.defaclrole AND (a.grantee = 0 OR g.oid IS NOT NULL)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

DEFINERS: Final = f"""
SELECT p.oid::bigint AS oid, n.nspname::text AS schema, p.proname::text AS name, pg_get_function_identity_arguments(p.oid) AS arguments,
  o.rolname::text AS owner, o.rolsuper AS superuser, p.proacl IS NULL OR bool_or(a.grantee = 0) AS public_execute,
  array_agg(DISTINCT g.rolname::text) FILTER (WHERE g.oid IS NOT NULL AND g.oid <> p.proowner) AS executors,
  coalesce(array_to_string(p.proconfig, ' ') LIKE '%search_path=%', FALSE) AS fixed_path, e.objid IS NOT NULL AS of_extension
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles o ON o.oid = p.proowner
LEFT JOIN LATERAL aclexplode(p.proacl) a ON TRUE LEFT JOIN pg_roles g ON g.oid = a.grantee
LEFT JOIN pg_depend e ON e.objid = p.oid AND e.classid = 'pg_proc'::regclass AND e.deptype = 'e'
WHERE p.prosecdef AND n.nspname NOT IN {OWN}
GROUP BY p.oid, n.nspname, p.proname, o.rolname, o.rolsuper, p.proacl, p.proconfig, p.proowner, e.objid ORDER BY 2, 3, 4
"""

FOREIGN: Final = """
SELECT s.srvname::text AS server, w.fdwname::text AS wrapper, o.rolname::text AS owner, s.srvoptions::text[] AS options,
  m.umid IS NOT NULL AS mapped, m.usename::text AS role, m.umoptions::text[] AS secrets
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw LEFT JOIN pg_roles o ON o.oid = s.srvowner
LEFT JOIN pg_user_mappings m ON m.srvid = s.oid ORDER BY 1, 6
"""

EXTENSIONS: Final = """
SELECT extname::text AS name FROM pg_extension
WHERE extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'plpython3u', 'plperlu', 'pltclu', 'pgaudit', 'pg_cron', 'http') ORDER BY 1
"""


def subscriptions(*, whole: bool) -> str:
    """Subscriptions; ``whole`` with their connection strings, which take a privilege of their own."""
    conninfo = ", s.subconninfo AS conninfo" if whole else ""
    return f"""
SELECT s.subname::text AS name, d.datname::text AS database, o.rolname::text AS owner, s.subenabled AS enabled{conninfo}
FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid LEFT JOIN pg_roles o ON o.oid = s.subowner ORDER BY 1, 2
"""


ACTIVITY: Final = """
SELECT a.usename::text AS role, a.datname::text AS database, a.application_name::text AS application, host(a.client_addr) AS client,
  s.ssl AS encrypted, count(*) AS sessions, to_char(max(a.backend_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS started,
  bool_or(a.query = '<insufficient privilege>') AS hidden
FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
WHERE a.usename IS NOT NULL AND a.application_name <> 'keyrack' AND a.pid <> pg_backend_pid()
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4
"""
