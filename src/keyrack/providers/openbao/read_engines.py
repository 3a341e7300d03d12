"""Engines beside key-value: a list of roles or keys each, and one call a role or key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from keyrack.providers.openbao.map_engines import (
    Database,
    certificate,
    certificate_of,
    connection_records,
    database,
    dynamic_role_records,
    kubernetes_role,
    pki_role,
    ssh_role,
    static_role_records,
    transit_key,
)
from keyrack.providers.openbao.names import clean
from keyrack.providers.openbao.scan import Engine, Found, Scan
from keyrack.records import Credential, Gap, Record
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, text

CAPABILITY = "openbao.engines"
CERTIFICATES = "openbao.certificates"
_SILENT = frozenset({"kv", "system", "ns_system", "identity", "ns_identity", "cubbyhole", "ns_cubbyhole", "generic"})
"""Engines that others read, or that hold nothing of anybody but the asking token."""


def read_engines(scan: Scan) -> Iterator[Found]:
    """Roles and keys of every engine this provider knows; the rest is said."""
    for engine in scan.engines:
        if engine.type in READERS:
            yield from READERS[engine.type](scan, engine)
        elif engine.type not in _SILENT:
            yield gap(
                CAPABILITY,
                f"{scan.home.prefix}{engine.path}",
                "unsupported",
                f"Roles of an engine of type {clean(engine.type)!r} are not read; tokens and grants on its paths are.",
                hint="look at its roles by hand, or tell us about it",
                incomplete=False,
            )


def _things(scan: Scan, engine: Engine, folder: str, make: Callable[[str, Raw], Iterable[Record]]) -> Iterator[Record]:
    """Everything in one folder of an engine: a list, and a call each."""
    base = f"{engine.path}/{folder}"
    listing = scan.api.listing(CAPABILITY, base)
    if isinstance(listing, Gap):
        yield listing
        return
    keys, said = scan.within(CAPABILITY, base, listing.keys)
    yield from said
    paths: list[tuple[str, object]] = [(f"{base}/{key}", None) for key in keys]
    for item in scan.api.many(CAPABILITY, paths, what=f"{base}/*", stage=clean(base)):
        if isinstance(item, Gap):
            yield item
        else:
            yield from make(keys[item[0]], item[1])


def _database(scan: Scan, engine: Engine) -> Iterator[Record]:
    known: dict[str, Database] = {}

    def connection(name: str, raw: Raw) -> Iterator[Record]:
        known[name] = database(raw)
        return connection_records(scan.home, engine, name, raw)

    yield from _things(scan, engine, "config", connection)
    yield from _things(scan, engine, "roles", lambda name, raw: dynamic_role_records(scan.home, engine, name, raw, known))
    yield from _things(scan, engine, "static-roles", lambda name, raw: static_role_records(scan.home, engine, name, raw, known))


def _pki(scan: Scan, engine: Engine) -> Iterator[Record]:
    yield from _things(scan, engine, "roles", lambda name, raw: [pki_role(scan.home, engine, name, raw)])
    revoked = scan.api.listing(CERTIFICATES, f"{engine.path}/certs/revoked")
    if isinstance(revoked, Gap):
        yield revoked
    gone = frozenset() if isinstance(revoked, Gap) else frozenset(revoked.keys)
    whole = None if scan.thumbprints else scan.api.bulk(CERTIFICATES, f"{engine.path}/certs/detailed")
    if whole is None:
        yield from _one_by_one(scan, engine)
        return
    for serial in whole.keys:
        yield _state(certificate(scan.home, engine, serial, whole.info.get(serial, {})), revoked=serial in gone)


def _state(credential: Credential, *, revoked: bool) -> Credential:
    return msgspec.structs.replace(credential, status="revoked") if revoked else credential


def _one_by_one(scan: Scan, engine: Engine) -> Iterator[Record]:
    """Certificates with their thumbprints, or of a server without the detailed list (HashiCorp Vault): one call each."""
    from keyrack.sdk.formats.pem import parse

    listing = scan.api.listing(CERTIFICATES, f"{engine.path}/certs")
    if isinstance(listing, Gap):
        yield listing
        return
    keys, said = scan.within(CERTIFICATES, f"{engine.path}/certs", listing.keys)
    yield from said
    for item in scan.api.many(CERTIFICATES, [(f"{engine.path}/cert/{key}", None) for key in keys], what=f"{engine.path}/cert/*"):
        if isinstance(item, Gap):
            yield item
            continue
        for material in parse((text(item[1], "certificate") or "").encode()).materials:
            made = certificate_of(scan.home, engine, keys[item[0]], material)
            yield _state(made, revoked=bool(item[1].get("revocation_time")))


def _transit(scan: Scan, engine: Engine) -> Iterator[Record]:
    yield from _things(scan, engine, "keys", lambda name, raw: transit_key(scan.home, engine, name, raw))


def _ssh(scan: Scan, engine: Engine) -> Iterator[Record]:
    yield from _things(scan, engine, "roles", lambda name, raw: [ssh_role(scan.home, engine, name, raw)])


def _kubernetes(scan: Scan, engine: Engine) -> Iterator[Record]:
    yield from _things(scan, engine, "roles", lambda name, raw: kubernetes_role(scan.home, engine, name, raw))


READERS: dict[str, Callable[[Scan, Engine], Iterator[Record]]] = {
    "database": _database,
    "pki": _pki,
    "transit": _transit,
    "ssh": _ssh,
    "kubernetes": _kubernetes,
}
