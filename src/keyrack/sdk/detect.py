"""Secrets in text: the Kingfisher engine with our own rules, its hits in our words, and what is none filtered out.

Offline: scanning never uses the network (kingfisher-secret-scanner, "Scanning is offline. Validation may contact providers").
Only :meth:`Detector.check` does, and nothing calls it unless a person asked with ``--verify``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyrack.records.placement import Liveness
from keyrack.sdk.detection import keys, naming, negatives, paths
from keyrack.sdk.formats.pem import private_key
from keyrack.sdk.material import Material
from keyrack.sdk.secret import Secret
from keyrack.sdk.shapes import Shape, classify, entropy, suspect

if TYPE_CHECKING:
    from kingfisher_sdk import Finding, Scanner

__all__ = ["Detector", "is_test_path", "shared"]

_RULES: Final = Path(__file__).with_name("detection") / "rules.yml"
_NAME: Final = re.compile(
    r"([A-Za-z_][\w.\-]{0,80})[\"'\]>)]*\s*(?:value=|:=|=>|=|:|,|>)?\s*[\"'`]?(?:bearer |basic |token )?$", re.IGNORECASE
)
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w.:-]{0,80})>$")
_SETTING: Final = re.compile(r"(?:key|name)=[\"']([^\"']{1,80})[\"'][ \t]+value=[\"']$", re.IGNORECASE)
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s\"'`<>]+")
_KUBERNETES: Final = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")
_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "db", "postgres", "mysql", "redis", "host.docker.internal"})  # noqa: S104
"""Hosts of a throwaway database: the runner's own, or a service container beside it."""
_UNUSED: Final = frozenset({"kubernetes-secret-yaml"})
"""Rules whose match is not the value alone; a named value in a Secret is found by its name."""
_BASIC: Final = re.compile(r"(?i)basic[ \t]+$")
_NEAR: Final = 1000
"""Bytes between an AWS key id and its secret beyond which they are not taken for a pair."""
_CONTEXT: Final = 300
_LIVENESS: Final[dict[str, Liveness]] = {"verified_active": "live", "verified_inactive": "dead"}

is_test_path = paths.is_test


@dataclass(frozen=True, slots=True, repr=False)
class _Hit:
    """One match of the engine with what is needed to judge it. ``value`` is secret, so a hit has no repr."""

    rule: str
    confidence: str
    value: str
    start: int
    end: int
    line: int
    name: str
    before: str
    text: str
    encoded: bool
    visible: bool
    finding: Finding


class Detector:
    """Compiled detectors; build one per process (:func:`shared`), use it from any thread."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        """Compile the rules, or load them from the engine's cache.

        Args:
            cache_dir: where the compiled rules are kept; ``None``: the engine's own folder in the user's cache directory.
        """
        from kingfisher_sdk import DetectionScanner, Rules

        rules = Rules([_RULES], confidence="low", cache_dir=cache_dir)
        self._scanner: Scanner = DetectionScanner(rules, inline_ignores=False)

    def scan(self, data: bytes, path: str) -> list[Material]:
        """Credentials in ``data``, which stands at ``path`` (its name decides which rules apply); ordered by line.

        Samples, placeholders, references, ciphertext, hashes and public keys are left out. An AWS key id and the secret
        near it are one Material; a lone key id has no ``secret``. ``detector`` is the rule; values that only their name
        makes suspicious carry the attribute ``entropy``.
        """
        findings = self._findings(data, path)
        return [material for material, _ in self._materials(findings, data, path)] if findings else []

    def check(self, data: bytes, path: str, *, timeout: float = 60.0) -> list[tuple[Material, Liveness]]:
        """As :meth:`scan`, and ask each credential's issuer whether it still works: **this uses the network**.

        ``unknown`` covers rules without a live check, issuers that cannot be reached, and a check that took too long.
        """
        from kingfisher_sdk import Validator

        findings = self._findings(data, path)
        found = list(self._materials(findings, data, path))
        if not found:
            return []
        try:
            results = Validator(timeout=10, concurrency=4).validate(findings, timeout=timeout)
        except (TimeoutError, RuntimeError, ValueError):
            return [(material, "unknown") for material, _ in found]
        outcome = {id(result.finding): _LIVENESS.get(result.outcome, "unknown") for result in results}
        return [(material, outcome.get(id(finding), "unknown")) for material, finding in found]

    def _findings(self, data: bytes, path: str) -> list[Finding]:
        from kingfisher_sdk import ScanInput

        return self._scanner.scan_input(ScanInput(path=path, data=data))

    def _materials(self, findings: Sequence[Finding], data: bytes, path: str) -> Iterator[tuple[Material, Finding]]:
        if negatives.encrypted(data):
            return
        hits = [hit for finding in findings if (hit := _hit(finding, data)) is not None]
        pairs, rest = _aws_pairs(hits)
        found = [*(_aws(*pair) for pair in pairs), *((_judge(hit, data, path), hit) for hit in _best(rest))]
        for material, hit in sorted(found, key=lambda item: (item[1].line, item[1].start)):
            if material is not None:
                yield material, hit.finding


@cache
def _shared(cache_dir: Path | None) -> Detector:
    return Detector(cache_dir)


_LOCK = threading.Lock()


def shared(cache_dir: Path | None = None) -> Detector:
    """The process's detector, compiled at first use."""
    with _LOCK:
        return _shared(cache_dir)


