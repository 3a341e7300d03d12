"""Calls of one namespace, with the envelope taken off: lists, listings with details, single things, many things.

Shapes (openbao.org/api-docs): a reply is ``{"data": ...}``; a list is ``{"keys": [...], "key_info": {...}}``; an empty list is
404 without words. There is no paging: a list comes whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from keyrack.records import Gap
from keyrack.sdk.fields import Raw, part, texts
from keyrack.sdk.web import Call, Failed, Page, Web

FALLBACK = frozenset({"odd", "absent", "denied"})
"""Weather under which a bulk endpoint that only some versions have is done without."""
_CHUNK = 1000
"""Calls made ready at a time, so that a hundred thousand take no more memory than a thousand."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Keys of a list and what it tells about each (empty where it tells nothing)."""

    keys: tuple[str, ...] = ()
    info: Mapping[str, Raw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """One namespace of one server. ``prefix`` is empty or ends in a slash."""

    web: Web
    prefix: str = ""

    def call(self, capability: str, path: str, capability_needed: str = "read", **more: object) -> Call:
        """A call below ``/v1``; ``more`` are fields of :class:`Call`."""
        headers = {"X-Vault-Namespace": self.prefix.rstrip("/")} if self.prefix else {}
        changes: dict[str, object] = {
            "what": f"{self.prefix}{path}",
            "permission": f"{capability_needed} on {self.prefix}{path}",
            "headers": headers,
            **more,
        }
        return Call(capability=capability, path=f"v1/{quoted(path)}", **changes)  # type: ignore[arg-type]

    def read(self, capability: str, path: str, *, needs: str = "read", absent_ok: bool = False) -> Raw | Gap | None:
        """Data of one thing; ``None`` when there is none and that is an answer."""
        answer = self.web.answer(self.call(capability, path, needs, absent_ok=absent_ok, must=("data",)))
        return answer if answer is None or isinstance(answer, Gap) else part(answer, "data")

    def listing(self, capability: str, path: str, *, needs: str = "list", what: str = "") -> Listing | Gap:
        """A list; empty when there is nothing."""
        reply = self.ask_list(capability, path, needs, what)
        if isinstance(reply, Listing):
            return reply
        return Listing() if reply.weather.kind == "absent" else reply.call.gap(reply.weather)

    def bulk(self, capability: str, path: str) -> Listing | None:
        """A listing with details that not every version has; ``None``: do without."""
        reply = self.ask_list(capability, path, "list", "")
        return reply if isinstance(reply, Listing) and (reply.info or not reply.keys) else None

    def ask_list(self, capability: str, path: str, needs: str = "list", what: str = "") -> Listing | Failed:
        """A list, or how the call failed."""
        pattern = f"{self.prefix}{what or path.rstrip('/') + '/'}"
        asked = {"what": pattern.rstrip("/"), "permission": f"{needs} on {pattern}"}
        call = self.call(capability, path, needs, params={"list": "true"}, must=("data",), **asked)
        reply = self.web.one(call)
        return listed(reply) if isinstance(reply, Page) else reply

    def many(
        self, capability: str, paths: Sequence[tuple[str, object]], *, needs: str = "read", what: str = "", stage: str = ""
    ) -> Iterator[tuple[int, Raw] | Gap]:
        """Data of many things by (path, body), several at a time: (position, data), and a Gap for each reason of failure."""
        for start in range(0, len(paths), _CHUNK):
            answered = False
            calls = [self._one_of(capability, path, body, needs, what) for path, body in paths[start : start + _CHUNK]]
            numbers = {id(call): number for number, call in enumerate(calls, start)}
            for item in self.web.each(calls, stage):
                if isinstance(item, Gap):
                    yield item
                else:
                    answered = True
                    yield numbers[id(item[0])], part(item[1].body, "data")
            if not answered and start + _CHUNK < len(paths) and self.web.dead:
                return

    def _one_of(self, capability: str, path: str, body: object, needs: str, what: str) -> Call:
        named = {"what": f"{self.prefix}{what}", "permission": f"{needs} on {self.prefix}{what}"} if what else {}
        return self.call(capability, path, needs, body=body, absent_ok=True, must=("data",), **named)


def listed(page: Page) -> Listing:
    """Keys and details of a list's reply."""
    info = part(page.body, "data", "key_info")
    return Listing(tuple(texts(page.body, "data", "keys")), {str(key): part(info, key) for key in info})


def quoted(path: str) -> str:
    """A path percent-encoded; ``.`` and ``..`` segments too, which clients would resolve and servers refuse."""
    return "/".join("%2E" * len(piece) if piece in {".", ".."} else quote(piece, safe="") for piece in path.split("/"))
