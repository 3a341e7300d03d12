"""A server of many roles without truth, made by one block of PL/pgSQL."""

from __future__ import annotations

import base64
import hashlib
import hmac

_BLOCK = """
DO $$ BEGIN
  CREATE SCHEMA books; CREATE TABLE books.ledger (id int); CREATE TABLE books.audit (id int);
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE ROLE team_%s NOLOGIN', i);
    EXECUTE format('GRANT USAGE ON SCHEMA books TO team_%s', i);
    EXECUTE format('GRANT SELECT ON books.%I TO team_%s', CASE WHEN i % 2 = 0 THEN 'ledger' ELSE 'audit' END, i);
    IF i > 2 THEN EXECUTE format('GRANT team_%s TO team_%s', i / 2, i); END IF;
  END LOOP;
  FOR i IN 1..SIZE LOOP
    EXECUTE format('CREATE ROLE app_%s LOGIN IN ROLE team_%s PASSWORD %L %s', i, 1 + i % 100,
      CASE WHEN i % 10 = 0 THEN 'MD5' ELSE 'SCRAM' END,
      CASE WHEN i % 4 = 0 THEN format('VALID UNTIL %L', now() + make_interval(days => i % 365)) ELSE '' END);
    IF i % 3 = 0 THEN EXECUTE format('COMMENT ON ROLE app_%s IS %L', i, format('owner: team-%s; env: prod', i % 40)); END IF;
  END LOOP;
END $$
"""


def block(size: int) -> str:
    """``size`` login roles in a hundred groups; a verifier is computed once: to hash each password would take long."""
    return _BLOCK.replace("SIZE", str(size)).replace("'SCRAM'", f"'{verifier('bulk')}'").replace("'MD5'", f"'md5{'0' * 32}'")


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803; "pg_authid" of the manual).

    One round instead of 4,096: CREATE ROLE tries each verifier with the empty password (user.c), which would take the time back.
    """
    salt, rounds = b"estate-of-nordho", 1
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{told[0]}${told[1]}:{told[2]}"
