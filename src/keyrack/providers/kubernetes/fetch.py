"""Listing objects: pages by limit and continue, an expired continue restarted once, versions tried in order.

Facts: "Kubernetes API Concepts", retrieving large results sets in chunks: a continue token lives some minutes (410 Expired after
that), and a page is cut by number of objects, not by size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.kubernetes.kinds import Kind
from keyrack.providers.kubernetes.names import Meta, meta
from keyrack.records import Gap
from keyrack.sdk.fields import Raw, rows, text
from keyrack.sdk.web import Call, Failed, Page, Web

_SMALL = "20"
"""Objects a page when the usual number of them is more than we take at once."""
GROUPS = Call(
    capability="kubernetes.cluster", path="/apis", permission="get /apis", what="API groups", name="groups", must=("groups",)
)


@dataclass(slots=True)
class Api:
    """One cluster's API. ``incomplete`` are plurals that were not listed whole; ``groups`` are the API groups there are."""

    web: Web
    namespaces: tuple[str, ...] = ()
    groups: frozenset[str] | None = None
    incomplete: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Learn which API groups there are, so that nothing is asked of products that are not installed."""
        reply = self.web.one(GROUPS)
        if isinstance(reply, Page):
            self.groups = frozenset(name for group in rows(reply.body, "groups") if (name := text(group, "name")))

    def objects(self, kind: Kind) -> Iterator[tuple[Raw, Meta] | Gap]:
        """Objects of a kind with their metadata, then what failed."""
        if kind.added and self.groups is not None and kind.group not in self.groups:
            return
        self.web.progress.update(f"kubernetes: {kind.plural}", 0)
        for namespace in self.namespaces if kind.namespaced and self.namespaces else ("",):
            for item in self._versions(kind, namespace):
                if isinstance(item, Gap):
                    self.incomplete.add(kind.plural)
                    yield item
                elif (found := meta(item)) is not None:
                    yield item, found

    def _versions(self, kind: Kind, namespace: str) -> Iterator[Raw | Gap]:
        """A listing in the first version the server knows; a product nobody installed has none, and that is an answer."""
        for version in kind.versions:
            absent = False
            call = kind.call(version, namespace)
            for reply in self._pages(call):
                if isinstance(reply, Page):
                    yield from self.web.listed(call, reply)
                elif reply.weather.kind == "absent" and (kind.added or version != kind.versions[-1]):
                    absent = True
                else:
                    yield call.gap(reply.weather)
            if not absent:
                return

    def _pages(self, call: Call) -> Iterator[Page | Failed]:
        """Pages, begun anew once when the continue token expired, and once in smaller pages when one was too large.

        What was already listed comes again then; records are told apart by their uid.
        """
        again = {"gone": call, "too_large": call.of(limit=_SMALL)}
        while True:
            for reply in self.web.pages(call):
                if isinstance(reply, Failed) and reply.weather.kind in again:
                    call = again.pop(reply.weather.kind)
                    break
                yield reply
            else:
                return

    def one(self, call: Call) -> Raw | Gap | None:
        """One object, a Gap, or nothing where absence is an answer."""
        return self.web.answer(call)
