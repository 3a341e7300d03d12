"""The server itself: seal and version, audit devices, namespaces, mounts. Four calls a namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.openbao.map_roles import Mount
from keyrack.providers.openbao.names import Home, clean, flag, seconds, words
from keyrack.providers.openbao.scan import Engine, Found, Scan
from keyrack.records import Gap, Resource
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.web import Call, Failed, Web

CAPABILITY = "openbao.server"
_DEFAULT_MAX = 2_764_800
"""32 days: ``max_lease_ttl`` of a server whose configuration says nothing (openbao.org/docs/configuration)."""


def read_server(scan: Scan) -> Iterator[Found]:
    """The server and its audit devices; only the root namespace has them."""
    status = _status(scan.api.web)
    audit = scan.api.read(CAPABILITY, "sys/audit", needs="read, sudo")
    yield from (item for item in (status, audit) if isinstance(item, Gap))
    devices: Mapping[str, object] = {} if audit is None or isinstance(audit, Gap) else audit
    facts = {} if isinstance(status, Gap) else status
    attrs = {
        "version": text(facts, "version") or "",
        "seal": text(facts, "type") or "",
        "storage": text(facts, "storage_type") or "",
        "audit_devices": "" if isinstance(audit, Gap) else str(len(devices)),
        "audit_types": ",".join(sorted({text(part(devices, name), "type") or "?" for name in devices})),
    }
    uid = f"openbao:{scan.home.server}:server/{scan.home.server}"
    yield Resource(
        uid=uid,
        type="openbao:server",
        name=scan.home.server,
        provider="openbao",
        scope=scan.home.server,
        tier="crown",
        attrs={key: clean(value) for key, value in attrs.items() if value},
    )
    for name in sorted(devices):
        yield from _device(scan.home, clean(name), part(devices, name))


def _status(web: Web) -> Raw | Gap:
    call = Call(
        capability=CAPABILITY, path="v1/sys/seal-status", permission="none: open to all", must=("sealed",), what="sys/seal-status"
    )
    answer = web.answer(call)
    return {} if answer is None else answer


def _device(home: Home, name: str, raw: Raw) -> Iterator[Resource]:
    options = part(raw, "options")
    attrs = {"kind": clean(text(raw, "type") or ""), "log_raw": "true" if options.get("log_raw") in {"true", True} else "false"}
    yield Resource(
        uid=home.uid("audit", name), type="openbao:audit-device", name=name, provider="openbao", scope=home.server, attrs=attrs
    )


def read_mounts(scan: Scan) -> Iterator[Found]:
    """Auth mounts and secrets engines; fills ``scan.mounts`` and ``scan.engines``."""
    auth, engines = scan.api.read(CAPABILITY, "sys/auth"), scan.api.read(CAPABILITY, "sys/mounts")
    for found, kind in ((auth, "auth"), (engines, "engine")):
        if isinstance(found, Gap):
            yield found
        elif found is not None:
            for path in sorted(found):
                raw = part(found, path)
                if kind == "auth":
                    scan.mounts.append(mount_of(path, raw))
                else:
                    scan.engines.append(engine_of(path, raw))
                yield _mount(scan.home, path.rstrip("/"), kind, raw)


def mount_of(path: str, raw: Raw) -> Mount:
    """An auth mount as its roles need it."""
    longest = seconds(part(raw, "config"), "max_lease_ttl") or _DEFAULT_MAX
    return Mount(path.rstrip("/"), text(raw, "type") or "", text(raw, "accessor") or "", longest)


def engine_of(path: str, raw: Raw) -> Engine:
    """A secrets engine; a key-value engine without a version is version 1."""
    version = 2 if text(part(raw, "options"), "version") == "2" else 1
    longest = seconds(part(raw, "config"), "max_lease_ttl") or _DEFAULT_MAX
    return Engine(path.rstrip("/"), text(raw, "type") or "", version, longest)


def _mount(home: Home, path: str, kind: str, raw: Raw) -> Resource:
    config = part(raw, "config")
    attrs = {
        "kind": text(raw, "type") or "",
        "kv_version": text(part(raw, "options"), "version") or "",
        "max_ttl": str(seconds(config, "max_lease_ttl") or _DEFAULT_MAX),
        "default_ttl": str(seconds(config, "default_lease_ttl")),
        "plugin_version": text(raw, "running_plugin_version") or "",
        "local": flag(raw, "local"),
        "audit_plain": ",".join([*words(config, "audit_non_hmac_request_keys"), *words(config, "audit_non_hmac_response_keys")]),
    }
    return Resource(
        uid=home.uid(f"{kind}-mount", clean(path)),
        type=f"openbao:{kind}-mount",
        name=clean(f"{home.prefix}{path}"),
        provider="openbao",
        scope=home.server,
        attrs={key: clean(value) for key, value in attrs.items() if value and value != "false"},
    )


def read_namespaces(scan: Scan) -> tuple[list[str], list[Gap]]:
    """Prefixes of the namespaces right below this one. Vault's open edition and old servers have none, and say "unsupported"."""
    reply = scan.api.ask_list(CAPABILITY, "sys/namespaces")
    if isinstance(reply, Failed):
        none = reply.weather.kind in {"absent", "odd"}
        return [], [] if none else [reply.call.gap(reply.weather)]
    return [f"{scan.home.prefix}{key.rstrip('/')}/" for key in reply.keys if key.strip("/")], []