def _hit(finding: Finding, data: bytes) -> _Hit | None:
    """The match with its surroundings; ``None`` for a sample, a placeholder or ciphertext."""
    if naming.bare(finding.rule_id) in _UNUSED:
        return None
    value, place = finding.secret, finding.location
    start, end = place["start_offset"], place["end_offset"]
    before, after = _around(data, start, end)
    text = before + value[:_CONTEXT] + after
    multiline = "\n" in value or "\\n" in value
    if not multiline and (negatives.sample(value, text) or negatives.embedded(before, after)):
        return None
    found = _ELEMENT.search(before) or _SETTING.search(before) or _NAME.search(before)
    return _Hit(
        rule=finding.rule_id,
        confidence=finding.confidence,
        value=value,
        start=start,
        end=end,
        line=place["line"],
        name=found[1] if found else "",
        before=before,
        text=text,
        encoded=finding.is_base64_encoded,
        visible=finding.visible,
        finding=finding,
    )


def _around(data: bytes, start: int, end: int) -> tuple[str, str]:
    """The rest of the line before and after a match, cut to a few hundred bytes."""
    left = data.rfind(b"\n", max(0, start - _CONTEXT), start)
    left = left + 1 if left >= 0 else max(0, start - _CONTEXT)
    right = data.find(b"\n", end, end + _CONTEXT)
    right = right if right >= 0 else end + _CONTEXT
    return data[left:start].decode("utf-8", "replace"), data[end:right].decode("utf-8", "replace")


def _is(hit: _Hit, *names: str) -> bool:
    return naming.bare(hit.rule) in names


def _aws_pairs(hits: list[_Hit]) -> tuple[list[tuple[_Hit, _Hit | None]], list[_Hit]]:
    """Key ids with the nearest secret each, and all other hits; each secret serves one id, nearest pairs first."""
    known = [hit for hit in hits if _is(hit, "aws-access-key-id")] + [hit for hit in hits if _is(hit, "aws-access-token")]
    ids = {hit.start: hit for hit in known}  # of the two rules the engine's own wins: only it can be checked live
    secrets = {hit.start: hit for hit in hits if _is(hit, "aws-secret-access-key")}
    distances = sorted((_distance(i, s), i.start, s.start) for i in ids.values() for s in secrets.values())
    partner: dict[int, _Hit] = {}
    used: set[int] = set()
    for distance, key, secret in distances:
        if distance <= _NEAR and key not in partner and secret not in used:
            partner[key] = secrets[secret]
            used.add(secret)
    pairs = [(hit, partner.get(start)) for start, hit in ids.items()]
    taken = {hit.start for pair in pairs for hit in pair if hit is not None}
    rest = [hit for hit in hits if hit.start not in taken or hit.encoded]
    return pairs, [hit for hit in rest if not _is(hit, "aws-access-token", "aws-access-key-id") or hit.start not in taken]


def _distance(key: _Hit, secret: _Hit) -> int:
    return secret.start - key.end if secret.start >= key.start else 2 * (key.start - secret.end)


def _aws(key: _Hit, secret: _Hit | None) -> tuple[Material, _Hit]:
    shape = classify(key.value.encode())
    value = Secret(secret.value) if secret else None
    material = Material(
        kind=shape.kind,
        issuer="aws",
        name=secret.name if secret and secret.name else "AWS access key",
        detector=key.rule,
        secret=value,
        public_id=key.value,
        line=(secret or key).line,
        expiry=shape.expiry,
    )
    return material, key


