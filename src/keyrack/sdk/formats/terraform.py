"""Terraform and OpenTofu command-line credentials. Source: developer.hashicorp.com, "CLI configuration file"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, load_json, malformed, mapping, parsed, string, text_of
from keyrack.sdk.formats.urls import endpoint_of, issuer_of
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_BLOCK = re.compile(r'^[ \t]*credentials[ \t]+"([^"\n]{1,256})"[ \t]*\{([^{}]{0,8192})\}', re.MULTILINE)
_TOKEN = re.compile(r'^[ \t]*token[ \t]*=[ \t]*"([^"\n]{1,4096})"', re.MULTILINE)


def parse_credentials(data: bytes) -> Parsed:
    """``credentials.tfrc.json``: an API token per host."""
    document = load_json(data)
    if not isinstance(document, dict):
        return malformed("a JSON object")
    hosts = mapping(mapping(document).get("credentials"))
    return parsed(found for host, entry in hosts.items() for found in _token(host, string(mapping(entry).get("token")), None))


def parse_rc(data: bytes) -> Parsed:
    """``.terraformrc`` / ``.tofurc``: ``credentials "<host>" { token = "..." }`` blocks."""
    return parsed(_blocks(text_of(data)))


def _blocks(text: str) -> Iterator[Material]:
    for block in _BLOCK.finditer(text):
        token = _TOKEN.search(block[2])
        if token:
            line = text.count("\n", 0, block.start(2) + token.start(1)) + 1
            yield from _token(block[1], token[1], line)


def _token(host: str, value: str, line: int | None) -> Iterator[Material]:
    endpoint = endpoint_of(host)
    found = described(
        value,
        kind="api_token",
        issuer=issuer_of(endpoint, "terraform"),
        name=f"Terraform token for {endpoint}",
        detector="terraform.credentials",
        field=f"credentials.{endpoint}.token",
        line=line,
        attrs={"endpoint": endpoint},
    )
    if found:
        yield found
