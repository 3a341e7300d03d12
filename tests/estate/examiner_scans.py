"""Seeds each system with the examiner's cases, serves it and scans it once (OpenBao twice: a server just made has nothing old)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "support")]

import examiner_entra
import examiner_entra_right
import examiner_gcp
import examiner_gcp_right
import examiner_openbao
import examiner_openbao_right
import examiner_second
import pytest
from examiner_kit import Answer, Seen, examine
from openbao import openbao_server

from keyrack.sdk import Target
from keyrack_estate.fakes.gcp import GcpFake
from keyrack_estate.fakes.microsoft.arm import Arm
from keyrack_estate.fakes.microsoft.both import Microsoft
from keyrack_estate.fakes.microsoft.graph import Graph
from keyrack_estate.fakes.server import serve


def entra(folder: Path) -> tuple[list[Answer], Seen]:
    """Entra and Azure."""
    ground = examiner_entra.Ground()
    cases = [*examiner_entra.wrong(ground), *examiner_entra_right.right(ground), *examiner_second.entra(ground)]
    graph = Graph(directory=ground.maker.directory, tokens={ground.tokens[0]: "keyrack"})
    fake = Microsoft(graph=graph, arm=Arm(cloud=ground.maker.cloud, tokens={ground.tokens[1]: "keyrack"}))
    (folder / "vendors.csv").write_text(examiner_entra.VENDORS)
    names = ("KEYRACK_EXAM_GRAPH", "KEYRACK_EXAM_ARM")
    with serve(fake) as url, _environment(**dict(zip(names, ground.tokens, strict=True))):
        options = {
            "endpoint": url, "arm_endpoint": url, "token_env": names[0], "arm_token_env": names[1],
            "tenant": ground.maker.directory.tenant, "app_settings": "true",
        }  # fmt: skip
        seen = examine(folder, Target("entra", options=options), examiner_entra.NOW, examiner_entra.CONFIG)
    return seen.answers(cases), seen


def gcp(folder: Path) -> tuple[list[Answer], Seen]:
    """Google Cloud."""
    ground = examiner_gcp.Ground()
    cases = [*examiner_gcp.wrong(ground), *examiner_gcp_right.right(ground), *examiner_second.gcp(ground)]
    (folder / "vendors.csv").write_text(examiner_gcp.VENDORS)
    fake = GcpFake(state=ground.state, tokens={ground.token: "keyrack"})
    with serve(fake) as url, _environment(KEYRACK_EXAM_GCP=ground.token):
        options = {"endpoint": url, "token_env": "KEYRACK_EXAM_GCP", "organization": ground.state.organization}
        seen = examine(folder, Target("gcp", options=options), examiner_gcp.NOW, examiner_gcp.CONFIG)
    return seen.answers(cases), seen


def openbao(folder: Path) -> tuple[list[Answer], Seen]:
    """OpenBao, now and :data:`examiner_openbao.LATER` days from now."""
    with openbao_server(folder / "log") as bao, _environment(BAO_TOKEN=bao.root):
        ground = examiner_openbao.Ground(bao)
        cases = [*examiner_openbao.wrong(ground), *examiner_openbao_right.right(ground), *examiner_second.openbao(ground)]
        old = [*examiner_openbao.aged(ground), *examiner_openbao_right.aged(ground)]
        target = Target("openbao", options={"endpoint": f"http://127.0.0.1:{bao.port}", "server": "bao", "values": "true"})
        now = datetime.now(UTC)
        answers: list[Answer] = []
        scans: list[Seen] = []
        for name, wanted, moment in (("now", cases, now), ("later", old, now + timedelta(days=examiner_openbao.LATER))):
            (folder / name).mkdir()
            seen = examine(folder / name, target, moment)
            answers += seen.answers(wanted)
            scans.append(seen)
    return answers, scans[0]


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield
