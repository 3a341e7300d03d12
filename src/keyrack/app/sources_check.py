"""Try, before a scan, what it would need: each source signs in and says which permissions are missing, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from keyrack.app.checks import Check
from keyrack.app.defects import defect
from keyrack.app.home import Home
from keyrack.app.sources_config import Configured
from keyrack.errors import KeyrackError
from keyrack.sdk import Context, Manifest, Probe, Probing, registry


def check(home: Home, sources: Sequence[Configured], now: datetime) -> Iterator[Check]:
    """Every probe of every source; a failing one never hides the others.

    Raises:
        KeyrackError: the home is unusable.
    """
    home.prepare()
    ctx = Context(now=now, fingerprint=home.fingerprinter(), cache=home.root / "cache")
    for source in sources:
        yield from _source(source, ctx)


def _source(source: Configured, ctx: Context) -> Iterator[Check]:
    provider = registry.load(source.target.provider)
    name = f"source {source.name}"
    try:
        if not isinstance(provider, Probing):
            yield Check(name, "ok", f"found: {provider.source(source.target, ctx).title}")
            return
        probes = list(provider.probe(source.target, ctx))
    except KeyrackError as error:
        yield Check(name, "failed", str(error), error.hint)
        return
    except Exception as error:  # noqa: BLE001 - one provider's defect must not hide the other sources
        ours = defect(source.target.provider, error)
        yield Check(name, "failed", str(ours), ours.hint)
        return
    if not probes:
        yield Check(name, "ok", "signed in; nothing more to try")
    for probe in probes:
        yield _judged(name, probe, provider.manifest)


def _judged(name: str, probe: Probe, manifest: Manifest) -> Check:
    label = f"{name}: {probe.capability}"
    if probe.ok:
        return Check(label, "ok", probe.detail)
    optional = any(
        permission.optional and permission.name == probe.permission
        for capability in manifest.capabilities
        for permission in capability.permissions
    )
    hint = probe.hint or (f"grant {probe.permission}" if probe.permission else "")
    return Check(label, "warning" if optional else "failed", probe.detail, hint, probe.permission)
