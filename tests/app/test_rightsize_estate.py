"""Every identity of the estate right-sized from its log, judged by the estate's own evaluator and truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from estate_scan import keyrack

from keyrack.app.home import Home
from keyrack.app.usage import IngestRequest, ingest
from keyrack.sdk.usage import logs
from keyrack_estate import build
from keyrack_estate.logs import measure
from keyrack_estate.logs.actors import Cast
from keyrack_estate.logs.write import write

NOT_COLLECTED = {"s3", "logs"}


def test_no_observed_or_unrecorded_call_is_lost_and_nothing_is_gained(tmp_path: Path) -> None:
    world = build.make(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    facts = write(world, tmp_path / "logs", events=5_000)
    home = tmp_path / "home"
    details = str(tmp_path / "logs" / "authorization-details.json")
    assert keyrack(home, "scan", "aws", "--aws-authorization-details", details).returncode == 0
    ingest(Home(home), IngestRequest(targets=[str(tmp_path / "logs" / "cloudtrail")], now=datetime.now(UTC)))
    services = {name.partition(":")[0] for name in logs()["aws:cloudtrail"].facts.optional} - NOT_COLLECTED
    stated = [word for service in sorted(services) for word in ("--data-events", service)]
    done = keyrack(home, "rightsize", "--all", *stated, "--replace-groups", "--format", "plan")
    assert done.returncode == 0, done.stderr
    proposed = {f"arn:{one['uid']}": list(one["policies"].values()) for one in json.loads(done.stdout)["identities"]}
    assert len(proposed) > 400
    cast = Cast(world)
    result = measure.rightsizing(cast, cast.make(), facts, proposed)
    assert (result.lost, result.hidden_lost, result.widened) == ([], [], [])
    assert result.removed > 0.8
