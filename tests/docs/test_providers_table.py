"""The one table of providers: every built-in one states what it was tried on, and the page says what its manifest says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from keyrack.sdk import registry

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from generator import proof


@pytest.mark.parametrize("name", registry.names())
def test_every_provider_states_its_proof(name):
    said = proof.stated(name, ROOT)
    assert list(said) == list(proof.STATED), f"src/keyrack/providers/{name}/README.md: a section `## Proof` with these lines"
    assert all(len(text) > 10 for text in said.values())


def test_the_page_has_every_provider_capability_and_log():
    ((name, text),) = proof.pages(ROOT)
    assert name == proof.PAGE
    for provider, manifest in registry.manifests().items():
        assert f"[{manifest.title}](providers/{provider}.md)" in text
        for capability in manifest.capabilities:
            assert f"| `{capability.name}` |" in text
    assert "after a cursor: `github:audit`" in text
    assert "| `mcp` | remembers from scan to scan |" in text