def _best(hits: list[_Hit]) -> Iterator[_Hit]:
    """Of overlapping hits the one whose rule says most."""
    kept: list[_Hit] = []
    order = sorted(hits, key=lambda h: (-naming.rank(h.rule, h.confidence), not h.visible, h.end - h.start, h.start, h.rule))
    for hit in order:
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    return iter(kept)


def _overlap(hit: _Hit, other: _Hit) -> bool:
    """Whether two hits are the same text; all that is inside one base64 text has that text's offsets."""
    if hit.encoded and other.encoded:
        return hit.value in other.value or other.value in hit.value
    return hit.start < other.end and other.start < hit.end


def _judge(hit: _Hit, data: bytes, path: str) -> Material | None:
    if _is(hit, "private-key"):
        return _private_key(hit, data)
    if naming.rank(hit.rule, hit.confidence) == 0:
        return _generic(hit, data, path)
    if _is(hit, "jwt") and negatives.unsigned(hit.value):
        return None
    if not hit.visible:
        return None  # a helper (client id, tenant, account name) without the secret it belongs to
    wide = naming.rank(hit.rule, hit.confidence) <= 2 or _is(hit, "generic-credential-uri", "mongodb-connection-string")
    if wide and negatives.implausible(hit.value, path):
        return None
    return _specific(hit)


def _private_key(hit: _Hit, data: bytes) -> Material | None:
    """A private key block; inside a Google service-account file it goes by that file's key id."""
    block = keys.block(hit.value)
    material = private_key(block) if block is not None and not block.startswith(b"-----BEGIN PGP") else None
    if block is not None and block.startswith(b"-----BEGIN PGP"):
        material = Material(kind="signing_key", issuer="pgp", name="OpenPGP private key", detector=hit.rule, secret=Secret(block))
    if material is None:
        return None
    account = keys.service_account(data, hit.start) if hit.name == "private_key" else None
    if account is not None:
        return replace(
            material, issuer="gcp", name=f"service account key of {account.email}", detector=hit.rule, line=hit.line,
            public_id=account.key_id, expiry="never", attrs={"login": account.email, "cloud": "gcp"},
        )  # fmt: skip
    return replace(material, name=hit.name or material.name, detector=hit.rule, line=hit.line)


def _generic(hit: _Hit, data: bytes, path: str) -> Material | None:
    encoded = keys.decoded(hit.value) if hit.value.isascii() and _KUBERNETES.search(data) is not None else None
    if encoded is not None:
        hit = replace(hit, value=encoded)  # the Secret's own encoding: the value elsewhere is the decoded one
    if negatives.unlikely(hit.name, hit.value, path, bare=_is(hit, "generic-bare")):
        return None
    shape = suspect(hit.name, hit.value)
    return _shaped(hit, shape) if shape is not None else None


def _specific(hit: _Hit) -> Material | None:
    address = next((match[0] for match in _URI.finditer(hit.text) if f":{hit.value}@" in match[0]), None)
    if address is not None:
        shape = suspect("", address)  # None: the default login of a developer's own database
        if shape is not None and shape.endpoint in _OWN and negatives.plain(hit.value):
            return None
        named = _NAME.search(hit.before[: hit.before.rfind(address.partition("://")[0])])
        hit = replace(hit, name=named[1] if named else f"login at {shape.endpoint}" if shape else "")
        return _shaped(hit, shape) if shape is not None else None
    scheme = "Basic " if _BASIC.search(hit.before) else ""
    shape = classify((scheme + hit.value).encode("utf-8", "surrogateescape"), hit.name)
    if shape.known:
        return _shaped(hit, shape)
    issuer, kind = naming.issuer(hit.rule), naming.kind(hit.rule)
    return _shaped(hit, replace(shape, issuer=issuer, kind=kind, entropy=None))


def _shaped(hit: _Hit, shape: Shape) -> Material:
    attrs = shape.attrs()
    if naming.rank(hit.rule, hit.confidence) == 0:
        attrs["entropy"] = f"{entropy(hit.value):.1f}"
    return Material(
        kind=shape.kind,
        issuer=shape.issuer,
        name=hit.name or naming.bare(hit.rule).replace("-", " "),
        detector=hit.rule,
        secret=shape.secret,
        public_id=shape.public_id,
        line=hit.line,
        expires_at=shape.expires_at,
        expiry=shape.expiry,
        attrs=attrs,
    )
