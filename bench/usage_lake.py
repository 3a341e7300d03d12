"""A synthetic quarter of logs as DuckDB writes it: identities that repeat a few calls, and grants wider than these."""

from __future__ import annotations

from pathlib import Path

import duckdb

DAYS = 90
START = "2026-08-01"
SERVICES = 12

EVENTS = """
COPY (
  SELECT 'e' || i AS id, TIMESTAMPTZ '{start} 00:00:00+00' + to_seconds(hash(i, 3) % {seconds}) AS at, 'aws:cloudtrail' AS source,
    '1111222233' || lpad((who % 40)::VARCHAR, 2, '0') AS scope,
    ['us-east-1', 'eu-west-1', 'eu-central-1'][(1 + hash(i, 4) % 3)::INTEGER] AS region,
    'aws:iam::1111222233' || lpad((who % 40)::VARCHAR, 2, '0') || ':role/app-' || who AS identity_uid,
    NULL::VARCHAR AS credential_uid, NULL::VARCHAR AS caller, 's' || hash(i, 5) % 10 AS session,
    'service.amazonaws.com:Call' AS api, 's' || what % {services} AS service,
    ['s' || what % {services} || ':Action' || ((what * 7 + who) % 90)] AS actions,
    ['arn:aws:s' || what % {services} || ':eu-west-1:1111222233' || lpad((who % 40)::VARCHAR, 2, '0') || ':thing/' || which]
      AS resources,
    '10.0.0.' || which AS source_ip, 'agent/' || which AS user_agent,
    CASE hash(i, 6) % 20 WHEN 0 THEN 'denied' WHEN 1 THEN 'failed' ELSE 'allowed' END AS outcome,
    MAP {{'aws:principaltype': 'AssumedRole'}} AS context
  FROM (
    SELECT i, hash(i) % {identities} AS who, hash(i, 1) % 15 AS what, hash(i, 2) % 3 AS which FROM range({events}) t(i)
  )
) TO '{file}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)
"""

GRANTED = """
COPY (
  SELECT DISTINCT identity_uid, action FROM (
    SELECT identity_uid, unnest(actions) AS action FROM '{events}'
    UNION ALL
    SELECT identity_uid, 's' || n % {services} || ':Action' || n % 90
    FROM (SELECT DISTINCT identity_uid FROM '{events}'), range(1080) t(n)
    WHERE hash(identity_uid, n) % 25 = 0
  )
) TO '{file}' (FORMAT parquet)
"""


def write(folder: Path, events: int, identities: int) -> tuple[Path, Path]:
    """Files of events and of (identity, action) granted: every used action and some forty more."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    log, granted = folder / "events.parquet", folder / "granted.parquet"
    facts = {
        "start": START,
        "seconds": DAYS * 86_400,
        "services": SERVICES,
        "identities": identities,
        "events": events,
        "file": log,
    }
    connection.execute(EVENTS.format(**facts))
    connection.execute(GRANTED.format(events=log, services=SERVICES, file=granted))
    connection.close()
    return log, granted


def attach(connection: duckdb.DuckDBPyConnection, log: Path, granted: Path) -> None:
    """The tables that the analysis starts from: one statement an identity, and one account in forty each."""
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    connection.execute(
        f"""
        CREATE VIEW events AS FROM read_parquet('{log}');
        CREATE TABLE event_coverage AS SELECT source, scope, region, min("at") AS first_at, max("at") AS last_at, 1 AS files,
          count(*) AS events, 0 AS unmapped, 0 AS denied, []::VARCHAR[] AS data_events FROM events GROUP BY source, scope, region;
        CREATE TABLE grants AS SELECT 'grant:' || identity_uid AS uid, identity_uid, 'aws-iam' AS "language", 'allow' AS effect,
          list_sort(list(action)) AS actions, ['*'] AS resources, FALSE AS not_actions, FALSE AS not_resources,
          NULL::VARCHAR AS conditions, 'inline' AS via, 'p' AS "policy", 'write' AS privilege,
          MAP {{}}::MAP(VARCHAR, VARCHAR) AS attrs
          FROM '{granted}' GROUP BY identity_uid;
        CREATE TABLE identities AS SELECT identity_uid AS uid, split_part(identity_uid, ':', 4) AS scope, identity_uid AS name,
          'service_account' AS kind, 'aws:iam-role' AS "type", NULL::TIMESTAMPTZ AS created_at FROM grants;
        CREATE VIEW raw_grants AS FROM grants;
        CREATE VIEW raw_identities AS FROM identities;
        CREATE TABLE raw_resources (uid VARCHAR);
        CREATE TABLE raw_usage (identity_uid VARCHAR, service VARCHAR, used_at TIMESTAMPTZ, since TIMESTAMPTZ, source VARCHAR,
          grade VARCHAR);
        CREATE TABLE raw_policies (uid VARCHAR, kind VARCHAR, name VARCHAR, scope VARCHAR, document VARCHAR, targets VARCHAR[],
          attrs MAP(VARCHAR, VARCHAR), "language" VARCHAR);
        INSERT INTO raw_policies SELECT 'policy:' || uid, 'identity', "policy", split_part(identity_uid, ':', 4),
          '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["' || array_to_string(actions, '","')
            || '"],"Resource":"*"}}]}}', [identity_uid], MAP {{}}, 'aws-iam' FROM grants;
        CREATE TABLE trusts (identity_uid VARCHAR, mechanism VARCHAR, subject VARCHAR, subs VARCHAR[]);
        CREATE TABLE credentials (uid VARCHAR, identity_uid VARCHAR);
        CREATE TABLE placements (credential_uid VARCHAR, system VARCHAR, path VARCHAR, consumer_uid VARCHAR);
        """
    )
