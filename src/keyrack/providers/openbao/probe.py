"""Which permissions our own token lacks: one call of ``sys/capabilities-self`` (openbao.org/api-docs)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.openbao.api import Api
from keyrack.providers.openbao.capabilities import MANIFEST
from keyrack.providers.openbao.connection import open_web, sign_out
from keyrack.providers.openbao.discover import start
from keyrack.providers.openbao.map_roles import KINDS
from keyrack.records import Gap
from keyrack.sdk import Context, Permission, Probe, Target
from keyrack.sdk.fields import Raw, part, text, texts

_FOLDERS = {
    "roles": {"database", "pki", "ssh", "kubernetes"},
    "static-roles": {"database"},
    "config": {"database"},
    "keys": {"transit"},
    "certs": {"pki"},
    "cert": {"pki"},
    "metadata": {"kv"},
    "detailed-metadata": {"kv"},
    "data": {"kv"},
}
"""First folder of an engine's path -> types of engines that have it."""
_ASK = (
    "check address and token; a token asks what it may do by the stock policy `default`, or by "
    'path "sys/capabilities-self" { capabilities = ["update"] }'
)
_NOBODY = "keyrack-probe"
"""Stands for a name in a path, when we ask what we might do there: only a rule for the pattern answers."""


def probe(target: Target, ctx: Context) -> Iterator[Probe]:
    """One probe for each permission of each capability that takes one, over the mounts that are there.

    Raises:
        KeyrackError: there is nothing to sign in with.
    """
    web = open_web(target, ctx)
    try:
        yield from _probe(Api(web, start(target)))
    finally:
        sign_out(web)


def _probe(api: Api) -> Iterator[Probe]:
    scan_mounts, scan_engines = _mounts(api, "sys/auth"), _mounts(api, "sys/mounts")
    wanted = [
        (capability.name, permission, concrete(permission.name, scan_mounts, scan_engines))
        for capability in MANIFEST.capabilities
        for permission in capability.permissions
        if " on " in permission.name
    ]
    paths = sorted({path for _, _, paths in wanted for path in paths})
    call = api.call("openbao.server", "sys/capabilities-self", "update", body={"paths": paths}, must=("data",))
    answer = api.web.answer(call)
    if answer is None or isinstance(answer, Gap):
        detail = answer.detail if isinstance(answer, Gap) else "The server knows no such call."
        yield Probe("openbao.server", ok=False, detail=detail, permission=call.permission, hint=_ASK)
        return
    for name, permission, asked in wanted:
        if asked:
            yield _judged(name, permission, _lacking(part(answer, "data"), permission.name, asked))


def _mounts(api: Api, path: str) -> dict[str, str]:
    """Path and type of mounts; empty when we may not see them."""
    found = api.read("openbao.server", path)
    if found is None or isinstance(found, Gap):
        return {}
    return {name.rstrip("/"): text(part(found, name), "type") or "" for name in found}


def _judged(name: str, permission: Permission, lacks: list[str]) -> Probe:
    optional = " (optional)" if permission.optional else ""
    if not lacks:
        return Probe(name, ok=True, detail=f"{permission.name}{optional}")
    hint = "`keyrack permissions openbao` prints the policy"
    return Probe(
        name, ok=False, detail=f"no {', '.join(lacks)}{optional}: {permission.why}", permission=permission.name, hint=hint
    )


def concrete(name: str, mounts: Mapping[str, str], engines: Mapping[str, str]) -> list[str]:
    """Paths to ask about for a permission: its pattern over the mounts it is for; none when there is no such mount."""
    pattern = name.partition(" on ")[2]
    tail = "/".join(_NOBODY if piece in {"+", "*"} else piece for piece in pattern.split("/"))
    if pattern.startswith("auth/+/"):
        folder = pattern.split("/")[2]
        fitting = [path for path, kind in mounts.items() if kind in KINDS and folder in {KINDS[kind].listing, "config"}]
        fitting = [path for path in fitting if "secret-id" not in pattern or mounts[path] == "approle"]
        fitting = [path for path in fitting if folder != "config" or mounts[path] in {"jwt", "oidc", "kubernetes"}]
        return [tail.replace(f"auth/{_NOBODY}/", f"auth/{path}/", 1) for path in fitting]
    if pattern.startswith("+/"):
        kinds = _FOLDERS.get(pattern.split("/")[1], set())
        return [f"{path}{tail.removeprefix(_NOBODY)}" for path, kind in engines.items() if kind in kinds]
    return [tail]


def _lacking(data: Raw, name: str, asked: list[str]) -> list[str]:
    """Capabilities of a permission that some path of it lacks."""
    wanted = [word.strip() for word in name.partition(" on ")[0].split(",")]
    held = [set(texts(data, path)) for path in asked]
    return [word for word in wanted if any(word not in given and "root" not in given for given in held)]
