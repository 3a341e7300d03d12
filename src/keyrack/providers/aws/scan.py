"""One live scan: the session, the account, the wishes of the person who scans."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.raw import Raw, rows
from keyrack.records import Gap
from keyrack.sdk import Context, gap


@dataclass(frozen=True, slots=True)
class Scan:
    """What every collector gets.

    ``stored`` maps the uid of each secret seen in this region's stores, with and without the suffix that Secrets Manager
    adds, to its uid.
    """

    api: Api
    account: str
    partition: str
    ctx: Context
    options: Mapping[str, str]
    stored: Mapping[str, str] = field(default_factory=dict)

    def wants(self, option: str) -> bool:
        """Whether a switch is on."""
        return wants(self.options, option)

    def listing(self, call: Call) -> Iterator[Raw | Gap]:
        """Objects of a listing; what failed comes as a Gap."""
        for item in self.api.items(call):
            yield item.call.gap(item.weather) if isinstance(item, Failed) else item

    def collected(self, call: Call) -> Generator[Gap, None, list[Raw]]:
        """All objects of a listing at once, as the value of the generator; what failed is yielded."""
        found: list[Raw] = []
        for item in self.listing(call):
            if isinstance(item, Gap):
                yield item
            else:
                found.append(item)
        return found

    def answer(self, call: Call) -> Raw | Gap | None:
        """One reply, a Gap, or ``None`` when AWS says there is no such thing and that is an answer."""
        reply = self.api.one(call)
        if not isinstance(reply, Failed):
            return reply
        return None if call.absent_ok and reply.weather.kind == "absent" else call.gap(reply.weather)

    def each(self, stage: str, calls: Sequence[Call]) -> Iterator[tuple[Call, Raw] | Gap]:
        """Many calls of one operation, in threads, with progress."""
        return self.api.each(calls, lambda done: self.ctx.progress.update(stage, done, len(calls)))

    def listings(self, stage: str, calls: Sequence[Call]) -> Iterator[tuple[Call, list[Raw]] | Gap]:
        """Many listings, each with all its pages, in threads; bare values come as ``{"": value}``, as in :meth:`listing`."""
        done = lambda count: self.ctx.progress.update(stage, count, len(calls))  # noqa: E731 - a word, not a function
        for item in self.api.each(calls, done, self.api.whole):
            if isinstance(item, Gap):
                yield item
            else:
                yield item[0], rows(item[1], item[0].member[0])


def wants(options: Mapping[str, str], option: str) -> bool:
    """Whether a switch is on."""
    return options.get(option, "").lower() in {"1", "true", "yes", "on"}


def not_asked(capability: str, flag: str, detail: str) -> Gap:
    """The Gap of an optional capability that nobody asked for."""
    return gap(capability, flag, "not_configured", detail, hint=f"scan with {flag}", incomplete=False)
