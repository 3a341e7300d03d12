"""From targets to records in a run: naming, taking apart, and collecting, each source on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from keyrack.app.crew import Crew
from keyrack.app.defects import defect
from keyrack.app.sources_wish import wish_of
from keyrack.errors import KeyrackError
from keyrack.lake import Origin, RunWriter, SourceWriter, Whole
from keyrack.lake import kept as kept_by
from keyrack.records import Gap
from keyrack.sdk import Context, Expanding, Progress, Source, Target, gap, registry
from keyrack.sdk.spending import Purse, Spent, together


@dataclass(frozen=True, slots=True)
class NotScanned:
    """A target that could not even be named, and why. ``parent`` is the wish it came from, when that stood for many."""

    target: Target
    error: KeyrackError
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One source to look at. ``gaps`` come from taking its parent apart; ``whole``: a dead scan had it already.

    ``spent``: what it cost to find it.
    """

    target: Target
    wish: str
    source: Source
    parent: str = ""
    gaps: tuple[Gap, ...] = ()
    whole: Whole | None = None
    spent: tuple[Spent, ...] = ()

    @property
    def id(self) -> str:
        """The source's id."""
        return self.source.id


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A target, before it is named."""

    target: Target
    parent: str = ""
    gaps: tuple[Gap, ...] = ()
    spent: tuple[Spent, ...] = ()


class _Told:
    """Progress under the name of its source, so that two at a time are told apart; also keeps the source's account."""

    def __init__(self, observer: Progress, title: str) -> None:
        self._observer, self._title = observer, title
        self.purse = Purse()

    def update(self, stage: str, done: int, total: int | None = None) -> None:
        """Pass on."""
        self._observer.update(stage if stage.startswith(self._title) else f"{self._title}: {stage}", done, total)

    def spend(self, system: str, *, calls: int = 0, waited: float = 0.0) -> None:
        """Keep."""
        self.purse.spend(system, calls=calls, waited=waited)

    def allow(self, system: str, *, left: int, limit: int | None, resets: datetime | None) -> None:
        """Keep."""
        self.purse.allow(system, left=left, limit=limit, resets=resets)


class _Kept:
    """A source's memory: what the run in force kept, and what this one keeps. A run that broke off forgets nothing."""

    def __init__(self, before: dict[str, str]) -> None:
        self.before = before
        self.after: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """What the last committed run kept."""
        return self.before.get(key)

    def put(self, key: str, value: str) -> None:
        """Keep for the next run."""
        self.after[key] = value


@dataclass(slots=True)
class Collector:
    """Fills a run. ``kept`` is what dead scans had whole, by wish; ``interrupted`` grows with sources that broke off."""

    run: RunWriter
    ctx: Context
    crew: Crew
    kept: Mapping[str, Whole] = field(default_factory=dict)
    interrupted: list[str] = field(default_factory=list)

    def named(self, targets: Sequence[Target]) -> tuple[list[Look], list[NotScanned]]:
        """Every source that the targets stand for, in their order, each once; and what could not be named.

        Raises:
            StoppedError: told to stop.
        """
        wanted = [item for items in self.crew.each(self._apart, targets) for item in items]
        looks: dict[str, Look] = {}
        failed: list[NotScanned] = []
        for look in self.crew.each(self._name, wanted):
            if isinstance(look, NotScanned):
                failed.append(look)
            elif look.id in looks:
                failed.append(NotScanned(look.target, _twice(look), look.parent))
            else:
                looks[look.id] = look
        return list(looks.values()), failed

    def collect(self, looks: Sequence[Look]) -> None:
        """Records of every source, into the run.

        Raises:
            StoppedError: told to stop; the run must not be committed.
        """
        self.crew.each(self._collect, looks)

    def _apart(self, target: Target) -> list[_Wanted | NotScanned]:
        """The targets that one stands for; itself, when its provider takes nothing apart."""
        provider = registry.load(target.provider)
        if not isinstance(provider, Expanding):
            return [_Wanted(target)]
        told = _Told(self.ctx.progress, target.provider)
        try:
            found = list(provider.expand(target, replace(self.ctx, progress=told)))
        except KeyrackError as error:
            return [NotScanned(target, error)]
        except Exception as error:  # noqa: BLE001 - one provider's defect must not end the scan
            return [NotScanned(target, defect(target.provider, error))]
        targets = [item for item in found if isinstance(item, Target)]
        gaps = tuple(item for item in found if isinstance(item, Gap))
        spent = tuple(told.purse.all())
        if targets == [target]:
            return [_Wanted(target, "", gaps, spent)]
        parent = wish_of(target, verify=self.ctx.verify)
        if not targets:
            detail = gaps[0].detail if gaps else f"{target.provider} has nothing to scan there"
            return [NotScanned(target, KeyrackError("source.none", detail, hint=gaps[0].hint if gaps else ""), parent)]
        named = [replace(item, name=target.name) for item in targets]
        return [_Wanted(named[0], parent, gaps, spent), *(_Wanted(item, parent) for item in named[1:])]

    def _name(self, wanted: _Wanted | NotScanned) -> Look | NotScanned:
        if isinstance(wanted, NotScanned):
            return wanted
        target, parent = wanted.target, wanted.parent
        wish = wish_of(target, verify=self.ctx.verify)
        if whole := self.kept.get(wish):
            source = Source(whole.source, whole.state.title)
            return Look(target=target, wish=wish, source=source, parent=parent, gaps=wanted.gaps, whole=whole)
        told = _Told(self.ctx.progress, target.provider)
        try:
            source = registry.load(target.provider).source(target, replace(self.ctx, progress=told))
        except KeyrackError as error:
            return NotScanned(target, error, parent)
        except Exception as error:  # noqa: BLE001 - one provider's defect must not end the scan
            return NotScanned(target, defect(target.provider, error), parent)
        spent = (*wanted.spent, *told.purse.all())
        return Look(target=target, wish=wish, source=source, parent=parent, gaps=wanted.gaps, spent=spent)

    def _collect(self, look: Look) -> None:
        if look.whole is not None:
            self.run.adopt(look.whole)
            return
        head = self.run.lake.head()
        state = head.sources.get(look.id) if head else None
        memory = _Kept(kept_by(self.run.lake, state) if state else {})
        told = _Told(self.ctx.progress, look.source.title)
        ctx = replace(self.ctx, memory=memory, progress=told)
        with self.run.source(look.id) as writer:
            broken = self._records(look, writer, ctx)
            if self.crew.stop.is_set():
                return
            if broken is not None:
                writer.add(broken)
                self.interrupted.append(look.id)
            writer.keep(memory.after if broken is None else {**memory.before, **memory.after})
        target = look.target
        spent = tuple(together([*look.spent, *told.purse.all()]))
        origin = Origin(parent=look.parent, wish=look.wish, name=target.name, spent=spent)
        self.run.finish(
            look.id, writer, title=look.source.title, provider=target.provider, location=target.location, origin=origin
        )

    def _records(self, look: Look, writer: SourceWriter, ctx: Context) -> Gap | None:
        """Write what the provider yields; the Gap to add when it broke off."""
        for item in look.gaps:
            writer.add(item)
        try:
            for count, record in enumerate(registry.load(look.target.provider).discover(look.target, ctx), start=1):
                writer.add(record)
                if count % 500 == 0:
                    ctx.progress.update(look.source.title, count)
                if self.crew.stop.is_set():
                    return None
        except KeyrackError as error:
            return _interrupted(look, str(error), error.hint)
        except Exception as error:  # noqa: BLE001 - one provider's defect must not end the scan; the hole is named
            return _interrupted(look, str(defect(look.target.provider, error)), "")
        return None


def _twice(look: Look) -> KeyrackError:
    return KeyrackError(
        "source.twice",
        f"{look.target.location or look.target.provider} is called {look.id}, like another target of this scan",
        hint="scan it with its own --home, or give the repository an `origin` remote",
    )


def _interrupted(look: Look, detail: str, hint: str) -> Gap:
    capability = registry.load(look.target.provider).manifest.capabilities[0].name
    return gap(capability, look.id, "truncated", detail, hint=hint or "run again; if it persists, report it as a bug")
