"""Official schemas from ordinary packages: SARIF 2.1.0 from npm `@microsoft/jest-sarif`, OCSF 1.8 from PyPI `ocsf-json-schema`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

SARIF_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
CACHE = Path(sys.prefix) / "share" / "keyrack-tests"


@cache
def sarif() -> dict[str, Any]:
    """The OASIS SARIF 2.1.0 schema; fetched once into the virtual environment."""
    stored = CACHE / "sarif-2.1.0.json"
    if not stored.exists():
        npm = shutil.which("npm")
        assert npm, "the SARIF test needs npm to fetch the official schema: apt-get install npm"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([npm, "pack", "--silent", SARIF_PACKAGE], cwd=folder, check=True, capture_output=True)
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                member = archive.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
                assert member is not None
                text = member.read()
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = stored.with_suffix(f".{id(text)}")
        temporary.write_bytes(text)
        temporary.replace(stored)
    return json.loads(stored.read_bytes())


@cache
def ocsf(class_uid: int) -> dict[str, Any]:
    """JSON Schema of an OCSF 1.8.0 class with its objects embedded."""
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    embedded = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
    return embedded.get_class_schema(embedded.lookup_class_name_from_uid(class_uid), profiles=[])
