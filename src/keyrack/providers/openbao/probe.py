"""Which permissions our own token lacks: one call of ``sys/capabilities-self`` (openbao.org/api-docs)."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.openbao.api import Api
from keyrack.providers.openbao.capabilities import MANIFEST
from keyrack.providers.openbao.connection import open_web, sign_out
from keyrack.providers.openbao.discover import start
from keyrack.records import Gap
from keyrack.sdk import Context, Probe, Target
from keyrack.sdk.fields import Raw, part, texts

_SAMPLE = {"+": "keyrack-probe", "*": "keyrack-probe"}
"""A path asked about for a pattern: names nobody has, so that only a rule for the pattern answers."""


def probe(target: Target, ctx: Context) -> Iterator[Probe]:
    """One probe for each permission of each capability that takes one.

    Raises:
        KeyrackError: there is nothing to sign in with.
    """
    web = open_web(target, ctx)
    try:
        api = Api(web, start(target))
        wanted = [
            (capability.name, permission)
            for capability in MANIFEST.capabilities
            for permission in capability.permissions
            if " on " in permission.name
        ]
        paths = sorted({_concrete(permission.name) for _, permission in wanted})
        call = api.call("openbao.server", "sys/capabilities-self", "update", body={"paths": paths}, must=("data",))
        answer = web.answer(call)
        if answer is None or isinstance(answer, Gap):
            detail = answer.detail if isinstance(answer, Gap) else "The server knows no such call."
            yield Probe(
                "openbao.server",
                ok=False,
                detail=detail,
                permission="update on sys/capabilities-self",
                hint="check address and token",
            )
            return
        data = part(answer, "data")
        for name, permission in wanted:
            lacks = _lacking(data, permission.name)
            optional = " (optional)" if permission.optional else ""
            yield Probe(
                name,
                ok=not lacks,
                detail=f"{permission.name}{optional}"
                if not lacks
                else f"{', '.join(lacks)} is missing{optional}: {permission.why}",
                permission=None if not lacks else permission.name,
                hint="" if not lacks else "`keyrack permissions openbao` prints the policy",
            )
    finally:
        sign_out(web)


def _concrete(name: str) -> str:
    path = name.partition(" on ")[2]
    return "/".join(_SAMPLE.get(piece, piece) for piece in path.split("/"))


def _lacking(data: Raw, name: str) -> list[str]:
    """Capabilities of a permission that the answer does not hold."""
    held = set(texts(data, _concrete(name)))
    wanted = [word.strip() for word in name.partition(" on ")[0].split(",")]
    return [] if "root" in held else [word for word in wanted if word not in held]
