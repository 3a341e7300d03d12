"""Key-value engines: a walk down the folders. One call a folder where the server lists with metadata, else one a secret besides.

Folders are walked breadth first with a bounded number in hand; secrets stream out as their folder is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from keyrack.providers.openbao.map_kv import note_records, secret_records, value_records
from keyrack.providers.openbao.names import moment
from keyrack.providers.openbao.scan import Engine, Scan
from keyrack.records import Gap, Record
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, part
from keyrack.sdk.web import Failed

CAPABILITY = "openbao.kv"
VALUES = "openbao.kv_values"
_DEEPEST = 64


def read_kv(scan: Scan) -> Iterator[Record]:
    """Every path of every key-value engine; with ``values``, what lies at it."""
    for engine in scan.engines:
        if engine.type in {"kv", "generic"}:
            yield from _engine(scan, engine)


def _engine(scan: Scan, engine: Engine) -> Iterator[Record]:
    """Folders of one engine, at most ``limit`` secrets."""
    left = scan.limit
    folders: deque[str] = deque([""])
    detailed = engine.version == 2
    while folders:
        folder = folders.popleft()
        names, info, trouble = _folder(scan, engine, folder, detailed=detailed)
        detailed = detailed and (info is not None or bool(trouble))
        yield from trouble
        deeper = [f"{folder}{name}" for name in names if name.endswith("/")]
        if folder.count("/") >= _DEEPEST and deeper:
            yield _too_deep(scan, engine)
        else:
            folders.extend(deeper)
        secrets = [f"{folder}{name}" for name in names if not name.endswith("/")]
        if scan.limit:
            cut = len(secrets) > left
            secrets = secrets[:left]
            left -= len(secrets)
            if cut or (left == 0 and folders):
                yield _cut(scan, engine)
                folders.clear()
        yield from _secrets(scan, engine, folder, secrets, info)


def _too_deep(scan: Scan, engine: Engine) -> Gap:
    said = f"Folders deeper than {_DEEPEST} were not followed."
    return gap(CAPABILITY, f"{scan.home.prefix}{engine.path}", "truncated", said, hint="look at the deepest folders by hand")


def _cut(scan: Scan, engine: Engine) -> Gap:
    return gap(
        CAPABILITY,
        f"{scan.home.prefix}{engine.path}",
        "too_large",
        f"Only {scan.limit} secrets of this engine were looked at, as `limit` asks.",
        hint="raise `limit`",
    )


def _folder(
    scan: Scan, engine: Engine, folder: str, *, detailed: bool
) -> tuple[tuple[str, ...], Mapping[str, Raw] | None, list[Gap]]:
    """Names in a folder, their metadata where the server lists it, and what went wrong."""
    if detailed:
        whole = scan.api.bulk(CAPABILITY, f"{engine.path}/detailed-metadata/{folder}")
        if whole is not None and whole.keys:
            return whole.keys, whole.info, []
    base = f"{engine.path}/metadata/{folder}" if engine.version == 2 else f"{engine.path}/{folder}"
    what = f"{engine.path}/metadata/*" if engine.version == 2 else f"{engine.path}/*"
    reply = scan.api.ask_list(CAPABILITY, base, what=what)
    if not isinstance(reply, Failed):
        return reply.keys, None, []
    return (), {} if detailed else None, [] if reply.weather.kind == "absent" else [reply.call.gap(reply.weather)]


def _secrets(scan: Scan, engine: Engine, folder: str, secrets: list[str], info: Mapping[str, Raw] | None) -> Iterator[Record]:
    found: Iterator[tuple[str, Raw] | Gap]
    if info is not None or engine.version == 1:
        details = info or {}
        found = ((path, details.get(path.removeprefix(folder), {})) for path in secrets)
    else:
        found = _metadata(scan, engine, secrets)
    known: dict[str, Raw] = {}
    for item in found:
        if isinstance(item, Gap):
            yield item
            continue
        if scan.values:
            known[item[0]] = item[1]
        yield from secret_records(scan.home, f"{engine.path}/{item[0]}", item[1])
        yield from note_records(scan.home, f"{engine.path}/{item[0]}", item[1], scan.ctx)
    if scan.values:
        yield from _values(scan, engine, known)


def _metadata(scan: Scan, engine: Engine, secrets: list[str]) -> Iterator[tuple[str, Raw] | Gap]:
    paths: list[tuple[str, object]] = [(f"{engine.path}/metadata/{path}", None) for path in secrets]
    for item in scan.api.many(CAPABILITY, paths, what=f"{engine.path}/metadata/*", stage="secrets"):
        yield item if isinstance(item, Gap) else (secrets[item[0]], item[1])


def _values(scan: Scan, engine: Engine, known: Mapping[str, Raw]) -> Iterator[Record]:
    """Values of one folder's secrets, read, fingerprinted and dropped."""
    paths = list(known)
    folder = f"{engine.path}/data" if engine.version == 2 else engine.path
    for item in scan.api.many(VALUES, [(f"{folder}/{path}", None) for path in paths], what=f"{folder}/*", stage="values"):
        if isinstance(item, Gap):
            yield item
            continue
        path, data = paths[item[0]], item[1]
        fields = part(data, "data") if engine.version == 2 else data
        meta = known[path]
        changed = moment(meta, "versions", str(meta.get("current_version")), "created_time")
        yield from value_records(scan.home, f"{engine.path}/{path}", fields, changed, scan.ctx, part(meta, "custom_metadata"))
